"""Read a file of shops: a faulty line is refused by itself, with its number and the reason."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import jaconv
from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s

MOST_SHOPS = 20_000
SHOWN_LINES = 20
KANA = re.compile("[ァ-ヺー・ ]*[ァ-ヺ][ァ-ヺー・ ]*")
TELEPHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")


class Column(StrEnum):
    """The columns of the file, by the names that stand in its first line."""

    NAME = "店名"
    KANA = "店名カナ"
    TOWN = "町名"
    ADDRESS = "所在地"
    TELEPHONE = "電話番号"
    KINDS = "業種"


LONGEST: Mapping[Column, int] = {
    Column.NAME: 80,
    Column.KANA: 80,
    Column.TOWN: 40,
    Column.ADDRESS: 120,
    Column.TELEPHONE: 20,
    Column.KINDS: 60,
}
MAY_BE_EMPTY = frozenset({Column.TELEPHONE, Column.KINDS})


class ShopLine(Struct, frozen=True):
    """A shop as the file has it, in one width, the reading in katakana."""

    name: str
    kana: str
    town: str
    address: str
    telephone: str
    kinds: str


class RefusedLine(Struct, frozen=True):
    """A line that was left out: its number in the file, from 1, and why, in a sentence."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Return number and reason as people read them."""
        return _s("%(line)d行目: %(reason)s") % {"line": self.line, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class ShopFile:
    """A file that was read: its digest, its shops, and the lines that were left out."""

    sha256: str
    shops: tuple[ShopLine, ...] = field(repr=False)
    refused: tuple[RefusedLine, ...] = ()


def read_shops(file: CameIn) -> ShopFile:
    """Read a CSV file in UTF-8 or the Shift_JIS of Windows, with ``Column`` in its first line.

    Raises:
        InputError: it cannot be read, has other columns, no or too many shops, or more lines that
            must be refused than others, so that it is hardly a list of shops.
    """
    data = _bytes_of(file)
    lines = _lines(_text_of(data))
    if not lines:
        raise InputError(_s("店の一覧のファイルが空です。"), code="file")
    places = _places(lines[0][1])
    shops, refused = _read(lines[1:], places)
    if len(shops) > MOST_SHOPS:
        raise InputError(
            _s("店が多すぎます。%(most)s店までの一覧にしてください。")
            % {"most": f"{MOST_SHOPS:,}"},
            code="file",
        )
    if len(refused) >= len(shops):
        raise InputError(_not_a_list(refused), code="file")
    return ShopFile(hashlib.sha256(data).hexdigest(), tuple(shops), tuple(refused))


def _bytes_of(file: CameIn) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read()
    except OSError as error:
        raise InputError(
            _s("店の一覧のファイルを読めません（%(reason)s）。") % {"reason": error.strerror},
            code="file",
        ) from None


def _text_of(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        _s("店の一覧を、UTF-8 か Shift_JIS の文字として読めません。保存し直してください。"),
        code="file",
    )


def _lines(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error:
        raise InputError(
            _s("店の一覧の%(line)d行目がCSVとして壊れています（閉じていない引用符など）。")
            % {"line": reader.line_num},
            code="file",
        ) from None


def _places(header: list[str]) -> dict[Column, int]:
    names = [cell.strip() for cell in header]
    missing = [column for column in Column if names.count(column) != 1]
    if missing:
        raise InputError(
            _s("店の一覧の見出しに、列 %(names)s がちょうど1つずつ必要です。")
            % {"names": "、".join(missing)},
            code="file",
        )
    return {column: names.index(column) for column in Column}


def _read(
    lines: list[tuple[int, list[str]]], places: Mapping[Column, int]
) -> tuple[list[ShopLine], list[RefusedLine]]:
    shops: list[ShopLine] = []
    refused: list[RefusedLine] = []
    first: dict[tuple[str, str, str], int] = {}
    for number, cells in lines:
        try:
            shop = _shop(cells, places)
        except ValueError as fault:
            refused.append(RefusedLine(number, str(fault)))
            continue
        earlier = first.setdefault((shop.name, shop.town, shop.address), number)
        if earlier != number:
            reason = _s("%(line)d行目と同じ店です。") % {"line": earlier}
            refused.append(RefusedLine(number, reason))
        else:
            shops.append(shop)
    return shops, refused


def _shop(cells: list[str], places: Mapping[Column, int]) -> ShopLine:
    """Return the shop of a line. Raises ValueError with a sentence for people."""
    if len(cells) <= max(places.values()):
        raise ValueError(_s("列が足りません。"))
    found = {column: _plain(cells[place]) for column, place in places.items()}
    for column, text in found.items():
        if not text and column not in MAY_BE_EMPTY:
            raise ValueError(_s("%(column)sが空です。") % {"column": column})
        if len(text) > LONGEST[column]:
            raise ValueError(
                _s("%(column)sが長すぎます（%(most)d文字まで）。")
                % {"column": column, "most": LONGEST[column]}
            )
        if any(unicodedata.category(sign) in {"Cc", "Co", "Cn"} for sign in text):
            raise ValueError(_s("%(column)sに、印刷できない文字があります。") % {"column": column})
    kana = str(jaconv.hira2kata(found[Column.KANA]))
    if not KANA.fullmatch(kana):
        raise ValueError(_s("%(column)sを、かなだけで書いてください。") % {"column": Column.KANA})
    telephone = found[Column.TELEPHONE]
    if telephone and not TELEPHONE.fullmatch(telephone):
        raise ValueError(
            _s("%(column)sを、03-0000-0000 のように書いてください。") % {"column": Column.TELEPHONE}
        )
    return ShopLine(
        found[Column.NAME],
        kana,
        found[Column.TOWN],
        found[Column.ADDRESS],
        telephone,
        found[Column.KINDS],
    )


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).split())


def _not_a_list(refused: list[RefusedLine]) -> str:
    shown = "".join(f"\n- {one}" for one in refused[:SHOWN_LINES])
    return _s(
        "受け入れられる店より、受け入れられない行のほうが多いので、何も変えていません。"
        "渡した人に直してもらってください。%(lines)s"
    ) % {"lines": shown}
