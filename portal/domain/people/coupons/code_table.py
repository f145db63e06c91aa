"""The cells of an issuer's code file: encoding, CSV, header line and trailer, unchecked."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.issuer import IssuerProfile


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A file's rows with line numbers, and the trailer's ``count`` and ``total_yen``, if any."""

    sha256: str
    width: int
    places: dict[str, int]
    body: list[tuple[int, list[str]]] = field(repr=False)
    count: int | None
    total_yen: int | None


def read_table(path: CameIn, profile: IssuerProfile) -> CodeTable:
    """Read a file as the profile describes.

    Raises:
        InputError: the file is unreadable, empty, not CSV, in another encoding, or lacks the
            profile's columns.
    """
    sha256, lines = read_lines(file_bytes(path), profile)
    if not lines:
        raise InputError(_s("コードのファイルが空です。"))
    header = lines[0][1]
    places = _header(header, profile)
    body, count, total_yen = _split_trailer(lines[1:], profile)
    return CodeTable(sha256, len(header), places, body, count, total_yen)


def read_lines(data: bytes, profile: IssuerProfile) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the digest of any CSV file of the issuer, and its lines with their numbers.

    Raises:
        InputError: not CSV, or in another encoding.
    """
    return hashlib.sha256(data).hexdigest(), list(_lines(data, profile))


def file_bytes(path: CameIn) -> bytes:
    """Return the bytes of an issuer's file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as opened:
            return opened.read()
    except OSError as error:
        raise InputError(
            _s("コードのファイル %(path)s を読めません(%(reason)s)。場所と権限を確かめてください。")
            % {"path": path, "reason": error.strerror}
        ) from None


def _lines(data: bytes, profile: IssuerProfile) -> Iterator[tuple[int, list[str]]]:
    try:
        text = data.decode(profile.encoding)
    except UnicodeDecodeError:
        raise InputError(
            _s(
                "コードのファイルを文字コード %(name)s として読めません。発行者の設定 "
                "%(profile)s の file.encoding を確かめてください。"
            )
            % {"name": profile.encoding, "profile": profile.name}
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=profile.separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
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


def _split_trailer(
    lines: list[tuple[int, list[str]]], profile: IssuerProfile
) -> tuple[list[tuple[int, list[str]]], int | None, int | None]:
    trailer = profile.trailer
    if trailer is None or not lines or lines[-1][1][0].strip() != trailer.mark:
        return lines, None, None
    line, cells = lines[-1]
    try:
        count, total = (
            read_yen(cells[place - 1]) for place in (trailer.count_cell, trailer.sum_cell)
        )
    except (IndexError, ValueError):
        raise InputError(
            _s("コードのファイルの%(line)d行目(合計の行)から件数と金額を読めません。")
            % {"line": line}
        ) from None
    return lines[:-1], count, total


def read_yen(text: str) -> int:
    """Return an amount in yen, written with or without commas.

    Raises:
        ValueError: anything else.
    """
    digits = text.strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("not an amount")
    return int(digits)
