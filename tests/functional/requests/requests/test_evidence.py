"""Evidence of paper forms: a scan, or a second person who reads the paper without the first's."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import day_start
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.people.coupons.models import Coupon
from portal.domain.requests.alternatives import paper as alternatives
from portal.domain.requests.alternatives.written import PaperWish
from portal.domain.requests.correcting import correct
from portal.domain.requests.declines import paper
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests.evidence import (
    PaperKey,
    Read,
    SeenOnPaper,
    add_scan,
    read_again,
)
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import NoScan, PaperEntry
from portal.domain.requests.requests.scans import burn_in, check_scan, store_scan
from portal.domain.requests.requests.states import RequestState
from portal.platform.database import Database
from tests.functional.requests.declines.support import NOW, PROGRAM, Desk, make_desk
from tests.support.reading.files import picture
from tests.support.work import work_in

ARRIVED = date(2023, 8, 1)
"""The JST day of ``NOW``."""
SEEN = SeenOnPaper("householder", has_letter_of_attorney=False, received_on=ARRIVED)
OTHER = replace(SEEN, signed_by="spouse")
WARD = Actor(Role.WARD_OFFICER, 888, Organization.WARD)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return make_desk(database, tmp_path)


def enter(desk: Desk, **form: Any) -> Request:
    """A decline by post without scan, unless something else is said."""
    given: dict[str, Any] = {"no_scan": NoScan.SCANNER_DOWN} | form
    entry = PaperEntry(Channel.POST, NOW, DeclineNote(), **given)
    with desk.database.write() as session:
        return paper.enter_form(
            work_in(session, desk.officer, NOW, program=PROGRAM), 1, (1, 2), entry
        )


def key_of(desk: Desk, row: Request) -> PaperKey:
    with desk.database.read() as session:
        form = session.scalars(select(PaperForm.id).where(PaperForm.request_id == row.id)).one()
        return PaperKey(row.id, form)


def read(desk: Desk, key: PaperKey, seen: SeenOnPaper = SEEN, by: Actor | None = None) -> Read:
    with desk.database.write() as session:
        return read_again(work_in(session, by or desk.colleague, NOW, program=PROGRAM), key, seen)


def corrected(desk: Desk, key: PaperKey, seen: SeenOnPaper, by: Actor | None = None) -> None:
    with desk.database.write() as session:
        correct(work_in(session, by or desk.officer, NOW, program=PROGRAM), key, seen)


def scanned(desk: Desk, key: PaperKey) -> None:
    with desk.database.write() as session:
        work = work_in(session, desk.officer, NOW, program=PROGRAM)
        add_scan(work, key, store_scan(work, burn_in(check_scan(picture())), household_id=1))


def coupons(desk: Desk) -> list[str]:
    with desk.database.read() as session:
        of_children = Coupon.entitlement_id.is_not(None)
        return list(
            session.scalars(select(Coupon.state).where(of_children).order_by(Coupon.entitlement_id))
        )[:2]


def fresh(desk: Desk, row: Request) -> Request:
    with desk.database.read() as session:
        found = session.get_one(Request, row.id)
        session.expunge(found)
        return found


def accept(desk: Desk, row: Request) -> Request:
    """The colleague accepts it as it stands now."""
    return desk.decide(fresh(desk, row), "accept", desk.colleague)


def test_a_form_without_scan_names_why(desk: Desk) -> None:
    for reason in ("", "lazy"):
        with pytest.raises(InputError) as refused:
            enter(desk, no_scan=reason)
        assert refused.value.code == "no_scan"
    assert enter(desk).state == "waiting"


def test_nobody_accepts_a_form_without_scan_before_a_second_person_read_it(desk: Desk) -> None:
    row = enter(desk)
    with pytest.raises(NotAllowedError) as refused:
        accept(desk, row)
    assert refused.value.code == "no_evidence"
    assert coupons(desk) == ["suspended", "suspended"]
    key = key_of(desk, row)
    with pytest.raises(NotAllowedError) as own:
        read(desk, key, by=desk.officer)
    assert own.value.code == "own_entry"
    assert read(desk, key) is Read.EQUAL
    with pytest.raises(ConflictError, match="もう確かめて"):
        read(desk, key, by=WARD)
    assert accept(desk, row).result == "accepted"


def test_who_is_yet_to_read_the_paper_corrects_nothing(desk: Desk) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    for seen in (SEEN, OTHER):  # the same answer, whether or not it is what was entered
        with pytest.raises(NotAllowedError) as refused:
            corrected(desk, key, seen, by=desk.colleague)
        assert refused.value.code == "unread"
    assert read(desk, key, OTHER) is Read.DIFFERS
    corrected(desk, key, OTHER, by=WARD)
    with pytest.raises(ConflictError, match="もう確かめて"):
        read(desk, key, OTHER)


def test_a_scan_added_later_is_evidence(desk: Desk) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    scanned(desk, key)
    with pytest.raises(ConflictError):
        scanned(desk, key)
    assert accept(desk, row).result == "accepted"
    with pytest.raises(WrongStateError):
        read(desk, key)


@pytest.mark.parametrize(
    "seen",
    [
        OTHER,
        replace(SEEN, has_letter_of_attorney=True),
        replace(SEEN, received_on=ARRIVED - timedelta(days=1)),
        replace(SEEN, postmark_on=ARRIVED),
    ],
)
def test_readings_that_differ_are_no_evidence_until_one_is_settled(
    desk: Desk, seen: SeenOnPaper
) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    assert read(desk, key, seen) is Read.DIFFERS
    with pytest.raises(NotAllowedError):
        accept(desk, row)
    with pytest.raises(ConflictError, match="先に紙を読みました"):
        read(desk, key, by=WARD)  # who saw both settles nothing
    assert read(desk, key, SEEN) is Read.EQUAL, "the second person looked again and was wrong"
    assert accept(desk, row).result == "accepted"


def test_the_first_person_corrects_and_the_second_reading_is_the_evidence(desk: Desk) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    read(desk, key, OTHER)
    corrected(desk, key, OTHER)
    found = fresh(desk, row)
    assert (found.state, found.warnings) == ("waiting", ["no_attorney"])
    assert coupons(desk) == ["assigned", "assigned"], "a form that does not count binds nothing"
    with pytest.raises(NotAllowedError) as refused:
        accept(desk, found)
    assert refused.value.code == "no_attorney"
    corrected(desk, key, replace(OTHER, has_letter_of_attorney=True))
    found = fresh(desk, row)
    assert (found.warnings, coupons(desk)) == ([], ["suspended", "suspended"])
    with pytest.raises(NotAllowedError) as refused:
        accept(desk, found)
    assert refused.value.code == "no_evidence", "what was corrected is read once more"
    read(desk, key, replace(OTHER, has_letter_of_attorney=True))
    assert accept(desk, row).result == "accepted"


def test_a_correction_keeps_what_stood_there_and_who_changed_it(desk: Desk) -> None:
    key = key_of(desk, enter(desk))
    corrected(desk, key, OTHER)
    corrected(desk, key, replace(OTHER, received_on=ARRIVED - timedelta(days=3)))
    with pytest.raises(InputError, match="何も変わっていません"):
        corrected(desk, key, replace(OTHER, received_on=ARRIVED - timedelta(days=3)))
    with desk.database.read() as session:
        form = session.get_one(PaperForm, key.paper_id)
        history = [
            (one["signed_by"], one["received_on"], one["by"]) for one in form.detail["corrections"]
        ]
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "request.paper_corrected")
        )
        days = [event.detail["after"]["received_on"] for event in events]
    assert history == [
        ("householder", "2023-08-01", desk.officer.id),
        ("spouse", "2023-08-01", desk.officer.id),
    ]
    assert days == ["2023-08-01", "2023-07-29"]


def test_a_corrected_day_decides_anew_whether_it_was_in_time(desk: Desk) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    last = PROGRAM.windows.decline.last_day
    with desk.database.write() as session:
        late = work_in(session, desk.officer, day_start(last + timedelta(days=9)), program=PROGRAM)
        correct(late, key, replace(SEEN, received_on=last + timedelta(days=2)))
    found = fresh(desk, row)
    assert (found.warnings, coupons(desk)) == (["late"], ["assigned", "assigned"])
    corrected(desk, key, SEEN)
    found = fresh(desk, row)
    assert (found.warnings, coupons(desk)) == ([], ["suspended", "suspended"])


def test_a_paper_alternative_is_bound_and_released_the_same(desk: Desk) -> None:
    entry = PaperEntry(
        Channel.COUNTER, NOW, PaperWish(), signed_by="spouse", no_scan=NoScan.WITH_WARD
    )
    with desk.database.write() as session:
        work = work_in(session, desk.officer, NOW, program=PROGRAM)
        row = alternatives.enter_form(work, 1, {1: PROGRAM.alternatives[0].id}, entry)
    assert (row.warnings, coupons(desk)) == (["no_attorney"], ["assigned", "assigned"])
    key = key_of(desk, row)
    corrected(desk, key, SEEN)
    assert (fresh(desk, row).warnings, coupons(desk)) == ([], ["suspended", "assigned"])
    corrected(desk, key, OTHER)
    assert coupons(desk) == ["assigned", "assigned"]


def test_what_is_decided_is_not_corrected(desk: Desk) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    read(desk, key)
    accept(desk, row)
    with pytest.raises(WrongStateError, match="もう決まって"):
        corrected(desk, key, OTHER)


@pytest.mark.parametrize("state", [RequestState.IN_PROGRESS, RequestState.CLOSED])
@pytest.mark.parametrize("act", [read, scanned, lambda d, k: corrected(d, k, OTHER)])
def test_every_step_needs_an_undecided_request(
    desk: Desk, state: RequestState, act: Callable[[Desk, PaperKey], object]
) -> None:
    row = enter(desk)
    key = key_of(desk, row)
    with desk.database.write() as session:
        session.get_one(Request, row.id).state = state.value
    with pytest.raises(WrongStateError):
        act(desk, key)


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        (replace(SEEN, signed_by="cat"), "signed_by"),
        (replace(SEEN, received_on=ARRIVED + timedelta(days=1)), "received_on"),
        (replace(SEEN, postmark_on=ARRIVED + timedelta(days=1)), "postmark_on"),
    ],
)
def test_what_cannot_stand_on_a_paper_is_refused(desk: Desk, seen: SeenOnPaper, field: str) -> None:
    key = key_of(desk, enter(desk))
    for act in (read, corrected):
        with pytest.raises(InputError) as refused:
            act(desk, key, seen)
        assert refused.value.code == field


def test_another_requests_form_and_a_program_read_nothing(desk: Desk) -> None:
    key = key_of(desk, enter(desk))
    with pytest.raises(NotFoundError):
        read(desk, PaperKey(key.request_id, key.paper_id + 1))
    with pytest.raises(NotAllowedError):
        read(desk, key, by=Actor(Role.SYSTEM))


def test_two_second_people_at_once_are_one(desk: Desk) -> None:
    key = key_of(desk, enter(desk))
    ends: Counter[str] = Counter()
    gate = threading.Barrier(2)

    def reading(by: Actor, seen: SeenOnPaper) -> None:
        gate.wait()
        try:
            ends[read(desk, key, seen, by)] += 1
        except DomainError as error:
            ends[error.code] += 1

    pair = [
        threading.Thread(target=reading, args=args)
        for args in ((desk.colleague, SEEN), (WARD, SEEN))
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert ends == {"equal": 1, "has_evidence": 1}
