"""A statement shows what is missing, ended early or left out of the sum, with counts and yen."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.demo.issuer import make_statement
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.transfers.chain import open_transfers
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import Stopped, TransferKind
from portal.domain.oversight.settlement.blockers import blockers
from portal.domain.oversight.settlement.figures import figures
from portal.domain.people.coupons.differences import listed, open_yen, settle
from portal.domain.people.coupons.issuer_file import load_issuer
from portal.domain.people.coupons.statement import ReceivedStatement, import_statement
from portal.platform.database import Database
from tests.functional.people.coupons.test_statement import DAY, OFFICER, Desk, desk
from tests.support.coupons import AMOUNT, ISSUERS, sandbox_profile, take_statement
from tests.support.transfers import announced, digest_of
from tests.support.work import work_in

__all__ = ["desk"]
EVERY = [(place, "未使用", 0) for place in range(8)]


def yen(database: Database) -> dict[str, int]:
    with database.read() as session:
        return dict(open_yen(session))


def test_codes_that_a_complete_statement_does_not_name_are_missing(desk: Desk) -> None:
    taken = desk.take(EVERY[2:7], complete=True)
    assert dict(taken.differences) == {"missing": 3} == desk.kinds()
    assert dict(taken.difference_yen) == {"missing": 3 * AMOUNT} == yen(desk.database)
    desk.take([*EVERY[:7], (7, "未使用", 0)], complete=True)
    assert desk.kinds() == {}


def test_an_issuer_that_names_changes_alone_misses_nothing(desk: Desk) -> None:
    assert dict(desk.take(EVERY[:1]).differences) == {}


def test_an_older_statement_misses_nothing_that_a_newer_one_named(desk: Desk) -> None:
    desk.take(EVERY, DAY, complete=True)
    desk.take(EVERY[:2], date(2023, 7, 1), complete=True)
    assert desk.kinds() == {}


@pytest.mark.parametrize("place", [0, 5, 6])
def test_a_code_called_ended_before_its_end_keeps_its_state_and_is_shown(
    desk: Desk, place: int
) -> None:
    before = desk.coupon(place)[0]
    taken = desk.take([(place, "期限切れ", 0)])
    assert dict(taken.differences) == {"ended_early": 1}
    assert dict(taken.difference_yen) == {"ended_early": AMOUNT}
    assert desk.coupon(place)[0] == before


def test_what_was_used_of_a_code_that_ended_early_counts(desk: Desk) -> None:
    taken = desk.take([(0, "期限切れ", 700)])
    assert (taken.used_yen, dict(taken.difference_yen)) == (700, {"ended_early": AMOUNT - 700})
    assert desk.coupon(0) == ("part_used", 700)


def test_what_the_sum_leaves_out_is_said_in_yen(desk: Desk) -> None:
    taken = desk.take([(0, "未使用", 100), (1, "一部利用", 50), ("SB-X-9", "交換済", AMOUNT)])
    assert taken.used_yen == 50
    assert dict(taken.difference_yen) == {"contradiction": 100, "unknown_code": AMOUNT}


def test_missing_codes_stop_the_settlement_until_each_is_decided(desk: Desk) -> None:
    desk.take(EVERY[1:], complete=True)

    def stopped() -> set[str]:
        with desk.database.read() as session:
            work = work_in(session)
            return {str(reason) for reason in blockers(work, figures(work))}

    assert "differences" in stopped()
    with desk.database.write() as session:
        (row,) = listed(session)
        settle(work_in(session, OFFICER), row.id, "発行者が、数えもれを認めた。")
    assert "differences" not in stopped()


def test_half_a_statement_is_refused_and_the_difference_stops_paying(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [(desk.number(place), word, used, AMOUNT) for place, word, used in EVERY]
    path = tmp_path / "statement-1.csv"
    make_statement(path, rows)
    with desk.database.write() as session:
        take_statement(work_in(session, OFFICER), path, rows, DAY)
    half = tmp_path / "half.csv"
    half.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))
    whole = Figures(rows=8, yen=0, sha256=digest_of(b"another file of the same name"))
    with desk.database.write() as session:
        announced(work_in(session), TransferKind.STATEMENT, path, whole)
    with desk.database.write() as session:
        received = ReceivedStatement(half.read_bytes(), sandbox_profile(), DAY, "half.csv")
        with pytest.raises(ConflictError, match="件数: 送付票は8、こちらで数えると3"):
            import_statement(work_in(session, OFFICER), received)
    with desk.database.read() as session:
        assert "differing" in {row.state for row in open_transfers(session, Stopped.PAYING)}


def test_an_issuer_is_complete_unless_its_profile_says_otherwise(tmp_path: Path) -> None:
    shipped = load_issuer("sandbox", ISSUERS)
    assert shipped.statement is not None
    assert shipped.statement.complete
    text = (ISSUERS / "sandbox.toml").read_text(encoding="utf-8")
    path = tmp_path / "partial.toml"
    path.write_text(text.replace("[statement] ", "[statement]\ncomplete = false\n#"), "utf-8")
    partial = load_issuer(str(path), tmp_path)
    assert partial.statement == replace(shipped.statement, complete=False)
