"""``portal letters advance`` and ``test-posting`` on the command line.

Look first, build, say who was left out.
"""

from datetime import UTC, datetime

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.mailroom.printing.runs.recipients import staff_addresses
from portal.platform.database import Database
from tests.functional.mailroom.printing.test_cli import answer, portal
from tests.support.canaries import CANARIES
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families
from tests.support.mailroom.ward import Ward
from tests.support.staff import hire
from tests.support.work import work_in


def enter_address(database: Database) -> None:
    officer = Actor(Role.OFFICER, hire(database, NOW, Role.OFFICER, "post").id)
    address = staff_addresses.read_address(
        "試験　花子", "135-0016", "東京都江東区東陽四丁目11番28号", ""
    )
    with database.write() as session:
        staff_addresses.add(
            work_in(session, officer, program=load_program("sample", NOW.date())), address
        )


def test_an_officer_looks_and_builds_the_notice_and_the_staffs_letters(ward: Ward) -> None:
    offset = NOW - datetime.now(UTC)
    add_families(ward.database, 3, held=[1])
    looked = portal(ward, "advance", "--dry-run", "--json", offset=offset)
    assert looked.exit_code == 3, looked.output
    assert (answer(looked)["ready"], answer(looked)["left_out"]["held"]) == (2, 1)
    built = portal(ward, "advance", "--json", offset=offset)
    assert built.exit_code == 3, built.output
    assert (answer(built)["letters"], answer(built)["resumed"]) == (2, False)
    again = portal(ward, "advance", offset=offset)
    assert "2 households" in again.output or "2世帯" in again.output
    assert not any(canary in built.output + again.output for canary in CANARIES)
    late = portal(ward, "advance")
    assert late.exit_code == 1
    refused = portal(ward, "test-posting", offset=offset)
    assert refused.exit_code == 1
    enter_address(ward.database)
    sent = portal(ward, "test-posting", "--json", offset=offset)
    assert (sent.exit_code, answer(sent)["letters"], answer(sent)["households"]) == (0, 1, 1)
    assert "花子" not in sent.output
