"""The formats in which wards hand their extracts over: CSV, minimum CSV, fixed width, Excel."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from portal.demo.families import Family, Person
from portal.demo.ward import HEADERS, WIDTHS

MINIMUM_HEADERS = (
    "連番",
    "世帯主氏名",
    "世帯主生年月日",
    "こども氏名",
    "こども生年月日",
    "郵便番号",
    "町名",
    "番地",
    "方書",
)
ENCODING = "cp932"
_BUILDING = HEADERS.index("方書")


def csv_bytes(people: Iterable[Person]) -> tuple[bytes, list[int]]:
    """Return the CP932 file (CRLF, 0x1A at its end, damaged rows) and each row's first line."""
    parts, lines, line = [",".join(HEADERS).encode(ENCODING)], [], 2
    for person in people:
        row = _csv_row(person)
        parts.append(row)
        lines.append(line)
        line += 1 + row.count(b"\n")
    return b"\r\n".join(parts) + b"\r\n\x1a", lines


def _csv_row(person: Person) -> bytes:
    cells = [person.cells[header].encode(ENCODING) for header in HEADERS]
    if person.damage == "half":
        cells[_BUILDING] = "メゾン水鏡２０３号室".encode(ENCODING)[:-1]
    elif person.damage == "comma":
        cells[_BUILDING : _BUILDING + 1] = "メゾン水鏡,２０３".encode(ENCODING).split(b",")
    elif person.damage == "short":
        del cells[-4:]
    return b",".join(map(_quoted, cells))


def _quoted(cell: bytes) -> bytes:
    return (
        b'"' + cell.replace(b'"', b'""') + b'"' if any(mark in cell for mark in b',"\r\n') else cell
    )


def minimum_bytes(families: Iterable[Family]) -> bytes:
    """Return the contract's minimum: one row per accepted child, with its householder, CP932."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(MINIMUM_HEADERS)
    number = 0
    for family in families:
        heads = [person for person in family.people if person.cells["世帯主区分"] == "1"]
        for child in family.people:
            if not heads or child.cells["世帯主区分"] == "1" or child.result != "accept":
                continue
            number += 1
            head, cells = heads[0].cells, child.cells
            place = [cells[header] for header in ("郵便番号", "町名", "番地", "方書")]
            writer.writerow(
                [number, head["氏名"], head["生年月日"], cells["氏名"], cells["生年月日"], *place]
            )
    return out.getvalue().encode(ENCODING)


def fixed_bytes(people: Iterable[Person]) -> bytes:
    """Return the accepted rows in columns of WIDTHS bytes, padded, cut between characters."""
    rows = []
    for person in people:
        if person.result == "accept":
            texts = (person.cells[header].replace("\n", " ") for header in HEADERS)
            rows.append(b"".join(map(_fitted, texts, WIDTHS)) + b"\r\n")
    return b"".join(rows)


def _fitted(text: str, width: int) -> bytes:
    data = text.encode(ENCODING)
    while len(data) > width:
        text = text[:-1]
        data = text.encode(ENCODING)
    return data.ljust(width)


def write_workbook(path: Path, people: Iterable[Person]) -> None:
    """Write the accepted rows as an Excel workbook, every cell as text."""
    book = xlsxwriter.Workbook(
        path, {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    )
    book.set_properties({"created": datetime(2023, 6, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("抽出")
    sheet.write_row(0, 0, HEADERS)
    row = 0
    for person in people:
        if person.result == "accept":
            row += 1
            for column, header in enumerate(HEADERS):
                if person.cells[header]:
                    sheet.write_string(row, column, person.cells[header])
    book.close()
