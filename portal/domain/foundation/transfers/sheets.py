"""What is entered or counted: sheets, arrivals, departures; and what a sheet must say."""

import re
from dataclasses import dataclass, replace
from typing import Self

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Difference, Figures
from portal.domain.foundation.transfers.kinds import RULES, Figure, KindRule, TransferKind

NAME_MAX, PARTNER_MAX, SHEET_NO_MAX = 200, 80, 40
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BIGGEST = 10**15


@dataclass(frozen=True, slots=True)
class Sheet:
    """A hand-over sheet as its sender gave it; ``number`` is the sender's own, or ""."""

    kind: TransferKind
    file_name: str
    partner: str
    figures: Figures
    number: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came, as we counted it; ``findings`` hold it against more than its sheet."""

    kind: TransferKind
    file_name: str
    figures: Figures
    findings: tuple[Difference, ...] = ()

    def counting(self, rows: int, yen: int | None = None) -> Self:
        """Return the same file with what was counted in it."""
        return replace(self, figures=replace(self.figures, rows=rows, yen=yen))


class Departure(Struct, frozen=True):
    """A file that we send, as we counted it, and what it was made of."""

    kind: TransferKind
    file_name: str
    partner: str
    figures: Figures
    subject: str
    subject_id: int


def incoming(kind: TransferKind) -> KindRule:
    """Return the rules of a kind that comes to us.

    Raises:
        InputError: we send such files, and make their sheets ourselves (code ``kind``).
    """
    rule = RULES[kind]
    if rule.outgoing:
        raise InputError(
            _s("このファイルはこちらから渡すものです。送付票は自動で作ります。"), code="kind"
        )
    return rule


def check_sheet(rule: KindRule, sheet: Sheet) -> None:
    """Refuse a sheet that says too little or what cannot be.

    Raises:
        InputError: the code names the field or the figure.
    """
    for name, text, least, most in (
        ("file_name", sheet.file_name, 1, NAME_MAX),
        ("partner", sheet.partner, 1, PARTNER_MAX),
        ("sheet_no", sheet.number, 0, SHEET_NO_MAX),
    ):
        if not least <= len(text.strip()) <= most:
            raise InputError(_s("%(most)d文字までで入力してください。") % {"most": most}, code=name)
    check_figures(rule, sheet.figures)


def check_figures(rule: KindRule, given: Figures) -> None:
    """Refuse figures of a sheet or receipt that are missing or cannot be.

    Raises:
        InputError: the code names the figure.
    """
    for figure in rule.figures:
        value = given.of(figure)
        if value is None:
            if figure in rule.needed:
                raise InputError(
                    _s("%(figure)sを入力してください。") % {"figure": figure.label},
                    code=figure.value,
                )
        elif figure is Figure.SHA256:
            if not _SHA256.fullmatch(str(value)):
                raise InputError(
                    _s("照合番号（SHA-256）は、0からfまでの64文字で入力してください。"),
                    code=figure.value,
                )
        elif not 0 <= int(value) < _BIGGEST:
            raise InputError(_s("0以上の数を入力してください。"), code=figure.value)
