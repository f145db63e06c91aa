"""Issuer profiles: how an issuer writes its code files and what it can do to a code."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.clock import JST
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.qr import fit_at_320, module_count
from portal.domain.people.coupons.statement_layout import StatementLayout

SHOWN = ("code", "management_no")
QR_CONTENT = ("url", "code")
ENDS = ("inclusive", "exclusive")
RESOLUTIONS = (
    ("%f", timedelta(microseconds=1)),
    ("%S", timedelta(seconds=1)),
    ("%T", timedelta(seconds=1)),
    ("%M", timedelta(minutes=1)),
    ("%H", timedelta(hours=1)),
)


class StopMethod(StrEnum):
    """How an issuer stops a code on request."""

    API = "api"
    FILE = "file"
    NEVER = "never"


class EndRule(Struct, frozen=True):
    """How the file writes an end: its column, its format, and whether that instant still counts."""

    column: str
    format: str
    inclusive: bool

    def parse(self, text: str) -> datetime:
        """Return the exclusive end (UTC); a value without an offset is Japanese time.

        ``domain.md`` §6.2: 23:59:59 inclusive, 00:00 exclusive and a date alone all mean the same
        midnight.

        Raises:
            ValueError: not written in this format.
        """
        value = datetime.strptime(text, self.format)  # noqa: DTZ007  (the zone is set in the next line)
        value = value if value.tzinfo is not None else value.replace(tzinfo=JST)
        if self.inclusive:
            step = next(
                (step for mark, step in RESOLUTIONS if mark in self.format), timedelta(days=1)
            )
            value += step
        return value.astimezone(UTC)


class Trailer(Struct, frozen=True):
    """The last line with count and sum: its first cell, and their columns (from 1)."""

    mark: str
    count_cell: int
    sum_cell: int


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    """Everything the software knows about one issuer; columns are named as in the file's header."""

    name: str
    label: str
    sandbox: bool
    stop: StopMethod
    hosts: tuple[str, ...]
    encoding: str
    separator: str
    management_no: str
    url: str | None
    code: str | None
    pin: str | None
    face_yen: str
    exchange_until: EndRule
    use_until: EndRule
    trailer: Trailer | None
    shown: str
    qr_content: str
    qr_uppercase: bool
    qr_example: str
    statement: StatementLayout | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the header must have."""
        named = (
            self.management_no,
            self.url,
            self.code,
            self.pin,
            self.face_yen,
            self.exchange_until.column,
            self.use_until.column,
        )
        return tuple(name for name in named if name is not None)

    def qr_payload(self, url: str, code: str) -> str:
        """Return the content of the QR.

        Upper case packs tighter, if the issuer's address allows it.
        """
        content = url if self.qr_content == "url" else code
        return content.upper() if self.qr_uppercase else content

    def allowing(self, *hosts: str) -> "IssuerProfile":
        """Return the profile with further allowed hosts; only a sandbox may run locally."""
        if not self.sandbox:
            return self
        return dataclasses.replace(self, hosts=tuple(dict.fromkeys((*self.hosts, *hosts))))

    def density_finding(self) -> str | None:
        """Return a warning if the QR needs more room than the coupon page's panel has at 320 px."""
        modules = module_count(self.qr_example.upper() if self.qr_uppercase else self.qr_example)
        fit = fit_at_320(modules)
        if fit == "panel":
            return None
        sentence = (
            _s(
                "発行者「%(name)s」のQRコードは%(modules)dマスあり、"
                "幅320pxの画面では1マスを5px以上にするために画面の幅いっぱいに表示します"
                "。短いURLにできないか、発行者に相談してください。"
            )
            if fit == "full_width"
            else _s(
                "発行者「%(name)s」のQRコードは%(modules)dマスあり、"
                "幅320pxの画面では1マスが5pxより小さくなって、"
                "読み取れないおそれがあります。短いURLにするよう、"
                "発行者に求めてください。"
            )
        )
        return sentence % {"name": self.name, "modules": modules}
