"""Keys on paper in two shares, of which one alone says nothing (decision 0034).

One share is random, the other is the keys added to it bit by bit: whoever has one of them knows as
much as before. A spare is the same share once more, so that no organization ever holds two.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.key_ring import KEY_BYTES
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators

SIDES = (Organization.CONTRACTOR, Organization.WARD)
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 symbols: five bits each; I, L and O are read as the digits that they look like."""
LOOK_ALIKES = str.maketrans("ILO", "110")
LINES_OF_KEY = 2
LINE_SYMBOLS, CHECK_SYMBOLS = 26, 2
PRINTING_SYMBOLS, FIT_SYMBOLS = 4, 8
NUMBER_SYMBOLS = PRINTING_SYMBOLS + FIT_SYMBOLS
BLOCK = 4


@dataclass(frozen=True, slots=True)
class Share:
    """One of the two shares.

    Attributes:
        side: The organization that keeps it.
        number: The number of the printing, the same on both shares; its end shows whether two
            shares make keys again.
        parts: A part of each key, by the key's name.
    """

    side: Organization
    number: str
    parts: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet: which key, which of its lines, and its symbols in blocks of four."""

    key: str
    row: int
    text: str = field(repr=False)

    @property
    def name(self) -> str:
        """How the line is called."""
        return f"{self.key}-{self.row}"


def split(keys: Mapping[str, bytes]) -> tuple[Share, Share]:
    """Return the shares of the contractor and of the ward.

    Raises:
        ValueError: a key has another length.
    """
    if any(len(key) != KEY_BYTES for key in keys.values()):
        raise ValueError("a key of another length")
    printing = "".join(secrets.choice(SYMBOLS) for _ in range(PRINTING_SYMBOLS))
    number = printing + _fit(printing, keys)
    random = {name: secrets.token_bytes(KEY_BYTES) for name in keys}
    other = {name: _added(key, random[name]) for name, key in keys.items()}
    return Share(SIDES[0], number, random), Share(SIDES[1], number, other)


def combine(one: Share, other: Share) -> dict[str, bytes]:
    """Return the keys of two shares.

    Raises:
        InputError: both are one organization's, or they do not belong together.
    """
    if one.side is other.side:
        raise InputError(
            _s("同じ組織の紙が2枚です。受託者の紙と、区の紙が、1枚ずつ要ります。"), code="side"
        )
    if one.number != other.number or set(one.parts) != set(other.parts):
        raise InputError(
            _s("2枚の紙の番号が違います。同じ時に印刷した紙が要ります。"), code="number"
        )
    keys = {name: _added(part, other.parts[name]) for name, part in one.parts.items()}
    if not fits(one.number, keys):
        raise InputError(_s("2枚の紙から鍵を作れませんでした。紙を確かめてください。"), code="fit")
    return keys


def lines_of(share: Share) -> list[Line]:
    """Return the lines of a sheet, in the order in which they are printed and typed."""
    return [
        Line(
            name, row, _blocks(symbols + _check(share.side, share.number, f"{name}-{row}", symbols))
        )
        for name, part in share.parts.items()
        for row, symbols in enumerate(_halves(part), 1)
    ]


def read_number(typed: str) -> str:
    """Return the number of a printing as it was meant.

    Raises:
        InputError: it has another length or other letters.
    """
    symbols = _symbols(typed)
    if len(symbols) != NUMBER_SYMBOLS:
        raise InputError(
            _s("紙の番号は、英数字%(n)d文字です。紙を見て、もう一度入力してください。")
            % {"n": NUMBER_SYMBOLS}
        )
    return symbols


def read_line(side: Organization, number: str, name: str, typed: str) -> str:
    """Return the symbols of a line without its check.

    Raises:
        InputError: the line was mistyped, or is of another sheet.
    """
    symbols = _symbols(typed)
    body, check = symbols[:LINE_SYMBOLS], symbols[LINE_SYMBOLS:]
    if len(body) != LINE_SYMBOLS or check != _check(side, number, name, body):
        raise InputError(
            _s("%(line)s の行が、紙と違います。紙を見て、もう一度入力してください。")
            % {"line": name}
        )
    return body


def share_of(side: Organization, number: str, typed: Mapping[str, Sequence[str]]) -> Share:
    """Return the share of the lines of each key, as ``read_line`` returned them.

    Raises:
        InputError: a key lacks a line, or its lines make no key.
    """
    return Share(side, number, {name: _joined(name, lines) for name, lines in typed.items()})


def fits(number: str, keys: Mapping[str, bytes]) -> bool:
    """Tell whether a printing of this number holds these keys."""
    return _fit(number[:PRINTING_SYMBOLS], keys) == number[PRINTING_SYMBOLS:]


def print_number(number: str) -> str:
    """Return the number in blocks of four."""
    return _blocks(number)


def _added(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _fit(printing: str, keys: Mapping[str, bytes]) -> str:
    digest = hashlib.blake2b(digest_size=5, person=b"paper shares fit")
    digest.update(printing.encode())
    for name, key in keys.items():
        digest.update(name.encode() + b"\0" + key)
    return _encoded(int.from_bytes(digest.digest()), FIT_SYMBOLS)


def _check(side: Organization, number: str, name: str, symbols: str) -> str:
    text = f"{side.value}\0{number}\0{name}\0{symbols}".encode()
    digest = hashlib.blake2b(text, digest_size=2, person=b"paper share line").digest()
    return _encoded(int.from_bytes(digest) >> 6, CHECK_SYMBOLS)


def _halves(part: bytes) -> list[str]:
    symbols = _encoded(int.from_bytes(part) << 4, LINES_OF_KEY * LINE_SYMBOLS)
    return [symbols[:LINE_SYMBOLS], symbols[LINE_SYMBOLS:]]


def _joined(name: str, lines: Sequence[str]) -> bytes:
    number = 0
    for symbol in "".join(lines):
        number = number << 5 | SYMBOLS.index(symbol)
    if len(lines) != LINES_OF_KEY or number & 0xF:
        raise InputError(_s("%(name)s の行が足りないか、違います。") % {"name": name})
    return (number >> 4).to_bytes(KEY_BYTES)


def _encoded(number: int, length: int) -> str:
    return "".join(SYMBOLS[number >> 5 * at & 31] for at in reversed(range(length)))


def _symbols(typed: str) -> str:
    symbols = "".join(without_separators(typed).split()).upper().translate(LOOK_ALIKES)
    if any(symbol not in SYMBOLS for symbol in symbols):
        raise InputError(_s("使わない文字があります。紙を見て、もう一度入力してください。"))
    return symbols


def _blocks(symbols: str) -> str:
    return " ".join(symbols[at : at + BLOCK] for at in range(0, len(symbols), BLOCK))
