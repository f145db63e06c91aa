"""A leaked sheet tells which list it is from, and what cannot be told is not claimed."""

import csv
import io
from collections.abc import Callable, Sequence

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import InputError
from portal.domain.letters.shipments.models import Shipment
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.tracing import Told, Trace, trace
from tests.functional.oversight.person_lists.support import (
    ask,
    fetched,
    made,
    opened,
    returned,
    step,
)
from tests.support.staff import StaffSite
from tests.support.work import work_in

Rows = Sequence[Sequence[object]]


def traced(staff: StaffSite, data: bytes) -> list[Trace]:
    with staff.database.read() as session:
        found = trace(work_in(session, now=staff.now, vault=staff.site.vault), data)
        session.expunge_all()
        return found


def table(workbook: bytes) -> Rows:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return book.get_sheet_by_index(1).to_python()


def as_csv(rows: Rows, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """As a spreadsheet saves it: whole numbers without a point."""
    file = io.StringIO(newline="")
    plain = [[int(c) if isinstance(c, float) else c for c in row] for row in rows]
    csv.writer(file, delimiter=delimiter).writerows(plain)
    return file.getvalue().encode(encoding)


@pytest.fixture
def two_lists(sqlite_staff: StaffSite) -> tuple[StaffSite, dict[int, Rows]]:
    """Two lists of the same 60 letters, for two people."""
    returned(sqlite_staff, 60)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    found: dict[int, Rows] = {}
    for place in ("a", "b"):
        officer = sqlite_staff.enter_as(Role.OFFICER)
        number = ask(sqlite_staff, officer, form_key=place)
        key = made(number, ward)
        found[number] = table(opened(step(officer, number, "fetch").content, key))
    return sqlite_staff, found


def test_the_file_as_it_came_and_the_workbook_in_it_are_known(sqlite_staff: StaffSite) -> None:
    number, body, workbook = fetched(sqlite_staff)
    for data in (body, workbook):
        (found,) = traced(sqlite_staff, data)
        assert (found.row.id, found.told) == (number, Told.FILE)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_saved_as_csv_or_cut_to_fifty_rows_it_names_the_one_list_of_two_with_the_same_rows(
    two_lists: tuple[StaffSite, dict[int, Rows]], encoding: str
) -> None:
    staff, found = two_lists
    for number, rows in found.items():
        body = rows[2:62]
        for leaked in (rows, body[:50], body[10:60], list(reversed(body[5:55]))):
            first, *others = traced(staff, as_csv(leaked, encoding))
            assert (first.row.id, first.told) == (number, Told.MARKS)
            assert first.agreeing == first.cells
            assert [one.told for one in others] == [Told.ROWS]


def without_a_column(rows: Rows) -> Rows:
    return [[*row[:2], *row[3:]] for row in rows]


def turned_round(rows: Rows) -> Rows:
    return [list(reversed(row)) for row in rows]


def with_other_dates(rows: Rows) -> Rows:
    """As a spreadsheet writes the dates of a text that it opened as a table."""
    return [
        [
            str(c).strip().replace("-0", "/").replace("-", "/") if i == 3 else c
            for i, c in enumerate(row)
        ]
        for row in rows
    ]


@pytest.mark.parametrize("change", [without_a_column, turned_round, with_other_dates])
def test_moved_dropped_and_rewritten_columns_do_no_harm(
    two_lists: tuple[StaffSite, dict[int, Rows]], change: Callable[[Rows], Rows]
) -> None:
    staff, found = two_lists
    for number, rows in found.items():
        first = traced(staff, as_csv(change(rows[2:62]), delimiter="\t"))[0]
        assert (first.row.id, first.told) == (number, Told.MARKS)


def typed_off(rows: Rows) -> list[list[str]]:
    """As somebody types them: no blanks, other widths, and not the column of the state."""
    return [
        [str(c).strip().replace("-", "－") for i, c in enumerate(row) if i != 1] for row in rows
    ]


def test_without_marks_it_says_which_lists_have_the_rows_and_claims_none(
    two_lists: tuple[StaffSite, dict[int, Rows]],
) -> None:
    staff, found = two_lists
    rows = next(iter(found.values()))
    ordered = sorted(typed_off(rows[2:52]))
    numbers_alone = [row[:1] for row in ordered]
    for leaked in (ordered, numbers_alone, typed_off(rows[2:7])):
        told = traced(staff, as_csv(leaked))
        assert {(one.row.id, one.told) for one in told} == {(n, Told.ROWS) for n in found}
        assert not any(one.is_certain for one in told)
    few = traced(staff, as_csv(rows[2:7]))
    assert {one.told for one in few} == {Told.ROWS}


def test_rows_that_were_typed_off_are_of_the_list_in_whose_order_they_stand(
    two_lists: tuple[StaffSite, dict[int, Rows]],
) -> None:
    staff, found = two_lists
    for number, rows in found.items():
        first, *others = traced(staff, as_csv(typed_off(rows[2:32])))
        assert (first.row.id, first.told, first.copied) == (number, Told.ORDER, 30)
        assert first.in_order == first.pairs >= 14
        assert not first.is_certain
        assert [one.told for one in others] == [Told.ROWS]


def test_a_row_that_changed_between_two_lists_is_in_one_of_them_alone(
    sqlite_staff: StaffSite,
) -> None:
    returned(sqlite_staff, 4)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    rows: list[Rows] = []
    numbers: list[int] = []
    for place in ("a", "b"):
        officer = sqlite_staff.enter_as(Role.OFFICER)
        numbers.append(ask(sqlite_staff, officer, form_key=place))
        key = made(numbers[-1], ward)
        rows.append(table(opened(step(officer, numbers[-1], "fetch").content, key))[2:])
        with sqlite_staff.database.write() as session:
            session.execute(update(Shipment).values(returned_reason="refused"))
    for number, leaked in zip(numbers, rows, strict=True):
        first, *_others = traced(sqlite_staff, as_csv(typed_off(leaked[:1])))
        assert (first.row.id, first.told) == (number, Told.SOLE)


def test_a_strange_table_is_of_no_list_and_a_strange_file_is_refused(
    two_lists: tuple[StaffSite, dict[int, Rows]],
) -> None:
    staff, _found = two_lists
    strange = [[f"M{n:09}", "戻った ", "2023-08-01"] for n in range(900_000_000, 900_000_100)]
    assert traced(staff, as_csv(strange)) == []
    assert traced(staff, b"") == []
    for data in (b"PK\x03\x04broken", b"\xff\xfe\x00\x81"):
        with pytest.raises(InputError):
            traced(staff, data)


def test_a_file_that_is_gone_from_the_server_is_still_traced(sqlite_staff: StaffSite) -> None:
    number, body, _workbook = fetched(sqlite_staff)
    with sqlite_staff.database.write() as session:
        session.get_one(PersonList, number).file = None
    (found,) = traced(sqlite_staff, body)
    assert found.row.id == number
