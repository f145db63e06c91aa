"""A hand-over sheet as a file: two columns, 項目 and 値, in UTF-8 or Shift_JIS.

A sender may give such a file instead of paper; we give one with every file that we send.
"""

import csv
import io
import unicodedata

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import Figure, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.sheets import Sheet

MAX_BYTES = 64 << 10
HEADER = ("項目", "値")
KIND, NUMBER, FILE, PARTNER = "種類", "送付票の番号", "ファイルの名前", "送った人"
ROWS, CHILDREN, YEN, SHA256 = "件数", "こどもの数", "金額（円）", "SHA-256"
FIGURES = {
    ROWS: Figure.ROWS,
    CHILDREN: Figure.CHILDREN,
    YEN: Figure.YEN,
    SHA256: Figure.SHA256,
}
ITEMS = (KIND, NUMBER, FILE, PARTNER, *FIGURES)
NAME_SHOWN = 40


def read_sheet(data: bytes, kind: TransferKind) -> Sheet:
    """Read a sheet of a file of this kind.

    Raises:
        InputError: it cannot be read, names an item twice or one that is unknown, is of another
            kind, or a number in it is none.
    """
    values = _values(data)
    with use_locale(SOURCE_LOCALE):
        label = kind.label  # senders write Japanese, whatever our reader's language
    if values.get(KIND, "") not in {"", kind.value, kind.label, label}:
        raise InputError(
            _s("送付票の種類が「%(found)s」です。「%(kind)s」の送付票ではありません。")
            % {"found": values[KIND], "kind": kind.label},
            code="sheet",
        )
    return Sheet(
        kind=kind,
        file_name=values.get(FILE, ""),
        partner=values.get(PARTNER, ""),
        number=values.get(NUMBER, ""),
        figures=Figures(
            rows=_number(values, ROWS),
            children=_number(values, CHILDREN),
            yen=_number(values, YEN),
            sha256=digest(values.get(SHA256, "")),
        ),
    )


def write_sheet(row: FileTransfer, sender: str) -> bytes:
    """Return our side of a file that we send as such a file."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(HEADER)
    writer.writerow((KIND, row.kind))
    writer.writerow((NUMBER, row.sheet_no or str(row.id)))
    writer.writerow((FILE, row.file_name))
    writer.writerow((PARTNER, sender))
    for name, figure in FIGURES.items():
        value = row.sent.of(figure)
        if value is not None:
            writer.writerow((name, value))
    return written.getvalue().encode("utf-8-sig")


def number(text: str) -> int | None:
    """Return a typed number (full width, 1,234, 30円 and the like); None if it is empty.

    Raises:
        ValueError: it is no whole number.
    """
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("円人件行通").replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit()):
        raise ValueError(text)
    return int(plain)


def digest(text: str) -> str | None:
    """Return a typed SHA-256 in lower case without spaces; None if it is empty."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower() or None


def _number(values: dict[str, str], name: str) -> int | None:
    try:
        return number(values.get(name, ""))
    except ValueError:
        raise InputError(
            _s("送付票の「%(name)s」が数ではありません。") % {"name": name}, code="sheet"
        ) from None


def _values(data: bytes) -> dict[str, str]:
    values: dict[str, str] = {}
    try:
        rows = list(csv.reader(io.StringIO(_text(data), newline=""), strict=True))
    except csv.Error:
        raise _unreadable() from None
    for cells in rows:
        if len(cells) < 2 or tuple(cell.strip() for cell in cells[:2]) == HEADER:
            continue
        name = cells[0].strip()
        if name not in ITEMS or name in values:
            raise InputError(
                _s("送付票に、知らない項目か、2回書いた項目があります: %(name)s")
                % {"name": name[:NAME_SHOWN]},
                code="sheet",
            )
        values[name] = cells[1].strip()
    if not values:
        raise _unreadable()
    return values


def _text(data: bytes) -> str:
    if len(data) <= MAX_BYTES:
        for encoding in ("utf-8-sig", "cp932"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise _unreadable()


def _unreadable() -> InputError:
    return InputError(
        _s(
            "送付票のファイルを読めません。「項目,値」の2列のCSV（UTF-8 か Shift_JIS）"
            "にしてください。"
        ),
        code="sheet",
    )
