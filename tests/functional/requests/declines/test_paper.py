"""Paper forms, wishes by telephone, people who were locked out, and channels that collide."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    TooEarlyError,
    TooLateError,
)
from portal.domain.foundation.program.settings.requests import PostalRule
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.signin.locked_out import CallBack, ask_call_back
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from portal.domain.requests.declines import paper, services, wishes
from portal.domain.requests.declines.queries import may_complete, wish_of
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import NoScan, PaperEntry
from portal.platform.database import Database
from tests.functional.requests.declines.support import (
    LAST_MOMENT,
    NOW,
    PARENT,
    PROGRAM,
    TOO_LATE,
    Desk,
    make_desk,
    with_rules,
)
from tests.support.coupons import VAULT
from tests.support.requests.papers import read_papers
from tests.support.work import work_in

NO_SCAN: dict[str, Any] = {"no_scan": NoScan.WITH_WARD}
LATER = datetime(2023, 10, 5, 3, 0, tzinfo=UTC)
Enter = Callable[..., Request]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return make_desk(database, tmp_path)


@pytest.fixture
def quick_desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return make_desk(sqlite_database, tmp_path)


def enter(
    desk: Desk,
    ordinals: tuple[int, ...] = (1, 2),
    now: datetime = NOW,
    program: Any = PROGRAM,
    **form: Any,
) -> Request:
    """Enter a form for the first household; by post and clear if nothing else is said."""
    said = {name: form.pop(name) for name in ("text", "telephone") if name in form}
    given: dict[str, Any] = {"channel": Channel.POST, "received_at": now, **NO_SCAN} | form
    entry = PaperEntry(written=DeclineNote(**said), **given)
    with desk.database.write() as session:
        work = work_in(session, desk.officer, now, program=program)
        row = paper.enter_form(work, 1, ordinals, entry)
        read_papers(work, row)
        return row


def at_counter(receipt: str) -> PaperEntry[DeclineNote]:
    """What is entered when somebody brings a receipt to the counter."""
    return PaperEntry(Channel.COUNTER, LATER, DeclineNote(), evidence=receipt, **NO_SCAN)


def forms(desk: Desk, row: Request) -> int:
    with desk.database.read() as session:
        return len(session.scalars(select(PaperForm).where(PaperForm.request_id == row.id)).all())


def tasks(desk: Desk) -> list[Task]:
    with desk.database.read() as session:
        found = list(session.scalars(select(Task).order_by(Task.id)))
        session.expunge_all()
        return found


def test_a_clear_form_of_the_householder_is_a_decline_that_another_person_reviews(
    desk: Desk,
) -> None:
    row = enter(desk, (1,), telephone="0312345678", text="いりません")
    assert (row.channel, row.children, row.state, row.warnings) == ("post", 1, "waiting", [])
    assert desk.states()[0] == ("in_progress", "suspended", True)
    assert forms(desk, row) == 1
    with desk.database.read() as session:
        assert "0312345678" not in str(session.scalars(select(AuditEvent.detail)).all())
        assert session.scalars(select(Announcement.medium)).all() == ["call_back"]
    with pytest.raises(NotAllowedError, match="自分が入力した"):
        desk.decide(row, "accept")
    assert desk.decide(row, "accept", desk.colleague).result == "accepted"


@pytest.mark.parametrize(
    ("rule", "postmark", "arrival", "in_time"),
    [
        (PostalRule.ARRIVAL, date(2023, 9, 29), LAST_MOMENT, True),
        (PostalRule.ARRIVAL, date(2023, 9, 29), TOO_LATE, False),
        (PostalRule.POSTMARK, date(2023, 9, 29), LATER, True),
        (PostalRule.POSTMARK, date(2023, 9, 30), LATER, False),
        (PostalRule.POSTMARK, None, LATER, False),
    ],
)
def test_the_wards_rule_says_which_day_of_the_post_counts(
    quick_desk: Desk, rule: PostalRule, postmark: date | None, arrival: datetime, in_time: bool
) -> None:
    program = with_rules(postal_rule=rule)
    row = enter(quick_desk, now=LATER, program=program, received_at=arrival, postmark_on=postmark)
    assert ("late" in row.warnings) is not in_time
    assert quick_desk.states()[0][2] is in_time


@pytest.mark.parametrize(("header", "in_time"), [(LAST_MOMENT, True), (TOO_LATE, False)])
def test_a_fax_counts_by_the_time_in_its_header(
    quick_desk: Desk, header: datetime, in_time: bool
) -> None:
    row = enter(quick_desk, now=LATER, channel=Channel.FAX, received_at=header)
    assert (row.warnings == []) is in_time
    assert row.received_at == header


def test_a_late_form_touches_no_coupon_and_is_never_accepted(quick_desk: Desk) -> None:
    row = enter(quick_desk, now=LATER)
    assert quick_desk.states() == [("in_progress", "assigned", False)] * 2
    with pytest.raises(NotAllowedError, match="期間のあと"):
        quick_desk.decide(row, "accept", quick_desk.colleague)
    assert quick_desk.decide(row, "refuse", quick_desk.colleague, reason="late").result == "refused"


def test_a_signature_of_somebody_else_needs_a_letter_of_attorney(quick_desk: Desk) -> None:
    row = enter(quick_desk, signed_by="spouse")
    assert row.warnings == ["no_attorney"]
    assert quick_desk.states()[0] == ("in_progress", "assigned", False)
    with pytest.raises(NotAllowedError, match="委任状"):
        quick_desk.decide(row, "accept", quick_desk.colleague)
    again = enter(quick_desk, signed_by="spouse", has_letter_of_attorney=True, now=LATER)
    assert (again.id, again.warnings, forms(quick_desk, row)) == (row.id, [], 2)
    assert quick_desk.states()[0] == ("in_progress", "suspended", True)
    assert quick_desk.decide(row, "accept", quick_desk.colleague).result == "accepted"


@pytest.mark.parametrize(
    ("follow_up", "kind"), [("call", "call_back"), ("letter", "letter_wished")]
)
def test_an_unclear_form_is_no_decline_and_somebody_asks(
    quick_desk: Desk, follow_up: str, kind: str
) -> None:
    row = enter(quick_desk, is_clear=False, follow_up=follow_up, telephone="0312345678")
    assert (row.state, quick_desk.items(row)) == ("with_resident", ["unclear"] * 2)
    assert quick_desk.states() == [("in_progress", "assigned", False)] * 2
    (task,) = tasks(quick_desk)
    assert (task.kind, task.household_id) == (kind, 1)
    assert details_of(VAULT, task)["telephone"] == ("0312345678" if follow_up == "call" else "")
    assert quick_desk.decide(row, "clarify").state == "waiting"
    assert quick_desk.states()[0] == ("in_progress", "suspended", True)
    assert quick_desk.decide(row, "accept", quick_desk.colleague).result == "accepted"


def test_an_unclear_form_turns_out_to_be_none(quick_desk: Desk) -> None:
    row = quick_desk.decide(
        enter(quick_desk, is_clear=False), "refuse", quick_desk.colleague, reason="no_decline"
    )
    assert (row.result, quick_desk.items(row)) == ("refused", ["refused"] * 2)


@pytest.mark.parametrize("accepted", [False, True])
def test_a_form_for_a_decline_made_in_the_portal_joins_it(desk: Desk, accepted: bool) -> None:
    row = desk.submit()
    if accepted:
        desk.decide(row, "accept")
    joined = enter(desk, postmark_on=date(2023, 7, 30))
    assert (joined.id, forms(desk, row), desk.items(row)) == (
        row.id,
        1,
        ["accepted" if accepted else "submitted"] * 2,
    )
    with desk.database.read() as session:
        assert len(session.scalars(select(Request)).all()) == 1


def test_a_form_for_more_children_than_the_portal_adds_only_the_others(quick_desk: Desk) -> None:
    web = quick_desk.submit(ordinals=(1,))
    row = enter(quick_desk)
    assert row.id != web.id
    assert (
        row.children,
        quick_desk.items(row),
        forms(quick_desk, web),
        forms(quick_desk, row),
    ) == (
        1,
        ["submitted"],
        1,
        1,
    )


def test_the_portal_completes_a_form_that_could_not_count(quick_desk: Desk) -> None:
    row = enter(quick_desk, signed_by="other")
    web = quick_desk.submit()
    assert (web.id, web.channel, web.warnings, quick_desk.items(row)) == (
        row.id,
        "portal",
        [],
        ["submitted"] * 2,
    )
    assert quick_desk.states()[0] == ("in_progress", "suspended", True)
    unclear = enter(quick_desk, is_clear=False, received_at=NOW)
    assert unclear.id == row.id
    assert quick_desk.items(row) == ["submitted"] * 2


def test_a_form_sent_before_its_household_took_the_decline_back_is_no_new_one(
    quick_desk: Desk,
) -> None:
    quick_desk.withdraw(quick_desk.submit())
    row = enter(quick_desk, postmark_on=date(2023, 7, 31))
    assert (row.state, row.warnings) == ("with_resident", ["crossed"])
    assert quick_desk.states() == [("in_progress", "assigned", False)] * 2
    assert [task.kind for task in tasks(quick_desk)] == ["letter_wished"]


def test_a_form_written_after_taking_back_is_a_new_decline(quick_desk: Desk) -> None:
    quick_desk.withdraw(quick_desk.submit())
    row = enter(quick_desk, now=LAST_MOMENT, postmark_on=date(2023, 8, 20))
    assert (row.state, row.warnings) == ("waiting", [])


@pytest.mark.parametrize(
    "form",
    [
        {"channel": Channel.PORTAL},
        {"signed_by": "cat"},
        {"received_at": LATER},
        {"postmark_on": date(2023, 8, 2)},
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(
    quick_desk: Desk, form: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        enter(quick_desk, **form)


def test_a_telephone_call_is_never_a_decline(desk: Desk) -> None:
    with desk.database.write() as session:
        first = wishes.phone_wish(work_in(session, desk.officer, NOW, program=PROGRAM), 1, "form")
        again = wishes.phone_wish(work_in(session, desk.officer, NOW, program=PROGRAM), 1, "form")
        assert (first.id, [task.kind for task in session.scalars(select(Task))]) == (
            again.id,
            ["decline_form"],
        )
        wish = wishes.phone_wish(work_in(session, desk.officer, NOW, program=PROGRAM), 1, "portal")
        same = wishes.phone_wish(work_in(session, desk.officer, NOW, program=PROGRAM), 1, "portal")
        assert isinstance(wish, Request)
        assert (wish.id, wish.state, wish.channel, wish.children) == (
            same.id,
            "with_resident",
            "phone",
            0,
        )
        assert "まだ辞退にはなっていません" in DECLINE_KIND.steps_of(session, wish)[0].words
    assert desk.states() == [("in_progress", "assigned", False)] * 2
    with pytest.raises(NotAllowedError):
        desk.decide(wish, "accept", desk.colleague)
    row = desk.submit(ordinals=(2,))
    assert (row.id, row.channel, row.state, row.children) == (wish.id, "portal", "waiting", 1)
    assert desk.decide(row, "accept", desk.colleague).result == "accepted"


def test_a_wish_on_the_telephone_needs_the_open_window_and_can_be_dropped(quick_desk: Desk) -> None:
    with quick_desk.database.write() as session:
        wish = wishes.phone_wish(
            work_in(session, quick_desk.officer, LAST_MOMENT, program=PROGRAM), 1, "portal"
        )
        assert isinstance(wish, Request)
        with pytest.raises(TooLateError):
            wishes.phone_wish(
                work_in(session, quick_desk.officer, TOO_LATE, program=PROGRAM), 2, "portal"
            )
    with pytest.raises(TooLateError):
        quick_desk.submit(now=TOO_LATE)
    assert quick_desk.withdraw(wish).result == "withdrawn"


def locked_out(desk: Desk, at: datetime, trouble: str = "decline") -> str:
    with desk.database.write() as session:
        wish = CallBack(trouble, "鶉野　瑠璃子", "09012345678")
        return ask_call_back(work_in(session, now=at), wish, f"key-{at}-{trouble}", "203.0.113.9")


def test_a_receipt_from_before_the_deadline_counts_after_the_person_was_checked(desk: Desk) -> None:
    receipt = locked_out(desk, LAST_MOMENT)
    with desk.database.write() as session:
        work = work_in(session, desk.officer, LATER, program=PROGRAM)
        row = wishes.honor_form(work, 1, (1,), at_counter(receipt))
        read_papers(work, row)
    assert (row.received_at, row.warnings, row.channel) == (LAST_MOMENT, ["honored"], "counter")
    assert desk.states()[0] == ("in_progress", "suspended", True)
    assert tasks(desk)[0].state == "done"
    assert desk.decide(row, "accept", desk.colleague).result == "accepted"


def test_after_a_call_back_the_household_confirms_in_the_portal_even_later(
    quick_desk: Desk,
) -> None:
    receipt = locked_out(quick_desk, LAST_MOMENT)
    with quick_desk.database.write() as session:
        wish = wishes.honor_after_call(
            work_in(session, quick_desk.officer, LATER, program=PROGRAM), 1, receipt
        )
    assert quick_desk.states()[0] == ("in_progress", "assigned", False)
    with quick_desk.database.read() as session:
        assert may_complete(session, 1)
        assert wish_of(session, 1) is not None
    with quick_desk.database.write() as session:
        row = services.submit(work_in(session, PARENT, LATER, program=PROGRAM), 1, (1, 2))
    assert (row.id, row.received_at, row.state) == (wish.id, LAST_MOMENT, "waiting")


def test_a_receipt_that_was_late_or_about_something_else_counts_nothing(quick_desk: Desk) -> None:
    cases = [
        (locked_out(quick_desk, TOO_LATE), TooLateError),
        (locked_out(quick_desk, NOW, "password"), NotFoundError),
        ("CDFG-HJKL", NotFoundError),
        (locked_out(quick_desk, datetime(2023, 7, 2, 3, tzinfo=UTC)), TooEarlyError),
    ]
    for receipt, error in cases:
        with quick_desk.database.write() as session, pytest.raises(error):
            wishes.honor_form(
                work_in(session, quick_desk.officer, LATER, program=PROGRAM),
                1,
                (1,),
                at_counter(receipt),
            )
    assert quick_desk.states()[0] == ("in_progress", "assigned", False)
