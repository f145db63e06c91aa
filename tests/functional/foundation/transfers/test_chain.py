"""A broken chain of hand-overs stops the next print run and the settlement."""

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.transfers.chain import require_whole_chain
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import Stopped, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import enter_receipt, take_in
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.archives.sending import lose_archive
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.roster.holds.protection_list import (
    ListedNumbers,
    NumberKind,
    load_list,
    read_list,
)
from portal.domain.oversight.settlement.blockers import Blocker, blockers
from portal.domain.oversight.settlement.figures import figures
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.mailroom.archives import make_mail_house
from tests.support.mailroom.letters import add_families, printer
from tests.support.mailroom.roster import Ward
from tests.support.oversight.settlement import AFTER_ALL, make_ending
from tests.support.transfers import announced, of_ward
from tests.support.work import work_in


def open_rows(database: Database) -> list[FileTransfer]:
    with database.read() as session:
        rows = session.scalars(select(FileTransfer).order_by(FileTransfer.id)).all()
        session.expunge_all()
        return [row for row in rows if row.is_open]


def test_no_letter_is_printed_while_an_extracts_sheet_waits_for_its_file(
    database: Database, tmp_path: Path
) -> None:
    add_families(database, 2)
    figures_ = Figures(rows=9, children=4, yen=120_000, sha256="a" * 64)
    with database.write() as session:
        key = announced(work_in(session), TransferKind.EXTRACT, Path("second.csv"), figures_).id
    with pytest.raises(ConflictError, match=rf"受け渡し {key}.*つぎの印刷|つぎの印刷") as refused:
        build_letters(printer(database, tmp_path / "letters"), workers=0)
    assert refused.value.code == "chain_broken"
    assert "ファイルを取り込んでください" in refused.value.message
    with database.write() as session:
        take_in(work_in(session), Arrival(TransferKind.EXTRACT, "second.csv", figures_))
    assert isinstance(build_letters(printer(database, tmp_path / "letters"), workers=0), BuiltRun)


def test_a_list_that_differs_protects_and_stops_printing(
    database: Database, tmp_path: Path
) -> None:
    ward = Ward(database, tmp_path)
    ward.hand_over()
    families = ward.extract().families
    path = tmp_path / "list.csv"
    path.write_text("世帯番号\n" + "".join(f"{f.number}\n" for f in families[:2]), "utf-8")
    read = read_list(path, "世帯番号")
    with database.write() as session:
        announced(
            work_in(session, now=NOW),
            TransferKind.PROTECTION_LIST,
            path,
            Figures(rows=3, sha256="d" * 64),
        )
    with database.write() as session:
        listed = ListedNumbers(NumberKind.HOUSEHOLD, read.numbers, read.arrival)
        done = load_list(work_in(session, now=NOW), listed)
        assert (done.households, done.held) == (2, 2)
        assert done.transfer is not None
        assert done.transfer.may_be_accepted
    with database.read() as session:
        protected = session.scalars(select(Household.protected)).all()
        assert sum(protected) == 2
        with pytest.raises(ConflictError, match="支援措置の一覧"):
            require_whole_chain(session, Stopped.PRINTING)


def test_an_archive_without_a_receipt_stops_the_next_run_and_the_settlement(
    database: Database, tmp_path: Path
) -> None:
    house = make_mail_house(database, tmp_path)
    run_id, _people = house.run(3)
    built = house.build(run_id)
    assert open_rows(database) == []
    house.hand_over(run_id)
    (row,) = open_rows(database)
    assert (row.kind, row.state, row.partner) == ("archive", "sent", "汐風印刷")
    assert row.sent == Figures(3, 3, 90_000, built.sha256)
    with database.read() as session, pytest.raises(ConflictError, match="受領書"):
        require_whole_chain(session, Stopped.PRINTING)
    with database.write() as session:
        received = Figures(rows=3, sha256=built.sha256)
        enter_receipt(of_ward(work_in(session)), row.id, received)
    assert open_rows(database) == []


def test_a_lost_archive_needs_no_receipt(database: Database, tmp_path: Path) -> None:
    house = make_mail_house(database, tmp_path)
    run_id, _people = house.run(2)
    house.build(run_id)
    house.hand_over(run_id)
    with database.write() as session:
        archive = session.scalars(select(PrintArchive.id)).one()
        lose_archive(work_in(session, house.officer), archive)
    assert open_rows(database) == []
    with database.read() as session:
        assert session.scalars(select(FileTransfer.state)).one() == "lost"


def test_codes_without_a_sheet_stop_the_settlement_with_a_sentence(
    database: Database, tmp_path: Path
) -> None:
    ending = make_ending(database, tmp_path, 3)
    with database.write() as session:
        counted = Figures(rows=5, yen=150_000, sha256="c" * 64)
        take_in(work_in(session), Arrival(TransferKind.CODES, "late.csv", counted))
    with database.read() as session:
        work = work_in(session, now=AFTER_ALL, program=ending.program)
        found = blockers(work, figures(work))
    assert found[Blocker.CHAIN] == 1
    assert "データの受け渡しが1件" in Blocker.CHAIN.sentence(1)
