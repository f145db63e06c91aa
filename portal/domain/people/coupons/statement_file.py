"""Read an issuer's statement file: every row is checked, and one fault refuses the whole file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.code_table import before_trailer, read_lines, read_yen
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.statement_layout import IssuerStatus, StatementLayout

SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True, repr=False)
class StatementRow:
    """What the issuer reports of a code: yen used and left, None without such a column."""

    line: int
    management_no: str
    status: str
    used_yen: int | None
    balance_yen: int | None

    def used_of(self, face_yen: int) -> int | None:
        """Return the used yen of a code of this face value; None if the row contradicts that."""
        used = self.used_yen if self.used_yen is not None else face_yen - (self.balance_yen or 0)
        adds_up = self.balance_yen is None or used + self.balance_yen == face_yen
        whole = self.status != IssuerStatus.EXCHANGED or used == face_yen
        none = self.status != IssuerStatus.UNUSED or used == 0
        return used if 0 <= used <= face_yen and adds_up and whole and none else None

    def claimed(self, face_yen: int) -> int:
        """Return the used yen as the row says, whether or not it fits; never below 0."""
        used = self.used_yen if self.used_yen is not None else face_yen - (self.balance_yen or 0)
        return max(0, used)


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A parsed statement; ``sha256`` identifies the file."""

    sha256: str
    rows: tuple[StatementRow, ...] = field(repr=False)


def read_statement(data: bytes, profile: IssuerProfile) -> StatementFile:
    """Read a whole statement.

    Raises:
        InputError: this issuer gives no statements, the file is not CSV in its encoding, or a row
            cannot be understood (the message names lines, never numbers).
    """
    layout = _layout(profile)
    lines = read_lines(data, profile)
    header = next(lines, None)
    if header is None:
        raise InputError(_s("利用明細のファイルが空です。"))
    columns = _Columns(layout, _places(header[1], layout, profile))
    mark = profile.trailer.mark if profile.trailer is not None else None
    faults: list[str] = []
    rows: dict[str, StatementRow] = {}
    for line, cells in before_trailer(lines, lambda _line, cells: cells[0].strip() == mark):
        try:
            row = columns.read(line, cells)
        except ValueError as fault:
            faults.append(_s("%(line)d行目: %(sentence)s") % {"line": line, "sentence": fault})
            continue
        if row.management_no in rows:
            faults.append(
                _s("%(line)d行目: %(other)d行目と同じ管理番号です。")
                % {"line": line, "other": rows[row.management_no].line}
            )
        rows[row.management_no] = row
    if faults:
        raise _refusal(faults)
    return StatementFile(hashlib.sha256(data).hexdigest(), tuple(rows.values()))


def _layout(profile: IssuerProfile) -> StatementLayout:
    if profile.statement is None:
        raise InputError(
            _s(
                "発行者の設定 %(name)s に [statement] がありません。"
                "利用明細の列と言葉を書いてください。"
            )
            % {"name": profile.name}
        )
    return profile.statement


def _refusal(faults: list[str]) -> InputError:
    shown = "".join(f"\n- {sentence}" for sentence in faults[:SHOWN_FAULTS])
    more = len(faults) - SHOWN_FAULTS
    rest = "\n" + _s("ほかに%(n)d件あります。") % {"n": more} if more > 0 else ""
    return InputError(
        _s("利用明細を受け入れませんでした。発行者に直してもらってください。%(lines)s%(more)s")
        % {"lines": shown, "more": rest},
        code="issuer_statement",
    )


def _places(header: list[str], layout: StatementLayout, profile: IssuerProfile) -> dict[str, int]:
    names = [cell.strip() for cell in header]
    missing = [name for name in layout.columns if names.count(name) != 1]
    if missing:
        raise InputError(
            _s(
                "利用明細の見出しに、列 %(names)s がちょうど1つずつ必要です。"
                "発行者の設定 %(profile)s の statement を確かめてください。"
            )
            % {"names": ", ".join(missing), "profile": profile.name},
            code="issuer_statement",
        )
    return {name: names.index(name) for name in layout.columns}


class _Columns(Struct, frozen=True):
    """Where the layout's columns are in the lines of one file."""

    layout: StatementLayout
    places: Mapping[str, int]

    def read(self, line: int, cells: list[str]) -> StatementRow:
        """Return the row of a line.

        Raises:
            ValueError: the line cannot be understood; the message is a sentence for people.
        """
        layout = self.layout
        if len(cells) <= max(self.places.values()):
            raise ValueError(_s("列が足りません。"))
        number = cells[self.places[layout.management_no]].strip()
        word = cells[self.places[layout.status]].strip()
        if not number:
            raise ValueError(_s("%(column)sが空です。") % {"column": layout.management_no})
        if word not in layout.words:
            raise ValueError(
                _s("「%(word)s」という状態は、設定の言葉にありません。") % {"word": word[:20]}
            )
        used, balance = self._yen(cells, layout.used_yen), self._yen(cells, layout.balance_yen)
        return StatementRow(line, number, layout.words[word], used, balance)

    def _yen(self, cells: list[str], column: str | None) -> int | None:
        if column is None:
            return None
        try:
            return read_yen(cells[self.places[column]])
        except ValueError:
            raise ValueError(
                _s("%(column)sを金額として読めません。") % {"column": column}
            ) from None
