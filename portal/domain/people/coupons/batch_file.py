"""Check an issuer's code file: every row is checked, and one fault anywhere refuses the whole file.

Messages name lines, never codes, because they end up on screens and in logs.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from msgspec import Struct

from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.code_table import CodeTable, read_yen
from portal.domain.people.coupons.issuer import EndRule, IssuerProfile

SHOWN_PROBLEMS = 20
Twins = tuple[set[int], set[int]]
"""Hashes of management numbers, and of codes, that stand in a file more than once."""


class Order(Struct, frozen=True):
    """An order: our reference, count and sum in yen (None: the file's trailer states them)."""

    reference: str
    count: int | None = None
    total_yen: int | None = None


class Terms(Struct, frozen=True):
    """The program's demands of a code: face value in yen, earliest exchange end (UTC)."""

    amount_yen: int
    exchange_end: datetime
    any_face: bool = False


class Expected(Struct, frozen=True):
    """What a file of codes has to be: whose it is, what was ordered, what the program demands."""

    profile: IssuerProfile
    order: Order
    terms: Terms


@dataclass(frozen=True, slots=True, repr=False)
class CodeRow:
    """One code of a file. It has no ``repr``: a code must not get into a log."""

    management_no: str
    url: str
    code: str
    pin: str
    face_yen: int
    exchange_end: datetime
    use_end: datetime


@dataclass(frozen=True, slots=True)
class ParsedBatch:
    """A file that passed every check that needs no database; its rows are read again when needed.

    Attributes:
        expected: What the file had to be.
        file: The file.
        sha256: The digest of what was checked.
        count: How many codes it has.
        total_yen: The sum of their face values in yen.
        exchange_end: The earliest exchange end (UTC, exclusive) of all codes.
        use_end: The earliest use end (UTC, exclusive) of all codes.
    """

    expected: Expected
    file: CameIn = field(repr=False)
    sha256: str
    count: int
    total_yen: int
    exchange_end: datetime
    use_end: datetime

    @property
    def profile(self) -> IssuerProfile:
        """Whose file it is."""
        return self.expected.profile

    @property
    def order(self) -> Order:
        """What was ordered."""
        return self.expected.order

    def rows(self) -> Iterator[CodeRow]:
        """Read the codes again, one by one.

        Raises:
            InputError: it is another file by now; what came before this is not to be kept.
        """
        table, problems = CodeTable(self.file, self.profile), _Problems()
        reader = _RowReader(self.profile, self.expected.terms, table, problems)
        for line, cells in table.rows():
            if (row := reader.read(line, cells)) is not None:
                yield row
        if table.sha256 != self.sha256:
            raise InputError(
                _s(
                    "読み込みの途中で、コードのファイルが変わりました。何も保存していません。"
                    "ファイルを確かめて、もう一度読み込んでください。"
                )
            )


class _Problems:
    """Collect faults, so that a person sees many at once, yet never a full screen of them."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.count = 0

    def add(self, line: int, sentence: str) -> None:
        self.count += 1
        if len(self.sentences) < SHOWN_PROBLEMS:
            self.sentences.append(
                _s("%(line)d行目: %(sentence)s") % {"line": line, "sentence": sentence}
            )

    def refuse(self) -> None:
        if not self.count:
            return
        lines = "".join(f"\n- {sentence}" for sentence in self.sentences)
        rest = self.count - len(self.sentences)
        more = "\n" + _s("ほかに%(n)d件あります。") % {"n": rest} if rest else ""
        raise InputError(
            _s(
                "コードのファイルを受け入れませんでした(%(n)d件)。"
                "発行者に直してもらってください。%(lines)s%(more)s"
            )
            % {"n": self.count, "lines": lines, "more": more},
            code="coupon_file",
        )


def read_batch(path: CameIn, expected: Expected) -> ParsedBatch:
    """Read and check a whole file.

    Raises:
        InputError: unreadable, not what the profile says, or any code is not as ordered
            (``domain.md`` §6.3).
    """
    table, problems = CodeTable(path, expected.profile), _Problems()
    reader = _RowReader(expected.profile, expected.terms, table, problems)
    sums = _Sums()
    for line, cells in table.rows():
        if (row := reader.read(line, cells)) is not None:
            sums.add(row)
    if not problems.count and any(twins := sums.twins()):
        _name_twins(path, expected, twins, problems)
    problems.refuse()
    _check_order(sums, table, expected.order)
    return ParsedBatch(
        expected,
        path,
        table.sha256,
        len(sums.numbers),
        sums.total_yen,
        min(sums.exchange_ends),
        min(sums.use_ends),
    )


class _Sums:
    """What is known of all rows together, at eight bytes a number and a code."""

    def __init__(self) -> None:
        self.numbers, self.codes = array("q"), array("q")
        self.total_yen = 0
        self.exchange_ends: set[datetime] = set()
        self.use_ends: set[datetime] = set()

    def add(self, row: CodeRow) -> None:
        self.numbers.append(hash(row.management_no))
        self.codes.append(hash(row.code or row.url))
        self.total_yen += row.face_yen
        self.exchange_ends.add(row.exchange_end)
        self.use_ends.add(row.use_end)

    def twins(self) -> Twins:
        return _repeated(self.numbers), _repeated(self.codes)


def _repeated(hashes: "array[int]") -> set[int]:
    """Return what stands there more than once."""
    return {one for one, following in pairwise(sorted(hashes)) if one == following}


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Reads the lines of one file; what is wrong with them is added to ``problems``."""

    profile: IssuerProfile
    terms: Terms
    table: CodeTable
    problems: _Problems
    ends: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def read(self, line: int, cells: list[str]) -> CodeRow | None:
        """Return the code of a line, or None if anything is wrong with it."""
        before = self.problems.count
        if len(cells) != self.table.width:
            self.problems.add(line, _s("列の数が見出しと違います。"))
            return None

        def cell(name: str | None) -> str:
            return cells[self.table.places[name]].strip() if name is not None else ""

        profile = self.profile
        self._check_texts(line, cell)
        face_yen = self._face(line, cell(profile.face_yen))
        exchange_end = self._end(line, cell(profile.exchange_until.column), profile.exchange_until)
        use_end = self._end(line, cell(profile.use_until.column), profile.use_until)
        if exchange_end is not None and exchange_end < self.terms.exchange_end:
            self.problems.add(line, _ends_early(exchange_end, self.terms))
        if exchange_end is None or use_end is None or face_yen is None:
            return None
        if use_end < exchange_end:
            self.problems.add(line, _s("利用期限が交換期限より前です。"))
        if self.problems.count > before:
            return None
        number, url = cell(profile.management_no), cell(profile.url)
        code, pin = cell(profile.code), cell(profile.pin)
        return CodeRow(number, url, code, pin, face_yen, exchange_end, use_end)

    def _check_texts(self, line: int, cell: Callable[[str | None], str]) -> None:
        profile = self.profile
        for name in (profile.management_no, profile.url, profile.code, profile.pin):
            value = cell(name)
            if name is not None and not value:
                self.problems.add(line, _s("%(column)sが空です。") % {"column": name})
            elif any(not "!" <= character <= "~" for character in value):
                self.problems.add(
                    line,
                    _s("%(column)sに、半角の英数字と記号のほかの文字があります。")
                    % {"column": name},
                )
        url = cell(profile.url)
        if url and not _allowed(url, profile):
            self.problems.add(
                line,
                _s("URLのホストが、発行者の設定で許したものではありません(httpsだけ使えます)。"),
            )

    def _face(self, line: int, text: str) -> int | None:
        try:
            face_yen = read_yen(text)
        except ValueError:
            self.problems.add(line, _s("額面が数字ではありません。"))
            return None
        amount_yen = self.terms.amount_yen
        if face_yen <= 0 or (face_yen != amount_yen and not self.terms.any_face):
            self.problems.add(
                line,
                _s("額面が%(face)d円です。1人あたりの%(amount)d円と同じでなければなりません。")
                % {"face": face_yen, "amount": amount_yen},
            )
            return None
        return face_yen

    def _end(self, line: int, text: str, rule: EndRule) -> datetime | None:
        if known := self.ends.get((rule.column, text)):
            return known  # nearly all codes end on one day, and to read a date takes long
        try:
            return self.ends.setdefault((rule.column, text), rule.parse(text))
        except (ValueError, OverflowError):
            self.problems.add(
                line,
                _s("%(column)sを日付として読めません(%(format)s の形で書きます)。")
                % {"column": rule.column, "format": rule.format},
            )
            return None


def _ends_early(exchange_end: datetime, terms: Terms) -> str:
    return _s(
        "交換期限が事業の最終日より早く終わります(コードは%(code)sまで、事業は%(program)sまで)。"
    ) % {
        "code": last_day_before(exchange_end),
        "program": last_day_before(terms.exchange_end),
    }


def _allowed(url: str, profile: IssuerProfile) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if host not in profile.hosts or parts.username is not None or "\\" in url:
        return False
    if profile.sandbox:
        return parts.scheme in ("https", "http")
    return parts.scheme == "https" and port in (None, 443)


def _name_twins(path: CameIn, expected: Expected, twins: Twins, problems: _Problems) -> None:
    """Read the file once more, and name the lines whose number or code stands there before."""
    table = CodeTable(path, expected.profile)
    reader = _RowReader(expected.profile, expected.terms, table, problems)
    numbers: dict[str, int] = {}
    codes: dict[str, int] = {}
    for line, cells in table.rows():
        row = reader.read(line, cells)
        if row is None:
            continue
        for seen, suspect, value, name in (
            (numbers, twins[0], row.management_no, _s("管理番号")),
            (codes, twins[1], row.code or row.url, _s("コード")),
        ):
            if hash(value) in suspect and (first := seen.setdefault(value, line)) != line:
                problems.add(
                    line, _s("%(name)sが%(line)d行目と同じです。") % {"name": name, "line": first}
                )


def _check_order(sums: _Sums, table: CodeTable, order: Order) -> None:
    if not sums.numbers:
        raise InputError(_s("コードのファイルにコードがありません。"))
    for expected, found, name in (
        ((order.count, table.count), len(sums.numbers), _s("件数")),
        ((order.total_yen, table.total_yen), sums.total_yen, _s("金額の合計")),
    ):
        if all(value is None for value in expected):
            raise InputError(
                _s(
                    "注文の%(name)sが分かりません。--count と --sum "
                    "で注文書の数を指定してください。"
                )
                % {"name": name}
            )
        for value in expected:
            if value is not None and value != found:
                raise InputError(
                    _s(
                        "%(name)sが注文と違います(注文 %(expected)d、ファイル %(found)d)"
                        "。何も保存していません。注文書と発行者に確かめてください。"
                    )
                    % {"name": name, "expected": value, "found": found},
                    code="coupon_order",
                )
