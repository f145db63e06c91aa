"""Read Excel workbooks as text, after checking that they are no zip bombs."""

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from portal.domain.foundation.held_file import CameIn, size_of
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError, cannot_read

MAX_FILE_BYTES = 64 << 20
MAX_TOTAL_BYTES = 512 << 20
MAX_RATIO = 100
MAX_ENTRIES = 1_000
MAX_ROWS = 400_000
RATIO_FREE_BYTES = 1 << 20
"""Up to this size a part may be packed at any ratio, such as an empty sheet of blanks."""
CHUNK_BYTES = 1 << 20


def check_workbook(path: CameIn) -> None:
    """Refuse a file that is no workbook or would unpack to a huge size.

    The zip directory is checked first, then the true sizes. Raises RosterFileError.
    """
    try:
        if size_of(path) > MAX_FILE_BYTES:
            raise _too_big()
        with path.open("rb") as opened, zipfile.ZipFile(opened) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES or sum(part.file_size for part in parts) > MAX_TOTAL_BYTES:
                raise _too_big()
            for part in parts:
                if part.file_size > RATIO_FREE_BYTES and part.file_size > MAX_RATIO * max(
                    part.compress_size, 1
                ):
                    raise _too_big()
            for part in parts:
                _check_true_size(archive, part)
    except OSError as error:
        raise cannot_read(path, error) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise _no_workbook() from error


def _check_true_size(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # the directory may be false: zipfile stops at the declared size and finds a wrong checksum
    with archive.open(part) as stream:
        while stream.read(CHUNK_BYTES):
            pass


def read_sheet(path: CameIn, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Yield row numbers (from 1) and cells as text of the named or the first sheet.

    Raises RosterFileError for a file that is no workbook, has no such sheet or too many rows.
    """
    check_workbook(path)
    try:
        with path.open("rb") as opened, CalamineWorkbook.from_filelike(opened) as book:
            worksheet = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
            if worksheet.total_height > MAX_ROWS:
                raise _too_big()
            first = 1 + (worksheet.start[0] if worksheet.start else 0)
            for number, row in enumerate(worksheet.iter_rows(), first):
                yield number, [_text(cell) for cell in row]
    except WorksheetNotFound as error:
        raise RosterFileError(
            _s("シート「%(sheet)s」がありません。レイアウトの sheet を確かめてください。")
            % {"sheet": sheet}
        ) from error
    except CalamineError as error:
        raise _no_workbook() from error


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%Y%m%d}"
    return str(cell)


def _too_big() -> RosterFileError:
    return RosterFileError(
        _s(
            "Excel ファイルが大きすぎるか、圧縮の中身が不自然です。CSV "
            "で出し直してもらってください。"
        )
    )


def _no_workbook() -> RosterFileError:
    return RosterFileError(
        _s("Excel(.xlsx)として読めません。ファイルを確かめ、.xlsx で保存し直してください。")
    )
