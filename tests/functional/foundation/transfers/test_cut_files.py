"""A file of any kind that is cut at a random byte is refused with the difference.

The sheet says what its sender counted; what came is shorter by at least one byte. An extract has
its own tests (``mailroom/roster/test_sheets.py``).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from portal.domain.contacts.escalations.answers_file import read_answers
from portal.domain.contacts.escalations.answers_in import store_sheet
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.transfers.chain import require_whole_chain
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import RULES, Stopped, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import enter_receipt, send_out
from portal.domain.foundation.transfers.sheets import Departure
from portal.domain.foundation.transfers.words import sentences
from portal.domain.foundation.work import Work
from portal.domain.mailroom.printing.recalls.answers import count_answers
from portal.domain.mailroom.roster.holds.protection_list import (
    ListedNumbers,
    NumberKind,
    load_list,
    read_list,
)
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest
from portal.domain.people.coupons.batch_file import Expected, Order, read_batch
from portal.domain.people.coupons.loader import load_batch
from portal.domain.people.coupons.statement import ReceivedStatement, import_statement
from portal.platform.database import Database
from tests.functional.contacts.escalations.test_sheets import returned
from tests.functional.mailroom.tracking.test_ingest import HEADER, PROGRAM, row
from tests.support.coupons import (
    AMOUNT,
    NOW,
    TERMS,
    load_codes,
    sandbox_file,
    sandbox_profile,
)
from tests.support.staff import hire
from tests.support.transfers import announced, digest_of
from tests.support.work import source_of, work_in

CUTS = 25
NAME = "file.csv"
EXPLAINED = re.compile(r"送付票は|照合番号（SHA-256）が違います")


@dataclass(frozen=True)
class Given:
    """A whole file with what its sender counted, and how it is taken in."""

    kind: TransferKind
    data: bytes
    figures: Figures
    take: Callable[[bytes], object]


@contextmanager
def tried(database: Database) -> Iterator[Work]:
    """A transaction that keeps what was written when a file is refused, as pages do."""
    refused = None
    with database.write() as session:
        try:
            yield work_in(session, program=PROGRAM)
        except ConflictError as error:
            refused = error
    if refused is not None:
        raise refused


def codes(database: Database, folder: Path) -> Given:
    path = sandbox_file(folder, 6)
    data = path.read_bytes()

    def take(cut: bytes) -> object:
        path.write_bytes(cut)
        expected = Expected(sandbox_profile(), Order("order-1", 6, 6 * AMOUNT), TERMS)
        return load_batch(source_of(database), read_batch(path, expected))

    figures = Figures(rows=6, yen=6 * AMOUNT, sha256=digest_of(data))
    return Given(TransferKind.CODES, data, figures, take)


def statement(database: Database, folder: Path) -> Given:
    load_codes(database, folder, 6)
    numbers = [
        line.split(",")[0] for line in sandbox_file(folder, 6).read_text("utf-8-sig").splitlines()
    ][1:7]
    lines = ["管理番号,状態,利用額,残高", *(f"{one},一部利用,700,29300" for one in numbers)]
    data = "\r\n".join((*lines, "")).encode("utf-8-sig")
    day = jst_date(NOW) - timedelta(days=1)

    def take(cut: bytes) -> object:
        with tried(database) as work:
            received = ReceivedStatement(cut, sandbox_profile(complete=True), day, NAME)
            return import_statement(work, received)

    figures = Figures(rows=6, yen=4_200, sha256=digest_of(data))
    return Given(TransferKind.STATEMENT, data, figures, take)


def tracking(database: Database, _folder: Path) -> Given:
    lines = (HEADER, *(row(day, "引受") for day in range(6)), "")
    data = "\r\n".join(lines).encode("cp932")

    def take(cut: bytes) -> object:
        with tried(database) as work:
            return ingest(work, CsvFeed(cut, NAME))

    return Given(TransferKind.TRACKING, data, Figures(rows=6, sha256=digest_of(data)), take)


def mail_houses_answers(database: Database, _folder: Path) -> Given:
    lines = ("手紙番号,ファイル,結果", *(f"L{n:07},a.pdf,抜き取り" for n in range(6)), "")
    data = "\r\n".join(lines).encode("utf-8-sig")

    def take(cut: bytes) -> None:
        with tried(database) as work:
            count_answers(work, 1, cut)

    return Given(TransferKind.ANSWERS, data, Figures(rows=6, sha256=digest_of(data)), take)


def wards_answers(database: Database, _folder: Path) -> Given:
    data = returned(*((f"R-{n}", "対象になります。", "", "") for n in range(6)))
    person = hire(database, NOW, Role.OFFICER, "officer").id
    officer = Actor(Role.OFFICER, person, Organization.CONTRACTOR)

    def take(cut: bytes) -> object:
        with tried(database) as work:
            return store_sheet(work.acting_as(officer), read_answers(cut))

    return Given(TransferKind.ANSWERS, data, Figures(rows=6, sha256=digest_of(data)), take)


GIVEN = (codes, statement, tracking, mail_houses_answers, wards_answers)


def cuts(data: bytes) -> list[bytes]:
    """Some of all ways to cut a file, the last byte among them."""
    places = Random(20261128).sample(range(len(data) - 1), CUTS)
    return [data[:place] for place in (*places, len(data) - 1)]


def hand_over(database: Database) -> FileTransfer:
    """The newest hand-over."""
    with database.read() as session:
        row = session.scalars(select(FileTransfer).order_by(FileTransfer.id.desc()).limit(1)).one()
        session.expunge(row)
        return row


@pytest.mark.parametrize("given", GIVEN)
def test_a_file_cut_at_a_random_byte_is_refused_with_the_difference(
    sqlite_database: Database, tmp_path: Path, given: Callable[[Database, Path], Given]
) -> None:
    database, whole = sqlite_database, given(sqlite_database, tmp_path)
    with database.write() as session:
        announced(work_in(session), whole.kind, Path(NAME), whole.figures)
    explained = 0
    for cut in cuts(whole.data):
        with pytest.raises((ConflictError, InputError)) as refused:
            whole.take(cut)
        explained += refused.value.code == "transfer_differs"
        if refused.value.code == "transfer_differs":
            assert EXPLAINED.search(refused.value.message), cut
        row = hand_over(database)
        assert row.is_open, cut
        assert row.subject_id is None, "nothing was stored of it"
        with database.read() as session, pytest.raises(ConflictError):
            require_whole_chain(session, Stopped.PAYING)
    assert explained or whole.data.startswith(b"PK")
    whole.take(whole.data)
    assert hand_over(database).state == "matched"


def test_a_list_of_protected_people_cut_at_a_random_byte_protects_and_stays_open(
    sqlite_database: Database, tmp_path: Path
) -> None:
    database, path = sqlite_database, tmp_path / NAME
    data = "世帯番号\r\n".encode() + b"".join(b"%012d\r\n" % n for n in range(1, 7))
    figures = Figures(rows=6, sha256=digest_of(data))
    for cut in cuts(data):
        path.write_bytes(cut)
        with database.write() as session:
            work = work_in(session)
            announced(work, TransferKind.PROTECTION_LIST, path, figures)
            try:
                read = read_list(path, "世帯番号")
            except InputError:
                pass  # no number in it; the sheet waits for its file
            else:
                listed = ListedNumbers(NumberKind.HOUSEHOLD, read.numbers, read.arrival)
                done = load_list(work, listed)
                assert done.transfer is not None
                assert done.transfer.differs
            with pytest.raises(ConflictError):
                require_whole_chain(session, Stopped.PRINTING)
            session.rollback()


@pytest.mark.parametrize("kind", [TransferKind.ARCHIVE, TransferKind.EXPORT])
def test_what_we_sent_and_a_receiver_got_cut_is_accepted_by_nobody(
    sqlite_database: Database, kind: TransferKind
) -> None:
    data = Random(8).randbytes(5_000)
    sent = Figures(rows=90, children=120, yen=3_600_000, sha256=digest_of(data))
    with sqlite_database.write() as session:
        departure = Departure(kind, NAME, "受け取る人", sent, kind.value, 1)
        key = send_out(work_in(session), departure).id
    for cut in cuts(data):
        with sqlite_database.write() as session:
            got = Figures(rows=90, sha256=digest_of(cut))
            row = enter_receipt(work_in(session), key, got)
            assert row.differs
            assert not row.may_be_accepted
            assert "照合番号（SHA-256）が違います" in "".join(sentences(row))
            for stopped in RULES[kind].stops:
                with pytest.raises(ConflictError):
                    require_whole_chain(session, stopped)
