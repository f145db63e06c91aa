"""The print run makes the new letter.

Only then the old one ends, and its owner reads when the new one was sent.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import DomainError
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.services import order_again
from portal.domain.mailroom.printing.dispatch.entries import Posting
from portal.domain.mailroom.printing.dispatch.posting import post_run
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.chunks import (
    FinishedChunk,
    RunBuilding,
    read_chunk,
    store_chunk,
)
from portal.domain.mailroom.printing.runs.pipeline.plan import Layout, RunPlan, plan_run
from portal.domain.mailroom.printing.runs.recipients import selection
from portal.domain.mailroom.printing.runs.writers.credential_writer import CredentialWriter
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.database import Database, make_engine
from portal.platform.site import Site
from tests.functional.requests.redeliveries.support import NOW, Post, make_post
from tests.support.mailroom.letters import Paper, printer, read_papers
from tests.support.people import Person
from tests.support.resident import Loop, Resident, make_resident
from tests.support.work import work_in

Build = Callable[[], list[Paper]]
ELSEWHERE: dict[str, Any] = {
    "extra_instruction": "区指示 第7号",
    "extra_instruction_day": "2023-07-31",
    "extra_postal_code": "060-0001",
    "extra_town": "北海道札幌市中央区北一条西",
    "extra_street": "９番",
}


def building(post: Post, folder: Path) -> Build:
    with post.database.write() as session:
        record_protection(work_in(session, now=NOW), ProtectionSource.EXTRACT)

    def build() -> list[Paper]:
        built = build_letters(printer(post.database, folder, FixedClock(NOW)), workers=0)
        return read_papers(built.paths) if isinstance(built, BuiltRun) else []

    return build


def letters(post: Post, person: Person) -> list[tuple[str, str]]:
    with post.database.read() as session:
        mine = select(Letter).where(Letter.household_id == person.household_id).order_by(Letter.id)
        return [(row.reason, row.state) for row in session.scalars(mine)]


def test_only_the_print_run_ends_the_old_letter_and_password(post: Post, tmp_path: Path) -> None:
    person, other = post.household(), post.household()
    build = building(post, tmp_path)
    assert build() == []
    row = post.ask(person)
    assert build() == [], "asking alone prints nothing"
    post.decide(row)
    assert post.credential(person) == "issued"
    (paper,) = build()
    assert paper.login_id != person.login_id
    assert post.credential(person) == "superseded"
    assert post.credential(other) == "issued"
    assert letters(post, person) == [("first", "superseded"), ("redelivery", "printed")]
    assert post.state(row) == ("fulfilled", "closed", "fulfilled")
    assert post.orders(person) == [("redelivery", "printed")]
    assert build() == [], "printed once"
    assert post.status(person).used == 1


def test_a_reissue_after_a_loss_is_no_redelivery(post: Post, tmp_path: Path) -> None:
    person = post.household()
    build = building(post, tmp_path)
    with post.database.write() as session:
        assert (
            order_again(
                work_in(session, post.officer, NOW), person.household_id, reason="report_lost"
            )
            is not None
        )
    assert len(build()) == 1
    assert letters(post, person) == [("first", "superseded"), ("reissue", "printed")]
    assert (post.status(person).used, post.status(person).left) == (0, 2)


def test_another_address_is_printed_for_this_letter_only(post: Post, tmp_path: Path) -> None:
    person = post.household()
    build = building(post, tmp_path)
    post.decide(post.ask(person), actor=post.ward, **ELSEWHERE)
    (paper,) = build()
    assert "060-0001" in paper.text
    assert "北海道札幌市中央区北一条西９番" in paper.text.replace("\n", "")
    with post.database.write() as session:
        session.execute(update(Letter).where(Letter.state == "printed").values(state="handed_over"))
        order_again(work_in(session, post.officer, NOW), person.household_id, reason="new_letter")
    (paper,) = build()
    assert "060-0001" not in paper.text
    assert "139-0001" in paper.text


def test_what_is_taken_back_while_the_run_is_planned_is_not_printed(
    post: Post, tmp_path: Path
) -> None:
    person = post.household()
    row = post.ask(person)
    post.decide(row)
    writer = CredentialWriter(printer(post.database, tmp_path, FixedClock(NOW)))
    with post.database.write() as session:
        record_protection(work_in(session, now=NOW), ProtectionSource.EXTRACT)
        run = plan_run(
            work_in(session, now=NOW),
            RunPlan(writer, Layout(NOW.date(), 10, lambda _run: "run")),
            selection.due(session),
        )
    assert run is not None
    with post.database.read() as session:
        chunk = read_chunk(work_in(session), RunBuilding(writer, run), 1)
    assert len(chunk.letters) == 1
    post.withdraw(row, person)
    with post.database.write() as session:
        assert (
            store_chunk(
                work_in(session, now=NOW), RunBuilding(writer, run), FinishedChunk(chunk, None)
            )
            is False
        )
    assert letters(post, person) == [("first", "handed_over"), ("redelivery", "cancelled")]
    assert post.credential(person) == "issued"


@pytest.fixture
def portal(resident_base: Site, post: Post, background_loop: Loop, tmp_path: Path) -> Resident:
    """The resident site on the same database."""
    return make_resident(resident_base, post.database, background_loop, tmp_path, NOW)


def refusal(portal: Resident, login_id: str, password: str) -> str:
    visitor = portal.visitor()
    visitor.open("/signin")
    page = visitor.post("/signin/submit", {"login_id": login_id, "password": password})
    return page.text if page.status_code == 422 else f"let in to {page.headers['location']}"


def test_the_old_password_works_until_printed_and_then_says_when_the_new_letter_was_sent(
    post: Post, portal: Resident, tmp_path: Path
) -> None:
    person = post.household()
    build = building(post, tmp_path)
    post.decide(post.ask(person))
    assert refusal(portal, person.login_id, person.password) == "let in to /start/birth"
    (paper,) = build()
    assert "まもなく送ります" in refusal(portal, person.login_id, person.password)
    with post.database.write() as session:
        new = session.scalars(select(Letter).where(Letter.number == paper.number)).one()
        new.state, new.handed_over_at = "handed_over", datetime(2023, 7, 31, 3, 0, tzinfo=UTC)
        run_id = new.print_run_id
    assert "まもなく送ります" in refusal(portal, person.login_id, person.password)
    with post.database.write() as session:
        posting = Posting(date(2023, 8, 1), "ordinary")
        post_run(work_in(session, post.officer, NOW), run_id, posting)
    said = refusal(portal, person.login_id, person.password)
    assert "新しい手紙を、2023年8月1日に送りました" in said
    for login_id, password in (
        (person.login_id, "CDFG HJKL MNPQ"),
        (paper.login_id, person.password),
    ):
        other = refusal(portal, login_id, password)
        assert "IDかパスワードが違います" in other
        assert "新しい手紙" not in other
    assert refusal(portal, paper.login_id, paper.password) == "let in to /start/birth"
    with post.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert "IDかパスワードが違います" in refusal(portal, person.login_id, person.password)


@pytest.fixture(scope="module")
def counting(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """One database for all examples; each has a household of its own."""
    path = tmp_path_factory.mktemp("counting") / "portal.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    yield make_post(Database(engine))
    engine.dispose()


@settings(max_examples=12)
@given(
    steps=st.lists(
        st.sampled_from(["ask", "approve", "refuse", "withdraw", "print", "reissue"]), max_size=14
    )
)
def test_the_count_of_redeliveries_is_that_of_its_letters_and_never_above_the_limit(
    counting: Post, steps: list[str]
) -> None:
    post, person = counting, counting.household()
    rows = []
    for step in steps:
        try:
            if step == "ask":
                rows.append(post.ask(person))
            elif step == "withdraw" and rows:
                post.withdraw(rows[-1], person)
            elif step == "approve" and rows:
                post.decide(rows[-1])
            elif step == "refuse" and rows:
                post.decide(rows[-1], "refuse", reason="other")
            elif step == "reissue":
                with post.database.write() as session:
                    order_again(
                        work_in(session, post.officer, NOW),
                        person.household_id,
                        reason="report_lost",
                    )
            else:
                _print_without_paper(post)
        except DomainError:
            pass  # a refusal is as good as a step
        states = [post.state(row)[0] for row in rows]
        status = post.status(person)
        made = [reason for reason, _state in letters(post, person)].count("redelivery")
        assert status.used == states.count("approved") + states.count("fulfilled") <= 2
        assert states.count("fulfilled") >= made
        assert status.used + status.left == 2
        alive = [
            state for _reason, state in letters(post, person) if state in {"printed", "handed_over"}
        ]
        assert len(alive) == 1, "one letter counts, whatever happens"


def _print_without_paper(post: Post) -> None:
    """A print run and its hand-over, without drawing."""
    from portal.domain.letters.letters.orders import replace_letters
    from portal.domain.requests.redeliveries.fulfilling import letters_printed
    from tests.functional.requests.redeliveries.support import handed_over

    with post.database.write() as session:
        for due in selection.due(session):
            if due.order_id is None:
                continue
            letters_printed(work_in(session, now=NOW), [due.key])
            person = Person(due.key, 1, "", "")
            replace_letters(work_in(session, now=NOW), {due.key: 1}, [due.order_id])
            handed_over(session, person).reason = due.reason
