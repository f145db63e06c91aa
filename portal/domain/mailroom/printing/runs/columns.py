"""Read columns by name from CSV files as spreadsheets save them, in UTF-8 or Shift_JIS."""

import csv
import io
from collections.abc import Sequence

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s


def read_columns(
    data: bytes, names: Sequence[str], *, code: str
) -> list[tuple[int, tuple[str, ...]]]:
    """Return each row's line number and the cells of the named columns.

    Other columns are ignored.

    Raises:
        InputError: no CSV, another encoding, or a column missing or named twice (with ``code``).
    """
    text = _decoded(data, code)
    try:
        rows = [
            (line, cells)
            for line, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1)
            if any(cells)
        ]
    except csv.Error:
        raise InputError(_s("ファイルがCSVとして壊れています。"), code=code) from None
    header = [cell.strip() for cell in rows[0][1]] if rows else []
    if missing := [name for name in names if header.count(name) != 1]:
        raise InputError(
            _s("ファイルの見出しに、列 %(names)s がちょうど1つずつ必要です。")
            % {"names": ", ".join(missing)},
            code=code,
        )
    places = [header.index(name) for name in names]
    found = [
        (line, tuple(cells[place] if place < len(cells) else "" for place in places))
        for line, cells in rows[1:]
    ]
    if not found:
        raise InputError(_s("ファイルに手紙がありません。"), code=code)
    return found


def _decoded(data: bytes, code: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        _s("ファイルの文字コードが分かりません。UTF-8 か Shift_JIS で保存してください。"), code=code
    )
