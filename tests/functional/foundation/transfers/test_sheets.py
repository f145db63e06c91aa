"""A file and its sheet find each other in any order, and both sides' figures are compared."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.transfers.chain import open_transfers
from portal.domain.foundation.transfers.ending import (
    confirm_acceptance,
    lost,
    propose_acceptance,
    reason_of,
    withdraw,
)
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import RULES, Stopped, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import (
    announce,
    became,
    correct,
    enter_receipt,
    passes,
    send_out,
    take_in,
)
from portal.domain.foundation.transfers.sheet_file import read_sheet, write_sheet
from portal.domain.foundation.transfers.sheets import Arrival, Departure
from portal.domain.foundation.transfers.words import disagreement, next_step, sentences
from portal.platform.database import Database
from tests.support.coupons import NOW, VAULT
from tests.support.staff import hire
from tests.support.transfers import of_ward, sheet, written_sheet
from tests.support.work import work_in

FILE = Path("extract.csv")
WHOLE = Figures(rows=510, children=262, yen=7_860_000, sha256="a" * 64)
HALF = Figures(rows=255, children=143, yen=4_290_000, sha256="b" * 64)


@pytest.fixture
def people(database: Database) -> dict[str, Actor]:
    return {
        login: Actor(role, hire(database, NOW, role, login).id, organization)
        for login, role, organization in (
            ("officer", Role.OFFICER, Organization.CONTRACTOR),
            ("second", Role.OFFICER, Organization.CONTRACTOR),
            ("ward", Role.WARD_OFFICER, Organization.WARD),
        )
    }


def enter(
    database: Database,
    figures: Figures,
    kind: TransferKind = TransferKind.EXTRACT,
    number: str = "",
    file: Path = FILE,
) -> int:
    with database.write() as session:
        return announce(of_ward(work_in(session)), sheet(kind, file, figures, number)).id


def arrive(
    database: Database,
    figures: Figures,
    kind: TransferKind = TransferKind.EXTRACT,
    name: str = FILE.name,
) -> int:
    with database.write() as session:
        return take_in(work_in(session), Arrival(kind, name, figures)).id


def state(database: Database, key: int) -> str:
    with database.read() as session:
        return session.get_one(FileTransfer, key).state


def test_a_whole_file_matches_its_sheet_whichever_comes_first(database: Database) -> None:
    first = enter(database, WHOLE)
    assert state(database, first) == "announced"
    assert arrive(database, WHOLE) == first
    assert state(database, first) == "matched"
    other = replace(WHOLE, sha256="c" * 64)
    second = arrive(database, other)
    assert state(database, second) == "without_sheet"
    assert enter(database, other) == second != first
    assert state(database, second) == "matched"


def test_half_a_file_is_said_in_figures(database: Database) -> None:
    key = enter(database, WHOLE)
    assert arrive(database, HALF) == key
    with database.read() as session:
        row = session.get_one(FileTransfer, key)
        assert not passes(row)
        assert row.differs
        assert not row.may_be_accepted
        said = disagreement(row)
    assert "件数: 送付票は510、こちらで数えると255。" in said
    assert "こども: 送付票は262人、こちらで数えると143人。" in said
    assert "金額: 送付票は7,860,000円、こちらで数えると4,290,000円。" in said
    assert "同じファイルではありません" in said
    assert arrive(database, WHOLE) == key
    assert state(database, key) == "matched"


def test_a_file_finds_its_sheet_by_checksum_name_or_because_it_is_the_only_one(
    database: Database,
) -> None:
    one = enter(database, WHOLE, file=Path("one.csv"))
    two = enter(database, HALF, file=Path("two.csv"))
    assert arrive(database, WHOLE, name="renamed.csv") == one
    assert arrive(database, replace(HALF, sha256="d" * 64), name="unnamed.csv") == two
    three = enter(database, replace(WHOLE, sha256="e" * 64), file=Path("three.csv"))
    assert arrive(database, replace(HALF, sha256="f" * 64), name="three.csv") == three


def test_the_same_sheet_or_file_again_is_the_same_hand_over(database: Database) -> None:
    key = enter(database, WHOLE)
    assert enter(database, WHOLE) == key
    assert arrive(database, WHOLE) == key
    assert arrive(database, WHOLE) == key
    assert enter(database, WHOLE) == key, "nothing is announced anew after the file was taken in"
    assert state(database, key) == "matched"
    bare = arrive(database, HALF)
    assert arrive(database, HALF) == bare


def test_a_corrected_sheet_under_its_number_replaces_the_wrong_one(database: Database) -> None:
    key = enter(database, replace(WHOLE, children=263), number="情第7号")
    arrive(database, WHOLE)
    assert state(database, key) == "differing"
    assert enter(database, WHOLE, number="情第7号") == key
    assert state(database, key) == "matched"
    with database.write() as session, pytest.raises(WrongStateError):
        correct(work_in(session), key, sheet(TransferKind.EXTRACT, FILE, WHOLE))
    with database.write() as session, pytest.raises(NotFoundError):
        correct(work_in(session), 999, sheet(TransferKind.EXTRACT, FILE, WHOLE))


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        (replace(WHOLE, sha256=None), "sha256"),
        (replace(WHOLE, sha256="A" * 64), "sha256"),
        (replace(WHOLE, sha256="a" * 63), "sha256"),
        (replace(WHOLE, children=None), "children"),
        (replace(WHOLE, rows=-1), "rows"),
        (replace(WHOLE, yen=10**15), "yen"),
    ],
)
def test_a_sheet_that_says_too_little_is_refused(
    sqlite_database: Database, figures: Figures, code: str
) -> None:
    with pytest.raises(InputError) as refused:
        enter(sqlite_database, figures)
    assert refused.value.code == code


def test_two_people_accept_other_children_in_the_same_file_with_a_reason(
    database: Database, people: dict[str, Actor]
) -> None:
    key = enter(database, replace(WHOLE, children=263, yen=7_890_000))
    arrive(database, WHOLE)
    for who in ("officer", "second"):
        with database.write() as session, pytest.raises(NotFoundError):
            confirm_acceptance(work_in(session, people[who]), key)
    with database.write() as session, pytest.raises(InputError, match="理由"):
        propose_acceptance(work_in(session, people["officer"]), key, " ")
    with database.write() as session:
        propose_acceptance(work_in(session, people["officer"]), key, "1行は生年月日がない。")
    with database.write() as session, pytest.raises(NotAllowedError, match="自分の提案"):
        confirm_acceptance(work_in(session, people["officer"]), key)
    with database.write() as session, pytest.raises(NotAllowedError, match="受託者の二人だけ"):
        confirm_acceptance(work_in(session, people["second"]), key)
    with database.write() as session:
        row = confirm_acceptance(work_in(session, people["ward"]), key)
        assert passes(row)
        assert reason_of(VAULT, row) == "1行は生年月日がない。"
        assert "生年月日".encode() not in (row.reason_sealed or b"")
    assert arrive(database, WHOLE) == key
    assert state(database, key) == "accepted"


def test_nobody_can_accept_a_file_that_is_not_the_same(
    database: Database, people: dict[str, Actor]
) -> None:
    key = enter(database, WHOLE)
    arrive(database, replace(WHOLE, sha256="c" * 64))
    with (
        database.write() as session,
        pytest.raises(NotAllowedError, match="同じファイルではありません"),
    ):
        propose_acceptance(work_in(session, people["ward"]), key, "急ぐので。")


@pytest.mark.parametrize(
    "kind", [TransferKind.TRACKING, TransferKind.STATEMENT, TransferKind.ANSWERS]
)
def test_two_people_accept_another_file_only_if_it_was_stored_before_its_sheet_came(
    database: Database, people: dict[str, Actor], kind: TransferKind
) -> None:
    key = enter(database, WHOLE, kind)
    assert arrive(database, HALF, kind) == key
    with database.write() as session, pytest.raises(NotAllowedError, match="同じファイル"):
        propose_acceptance(work_in(session, people["ward"]), key, "急ぐので。")
    assert arrive(database, WHOLE, kind) == key
    stored = arrive(database, HALF, kind)
    with database.write() as session:
        became(work_in(session), session.get_one(FileTransfer, stored), "stored_file", 1)
    assert enter(database, replace(WHOLE, sha256="d" * 64), kind) == stored
    with database.write() as session:
        propose_acceptance(work_in(session, people["officer"]), stored, "もう取り込んでいた。")
    with database.write() as session:
        assert confirm_acceptance(work_in(session, people["ward"]), stored).is_agreed


def test_a_proposal_dies_with_the_figures_that_it_was_about(
    database: Database, people: dict[str, Actor]
) -> None:
    key = enter(database, replace(WHOLE, children=263))
    arrive(database, WHOLE)
    with database.write() as session:
        propose_acceptance(work_in(session, people["officer"]), key, "数え方の違い。")
    with database.write() as session:
        wrong = sheet(TransferKind.EXTRACT, FILE, replace(WHOLE, children=300))
        correct(work_in(session, people["officer"]), key, wrong)
    with database.write() as session, pytest.raises(NotFoundError):
        confirm_acceptance(work_in(session, people["ward"]), key)


def test_a_sheet_entered_by_mistake_is_withdrawn_with_a_reason_and_stays_in_the_register(
    database: Database, people: dict[str, Actor]
) -> None:
    key = enter(database, WHOLE)
    with database.write() as session, pytest.raises(InputError):
        withdraw(work_in(session, people["officer"]), key, "")
    with database.write() as session, pytest.raises(NotAllowedError):
        withdraw(work_in(session), key, "だれでもない")
    with database.write() as session:
        withdraw(work_in(session, people["officer"]), key, "別の区の送付票だった。")
    assert state(database, key) == "withdrawn"
    stored = arrive(database, HALF, TransferKind.CODES)
    with database.write() as session:
        row = session.get_one(FileTransfer, stored)
        became(work_in(session), row, "coupon_batch", 1)
    with database.write() as session, pytest.raises(NotAllowedError, match="もう保存"):
        withdraw(work_in(session, people["officer"]), stored, "書き間違い。")


def test_what_we_send_waits_for_a_receipt_with_the_same_figures(
    database: Database, people: dict[str, Actor]
) -> None:
    with database.write() as session:
        sent = Departure(
            TransferKind.ARCHIVE, "run-001-1.tar.age", "印刷会社", WHOLE, "print_archive", 1
        )
        key = send_out(work_in(session, people["officer"]), sent).id
    assert state(database, key) == "sent"
    with database.write() as session, pytest.raises(InputError):
        enter_receipt(work_in(session, people["officer"]), key, Figures(rows=510))
    with database.write() as session:
        counted = Figures(rows=509, sha256=WHOLE.sha256)
        row = enter_receipt(work_in(session, people["officer"]), key, counted)
        assert sentences(row) == ("件数: こちらは510、受け取った側は509。",)
        assert row.may_be_accepted
        assert "数えなおして" in next_step(row)
    with database.write() as session:
        counted = Figures(rows=510, sha256=WHOLE.sha256)
        row = enter_receipt(work_in(session, people["second"]), key, counted)
        assert row.is_agreed
        lost(work_in(session, people["officer"]), "print_archive", 1)
        assert row.state == "lost"


def test_a_receipt_is_only_for_what_we_send_and_a_sheet_for_what_comes(
    sqlite_database: Database,
) -> None:
    key = enter(sqlite_database, WHOLE)
    with sqlite_database.write() as session, pytest.raises(InputError):
        enter_receipt(work_in(session), key, WHOLE)
    with sqlite_database.write() as session, pytest.raises(InputError) as refused:
        announce(
            work_in(session),
            replace(sheet(TransferKind.EXTRACT, FILE, WHOLE), kind=TransferKind.EXPORT),
        )
    assert refused.value.code == "kind"


def test_a_small_secret_files_checksum_is_stored_only_as_a_keyed_digest(
    database: Database,
) -> None:
    figures = Figures(rows=2, sha256="9" * 64)
    key = enter(database, figures, TransferKind.PROTECTION_LIST)
    assert arrive(database, figures, TransferKind.PROTECTION_LIST) == key
    assert state(database, key) == "matched"
    with database.read() as session:
        stored = session.execute(text("SELECT sent_sha256, got_sha256 FROM file_transfer")).one()
    assert stored[0] == stored[1] != "9" * 64


def test_what_is_open_stops_what_depends_on_it(database: Database) -> None:
    keys = {
        TransferKind.EXTRACT: enter(database, WHOLE),
        TransferKind.STATEMENT: arrive(
            database, Figures(rows=1, yen=5, sha256="1" * 64), TransferKind.STATEMENT, "s.csv"
        ),
        TransferKind.TRACKING: arrive(
            database, Figures(rows=3, sha256="2" * 64), TransferKind.TRACKING, "t.csv"
        ),
    }
    with database.read() as session:
        printing = [row.id for row in open_transfers(session, Stopped.PRINTING)]
        paying = [row.id for row in open_transfers(session, Stopped.PAYING)]
    assert printing == [keys[TransferKind.EXTRACT]]
    assert paying == sorted(keys.values())
    assert all(Stopped.PAYING in rule.stops for rule in RULES.values())


def test_a_sheets_file_is_read_as_the_sender_wrote_it(tmp_path: Path) -> None:
    path = written_sheet(tmp_path, TransferKind.EXTRACT, FILE, WHOLE)
    for language in ("ja", "en"):
        with use_locale(language):
            read = read_sheet(path.read_bytes(), TransferKind.EXTRACT)
        assert (read.file_name, read.figures) == (FILE.name, WHOLE)
    typed = '項目,値\n件数,５１０件\nこどもの数,"2,62人"\n金額（円）,"7,860,000円"\n'
    assert read_sheet(typed.encode(), TransferKind.EXTRACT).figures == replace(WHOLE, sha256=None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        "項目,値\n行,5\n".encode(),
        "件数,5\n件数,6\n".encode(),
        "件数,五\n".encode(),
        "種類,codes\n件数,5\n".encode(),
        '件数,"5\n'.encode(),
        b"x" * 70_000,
    ],
)
def test_a_sheets_file_that_cannot_be_understood_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        read_sheet(data, TransferKind.EXTRACT)
    assert refused.value.code == "sheet"


def test_our_own_sheet_is_a_file_that_another_program_reads_back(database: Database) -> None:
    with database.write() as session:
        sent = Departure(TransferKind.EXPORT, "out", "汐風区", WHOLE, "data_copy", 1)
        row = send_out(work_in(session), sent)
        written = write_sheet(row, "受託者")
    read = read_sheet(written, TransferKind.EXPORT)
    assert (read.figures, read.partner, read.number) == (WHOLE, "受託者", str(row.id))


def test_every_step_is_on_record(database: Database, people: dict[str, Actor]) -> None:
    key = enter(database, replace(WHOLE, children=263))
    arrive(database, WHOLE)
    with database.write() as session:
        propose_acceptance(work_in(session, people["officer"]), key, "数え方の違い。")
    with database.write() as session:
        confirm_acceptance(work_in(session, people["ward"]), key)
    with database.read() as session:
        events = session.execute(
            text("SELECT action FROM audit_event WHERE subject = 'file_transfer' ORDER BY id")
        )
        assert [row[0] for row in events] == [
            "file_transfer.sheet",
            "file_transfer.counted",
            "file_transfer.accepted",
        ]
        assert session.scalars(select(FileTransfer.ended_by)).one() == people["ward"].id
