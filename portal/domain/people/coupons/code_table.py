"""The cells of an issuer's code file: encoding, CSV, header line and trailer, unchecked."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.issuer import IssuerProfile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class CodeTable:
    """A file that is read line by line, so that its size does not matter.

    Attributes:
        width: How many cells the header has.
        places: Where each column of the profile stands.
        sha256: The digest of the whole file; known after the last row, as all that follows.
        count: What the trailer states; None without one.
        total_yen: As ``count``, in yen.
    """

    def __init__(self, path: CameIn, profile: IssuerProfile) -> None:
        """Read the header.

        Raises:
            InputError: the file is unreadable, empty, not CSV, in another encoding, or lacks the
                profile's columns.
        """
        self._profile = profile
        self._digest = hashlib.sha256()
        self._lines = _cells(_text(path, profile, self._digest), profile)
        header = next(self._lines, None)
        if header is None:
            raise InputError(_s("コードのファイルが空です。"))
        self.width = len(header[1])
        self.places = _header(header[1], profile)
        self.sha256 = ""
        self.count: int | None = None
        self.total_yen: int | None = None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield once the line number and the cells of each row; the trailer is none.

        Raises:
            InputError: not CSV, in another encoding, or the trailer cannot be read.
        """
        yield from before_trailer(self._lines, self._is_trailer)
        self.sha256 = self._digest.hexdigest()

    def _is_trailer(self, line: int, cells: list[str]) -> bool:
        trailer = self._profile.trailer
        if trailer is None or cells[0].strip() != trailer.mark:
            return False
        try:
            self.count, self.total_yen = (
                read_yen(cells[place - 1]) for place in (trailer.count_cell, trailer.sum_cell)
            )
        except (IndexError, ValueError):
            raise InputError(
                _s("コードのファイルの%(line)d行目(合計の行)から件数と金額を読めません。")
                % {"line": line}
            ) from None
        return True


def before_trailer(
    lines: Iterator[tuple[int, list[str]]], is_trailer: Callable[[int, list[str]], bool]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines, but not the last one if it is the file's trailer."""
    held = next(lines, None)
    for line in lines:
        if held is not None:
            yield held
        held = line
    if held is not None and not is_trailer(*held):
        yield held


class _Hashing(io.RawIOBase):
    """A file whose bytes go into a digest as they are read."""

    def __init__(self, opened: io.BufferedIOBase, digest: "hashlib._Hash") -> None:
        self._opened, self._digest = opened, digest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        count = self._opened.readinto(buffer)
        self._digest.update(memoryview(buffer)[:count])
        return count


def _text(path: CameIn, profile: IssuerProfile, digest: "hashlib._Hash") -> Iterator[str]:
    try:
        with path.open("rb") as opened:
            raw = io.BufferedReader(_Hashing(opened, digest))
            yield from io.TextIOWrapper(raw, encoding=profile.encoding, newline="")
    except OSError as error:
        raise _unreadable(path, error) from None


def read_lines(data: bytes, profile: IssuerProfile) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line of any CSV file of the issuer.

    Raises:
        InputError: not CSV, or in another encoding.
    """
    return _cells(
        io.TextIOWrapper(io.BytesIO(data), encoding=profile.encoding, newline=""), profile
    )


def file_bytes(path: CameIn) -> bytes:
    """Return the bytes of an issuer's file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as opened:
            return opened.read()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: CameIn, error: OSError) -> InputError:
    return InputError(
        _s("コードのファイル %(path)s を読めません(%(reason)s)。場所と権限を確かめてください。")
        % {"path": path, "reason": error.strerror}
    )


def _cells(text: Iterable[str], profile: IssuerProfile) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not empty."""
    reader = csv.reader(text, delimiter=profile.separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except UnicodeDecodeError:
        raise InputError(
            _s(
                "コードのファイルを文字コード %(name)s として読めません。発行者の設定 "
                "%(profile)s の file.encoding を確かめてください。"
            )
            % {"name": profile.encoding, "profile": profile.name}
        ) from None
    except csv.Error:
        raise InputError(
            _s("コードのファイルの%(line)d行目がCSVとして壊れています(閉じていない引用符など)。")
            % {"line": reader.line_num}
        ) from None


def _header(cells: list[str], profile: IssuerProfile) -> dict[str, int]:
    names = [cell.strip() for cell in cells]
    missing = [name for name in profile.columns if names.count(name) != 1]
    if missing:
        raise InputError(
            _s(
                "コードのファイルの見出しに、列 %(names)s がちょうど1つずつ必要です。"
                "発行者の設定 %(profile)s の columns を確かめてください。"
            )
            % {"names": ", ".join(missing), "profile": profile.name},
            code="coupon_header",
        )
    return {name: names.index(name) for name in profile.columns}


@lru_cache(maxsize=1_000)
def read_yen(text: str) -> int:
    """Return an amount in yen, written with or without commas.

    Raises:
        ValueError: anything else.
    """
    digits = text.strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("not an amount")
    return int(digits)
