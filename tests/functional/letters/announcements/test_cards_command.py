"""``portal letters cards`` prints what waits; a decision goes as a letter of its own."""

import json
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import select

from portal.cli.context import Context
from portal.cli.mailroom.letters import letters
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.announcements.services import announce
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.requests.requests.decisions import Reply
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import set_reply
from portal.platform.database import Database
from tests.functional.letters.announcements.card_support import pages, queue, states
from tests.support.coupons import NOW, VAULT
from tests.support.mailroom.letters import add_families, printer
from tests.support.mailroom.ward import Ward, ward  # noqa: F401  (a fixture)
from tests.support.work import work_in

SAID = "署名がありません。もう一度、署名をしてお送りください。" * 11
"""Nearly as long as fits on a letter in six languages."""


def command(ward: Ward, *words: str) -> Result:  # noqa: F811  (the fixture's value)
    context = Context(ward.settings)
    try:
        return CliRunner().invoke(letters, ["cards", *words], obj=context)
    finally:
        context.database().engine.dispose()


def test_the_command_says_what_it_did_and_a_dry_run_changes_nothing(ward: Ward) -> None:  # noqa: F811  (a fixture)
    queue(ward.database, add_families(ward.database, 3, held=[2]))
    dry = command(ward, "--dry-run", "--json")
    assert dry.exit_code == 3, dry.output
    assert json.loads(dry.stdout) == {"cards": 2, "stopped": 1, "unprintable": []}
    assert states(ward.database) == ["waiting"] * 3
    done = command(ward, "--json")
    assert done.exit_code == 3, done.output
    answer = json.loads(done.stdout)
    assert (answer["cards"], answer["stopped"]) == (2, 1)
    assert Path(answer["files"][0]).is_file()
    again = command(ward)
    assert again.exit_code == 0
    assert states(ward.database) == ["printed", "printed", "stopped"]


def ask(
    database: Database, household_id: int, receipt_no: str, event: str, **values: object
) -> None:
    """Add a request for a decline that somebody has looked at, and the card that tells of it."""
    with database.write() as session:
        row = Request(
            receipt_no=receipt_no,
            kind="decline",
            household_id=household_id,
            channel="post",
            received_at=NOW,
            created_at=NOW,
            due_on=NOW.date(),
            changed_at=NOW,
            **values,
        )
        set_reply(VAULT, row, Reply("not_authorized", SAID))
        session.add(row)
        announce(
            work_in(session),
            Event(household_id, event, f"{event}:{receipt_no}", receipt_no=receipt_no),
        )


def test_a_decision_goes_as_a_letter_of_its_own_that_says_how_it_ended_why_and_what_is_next(
    sqlite_database: Database, tmp_path: Path
) -> None:
    people = add_families(sqlite_database, 3)
    ask(
        sqlite_database,
        people[0],
        "CDFG-HJKL",
        "decided",
        state="closed",
        result="refused",
        closed_at=NOW,
    )
    ask(sqlite_database, people[1], "MNPQ-RTVW", "returned_for_correction", state="with_resident")
    queue(sqlite_database, people[2:], "received")
    built = print_cards(printer(sqlite_database, tmp_path))
    assert [path.name.split("-")[0] for path in built.files] == ["cards", "decisions"]
    other, refused, back = ("".join(text.split()) for text in pages(built))
    for wanted in (
        "辞退の申請:お受けできませんでした",
        "CDFG-HJKL",
        "世帯主の署名か、世帯主からの委任状が必要です",
        SAID,
    ):
        assert wanted in refused, wanted
    assert "このあと" not in refused
    assert "あなたの返事を待っています" in back
    assert "このあと" in back
    assert "申請を受け付けました" in other
    with sqlite_database.read() as session:
        assert [(row.kind, row.cards) for row in session.scalars(select(CardPrint))] == [
            ("card", 1),
            ("decision", 2),
        ]
