"""An extract is applied only if it is what the ward's hand-over sheet says."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import ConflictError, DomainError
from portal.domain.foundation.transfers.ending import confirm_acceptance, propose_acceptance
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.mailroom.roster.checks.check import RosterReport, check_file
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.imports.importer import Imported
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.support.mailroom.roster import NOW, Ward, enter_sheet, importer, rules_for
from tests.support.staff import hire
from tests.support.transfers import announced, digest_of
from tests.support.work import work_in

CUTS = 40


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    return Ward(database, tmp_path)


def checked(ward: Ward, path: Path) -> RosterReport:
    return check_file(path, find_layout(ward.layout), rules_for(ward.plan))


def take(ward: Ward, path: Path, expected: int | None = None) -> Imported:
    """Import a file whose sheet, if any, was entered before."""
    return importer(ward.database, expected).run(path, checked(ward, path))


def stored(ward: Ward) -> int:
    with ward.database.read() as session:
        return session.scalar(select(func.count()).select_from(Household)) or 0


def transfers(ward: Ward) -> list[str]:
    with ward.database.read() as session:
        return list(session.scalars(select(FileTransfer.state).order_by(FileTransfer.id)))


def whole(ward: Ward) -> Path:
    """Write an extract, and enter the sheet of it."""
    path = ward.write(ward.extract())
    enter_sheet(ward.database, path, checked(ward, path))
    return path


def cut(path: Path, data: bytes) -> Path:
    made = path.with_name("cut.csv")
    made.write_bytes(data)
    return made


def half(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: len(lines) // 2])


def inside_a_family(data: bytes) -> bytes:
    """Cut at a line's end, so that the last family has a child less."""
    return b"".join(data.rstrip(b"\x1a").splitlines(keepends=True)[:-1])


def last_cell(data: bytes) -> bytes:
    """Cut in the last cell: rows, children and yen stay, only the checksum tells."""
    return data[:-3]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (half, "件数: 送付票は"),
        (inside_a_family, "件数: 送付票は"),
        (last_cell, "照合番号（SHA-256）が違います"),
    ],
)
def test_a_cut_file_is_refused_with_the_difference_and_the_whole_one_is_applied(
    ward: Ward, damage: Callable[[bytes], bytes], words: str
) -> None:
    path = whole(ward)
    with pytest.raises(DomainError) as refused:
        take(ward, cut(path, damage(path.read_bytes())))
    assert words in refused.value.message or isinstance(refused.value, RosterFileError)
    assert stored(ward) == 0
    assert take(ward, path).state == "applied"
    assert stored(ward) == ward.plan.households
    assert transfers(ward) == ["matched"]


def test_a_file_cut_at_a_random_byte_never_applies_silently(ward: Ward) -> None:
    path = whole(ward)
    data = path.read_bytes()
    chance = random.Random(20260417)
    for place in sorted(chance.sample(range(len(data)), CUTS)):
        with pytest.raises(DomainError):
            take(ward, cut(path, data[:place]))
        assert stored(ward) == 0, place
    assert take(ward, path).state == "applied"


def test_other_columns_no_rows_and_rows_that_are_all_rejected_are_refused(ward: Ward) -> None:
    path = whole(ward)
    lines = path.read_bytes().decode("cp932").splitlines(keepends=True)
    swapped = [
        lines[0],
        *(",".join(reversed(line.strip().split(","))) + "\r\n" for line in lines[1:]),
    ]
    for text, words in (
        (lines[0], "見出しのほかの行がありません"),
        ("".join(swapped), "すべてを受け入れられません"),
    ):
        with pytest.raises(RosterFileError, match=words):
            take(ward, cut(path, text.encode("cp932")))
    wider = [lines[0].rstrip() + ",行政区\r\n", *(line.rstrip() + ",1\r\n" for line in lines[1:])]
    other = cut(path, "".join(wider).encode("cp932"))
    enter_sheet(ward.database, other, checked(ward, other))
    with pytest.raises(ConflictError, match="レイアウトにない列の数: 1"):
        take(ward, other)
    assert stored(ward) == 0


def test_a_first_extract_without_a_sheet_is_staged_and_waits(ward: Ward) -> None:
    path = ward.write(ward.extract())
    done = take(ward, path)
    assert (done.state, done.without_sheet) == ("staged", True)
    assert stored(ward) == 0
    with pytest.raises(ConflictError, match="送付票") as refused:
        importer(ward.database).apply(done.import_id)
    assert refused.value.code == "no_sheet"
    report = checked(ward, path)
    wrong = Figures(rows=report.totals["records"] + 1, children=1, yen=30_000, sha256="0" * 64)
    with ward.database.write() as session:
        announced(work_in(session, now=NOW), TransferKind.EXTRACT, path, wrong)
    with pytest.raises(ConflictError, match="件数: 送付票は") as refused:
        importer(ward.database).apply(done.import_id)
    assert refused.value.code == "transfer_differs"
    enter_sheet(ward.database, path, report)
    importer(ward.database).apply(done.import_id)
    assert stored(ward) == ward.plan.households
    assert transfers(ward)[0] == "matched"


def test_a_later_extract_is_not_applied_before_its_sheet_is_here(ward: Ward) -> None:
    ward.hand_over()
    path = ward.write(ward.extract(lambda extract: extract.families.pop()))
    done = take(ward, path)
    assert done.state == "staged"
    with pytest.raises(ConflictError):
        importer(ward.database).apply(done.import_id)
    enter_sheet(ward.database, path, checked(ward, path))
    importer(ward.database).apply(done.import_id)


def test_an_extract_that_waits_without_a_sheet_and_is_replaced_needs_none(ward: Ward) -> None:
    take(ward, ward.write(ward.extract(lambda extract: extract.families.pop())))
    path = ward.write(ward.extract())
    report = checked(ward, path)
    assert importer(ward.database).run(path, report).state == "staged"
    assert transfers(ward) == ["withdrawn", "without_sheet"]


def test_an_extract_that_waited_before_there_were_sheets_is_counted_when_it_is_applied(
    ward: Ward,
) -> None:
    path = ward.write(ward.extract())
    done = take(ward, path)
    with ward.database.write() as session:
        session.delete(session.scalars(select(FileTransfer)).one())
    with pytest.raises(ConflictError):
        importer(ward.database).apply(done.import_id)
    assert transfers(ward) == ["without_sheet"]
    enter_sheet(ward.database, path, checked(ward, path))
    importer(ward.database).apply(done.import_id)


def test_far_other_children_than_expected_wait_for_two_people(
    ward: Ward,
) -> None:
    path = whole(ward)
    with pytest.raises(ConflictError, match=r"見込んだこどもは1,000人.*差が大きすぎます"):
        take(ward, path, expected=1_000)
    assert stored(ward) == 0
    with ward.database.read() as session:
        key = session.scalars(select(FileTransfer.id)).one()
    officer = Actor(
        Role.OFFICER,
        hire(ward.database, NOW, Role.OFFICER, "officer").id,
        Organization.CONTRACTOR,
    )
    of_ward = Actor(
        Role.WARD_OFFICER,
        hire(ward.database, NOW, Role.WARD_OFFICER, "ward").id,
        Organization.WARD,
    )
    with ward.database.write() as session:
        propose_acceptance(work_in(session, officer), key, "見込みは前の年のもの。")
    with ward.database.write() as session:
        confirm_acceptance(work_in(session, of_ward), key)
    assert take(ward, path, expected=1_000).state == "applied"


@pytest.mark.parametrize(
    ("expect", "refused"),
    [
        (lambda children: children * 10 // 9, False),
        (lambda children: children * 10 // 9 + 1, True),
        (lambda children: -(-children * 10 // 11), False),
        (lambda children: -(-children * 10 // 11) - 1, True),
    ],
)
def test_ten_percent_more_or_less_than_expected_is_no_difference(
    sqlite_database: Database, tmp_path: Path, expect: Callable[[int], int], *, refused: bool
) -> None:
    ward = Ward(sqlite_database, tmp_path)
    path = whole(ward)
    totals = checked(ward, path).totals
    expected = expect(totals["children_issue"] + totals["children_hold"])
    if refused:
        with pytest.raises(ConflictError):
            take(ward, path, expected=expected)
    else:
        assert take(ward, path, expected=expected).state == "applied"


def test_a_later_extract_may_be_near_to_what_is_stored_instead(ward: Ward) -> None:
    ward.hand_over()
    moved = {"番地": "９９番９号"}
    path = ward.write(ward.extract(lambda extract: extract.families[0].head.cells.update(moved)))
    enter_sheet(ward.database, path, checked(ward, path))
    assert take(ward, path, expected=1_000).state == "staged"


def test_the_register_knows_the_import_and_its_checksum(ward: Ward) -> None:
    path = whole(ward)
    done = take(ward, path)
    with ward.database.read() as session:
        row = session.scalars(select(FileTransfer)).one()
        assert (row.subject, row.subject_id) == ("roster_import", done.import_id)
        assert row.got_sha256 == digest_of(path.read_bytes())
        assert row.sent == row.got
    with ward.database.write() as session:
        session.execute(update(RosterImport).values(state="staged"))
    importer(ward.database).check_apply(done.import_id)
