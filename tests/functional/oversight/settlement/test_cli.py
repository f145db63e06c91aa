"""``portal settlement`` and ``portal coupons statement``.

From the issuer's file to a signature that anybody can check.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from portal.cli.context import Context
from portal.cli.oversight.settlement import settlement
from portal.cli.people.coupons import coupons
from portal.domain.foundation.clock import FixedClock
from portal.domain.oversight.settlement.closing import closed
from portal.domain.oversight.settlement.signing import is_signed
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.oversight.settlement import AFTER_ALL, Ending, make_ending, one_of_each
from tests.support.proofs import invoke


class Desk(Context):
    """A context whose program, database, keys and clock are the test's."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(settings=None)  # type: ignore[arg-type]
        self.ending = ending

    def load_program(self) -> Any:
        return self.ending.program

    def database(self) -> Database:
        return self.ending.database

    def vault(self) -> Any:
        return VAULT

    @property
    def clock(self) -> FixedClock:
        return FixedClock(AFTER_ALL)


@pytest.fixture
def ending(database: Database, tmp_path: Path) -> Ending:
    made = make_ending(database, tmp_path, 9)
    one_of_each(made)
    return made


def run(ending: Ending, command: Any, *arguments: str) -> Result:
    return invoke(command, arguments, Desk(ending))


def test_shown_then_closed_by_two_then_verified(ending: Ending, tmp_path: Path) -> None:
    first = run(ending, settlement, "show", "--json", "-")
    found = json.loads(first.stdout)
    assert (first.exit_code, list(found["blockers"]), found["adds_up"]) == (1, ["held"], True)
    assert run(ending, settlement, "verify").exit_code == 1
    ending.end(8, "exclude")
    assert run(ending, settlement, "propose", "--by", "officer").exit_code == 0
    assert run(ending, settlement, "confirm", "--by", "officer").exit_code != 0
    closing = run(ending, settlement, "confirm", "--by", "ward")
    assert closing.exit_code == 0, closing.output
    with ending.database.read() as session:
        row = closed(session)
        assert row is not None
        assert row.checksum in closing.output
        assert is_signed(row.checksum, row.signature, row.public_key)
    assert run(ending, settlement, "verify").exit_code == 0
    for option, start in (("--pdf", b"%PDF"), ("--xlsx", b"PK")):
        path = tmp_path / f"settlement{option}"
        assert run(ending, settlement, "show", option, str(path)).exit_code == 0
        assert path.read_bytes().startswith(start)


def test_left_over_codes_are_named_by_their_management_numbers_alone(
    ending: Ending, tmp_path: Path
) -> None:
    path = tmp_path / "left.csv"
    assert run(ending, settlement, "unassigned-codes", str(path), "--by", "officer").exit_code == 0
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert all("http" not in line and line.count(",") == 2 for line in lines)


def test_a_statement_is_taken_from_a_file_and_ends_with_3_when_it_differs(
    ending: Ending, tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(
        "管理番号,状態,利用額,残高\nSB-NONE-000001,未使用,0,30000\n", encoding="utf-8-sig"
    )
    arguments = (str(path), "--profile", "sandbox", "--as-of", "2024-03-31")
    answer = run(ending, coupons, "statement", *arguments)
    assert answer.exit_code == 3
    assert "名簿にない管理番号" in answer.output
    again = run(ending, coupons, "statement", *arguments)
    assert (again.exit_code, "もう取り込んであります" in again.output) == (0, True)
    missing = run(ending, coupons, "statement", str(tmp_path / "none.csv"), *arguments[1:])
    assert missing.exit_code == 1
    assert "読めません" in missing.output
