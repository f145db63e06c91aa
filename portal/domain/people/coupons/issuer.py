"""Issuer profiles, one TOML file each: how an issuer writes its files and what it can do to a code."""

import codecs
import dataclasses
import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.program.reading import Section, read_toml
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.qr import fit_at_320, module_count
from portal.domain.people.coupons.statement_layout import StatementLayout, read_statement_layout

STOP = ("api", "file", "never")
SHOWN = ("code", "management_no")
QR_CONTENT = ("url", "code")
ENDS = ("inclusive", "exclusive")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
RESOLUTIONS = (
    ("%f", timedelta(microseconds=1)),
    ("%S", timedelta(seconds=1)),
    ("%T", timedelta(seconds=1)),
    ("%M", timedelta(minutes=1)),
    ("%H", timedelta(hours=1)),
)


@dataclass(frozen=True, slots=True)
class EndRule:
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


@dataclass(frozen=True, slots=True)
class Trailer:
    """The file's last line that repeats count and sum: its first cell, and their columns (from 1)."""

    mark: str
    count_cell: int
    sum_cell: int


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    """Everything the software knows about one issuer; columns are named as in the file's header."""

    name: str
    label: str
    sandbox: bool
    stop: str
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
        """Return the profile with further hosts allowed; only a sandbox may run on a local machine."""
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


def shipped_issuers(issuers_dir: Path) -> tuple[str, ...]:
    """Return the names of a program's issuer profiles."""
    return tuple(sorted(path.stem for path in issuers_dir.glob("*.toml")))


def load_issuer(name_or_path: str, issuers_dir: Path) -> IssuerProfile:
    """Load a profile by its name in the program's issuers folder, or by path.

    Raises:
        NotFoundError: there is no such profile.
        InputError: the file is wrong; the message lists every fault.
    """
    names = shipped_issuers(issuers_dir)
    path = (
        issuers_dir / f"{name_or_path}.toml"
        if name_or_path in names
        else Path(name_or_path).expanduser()
    )
    if not path.is_file():
        near = difflib.get_close_matches(name_or_path, names, n=1)
        hint = _s("「%(near)s」のことですか。") % {"near": near[0]} if near else ""
        raise NotFoundError(
            _s(
                "発行者の設定「%(name)s」がありません。名前(%(names)s)か、"
                "TOMLファイルの場所を指定してください。%(hint)s"
            )
            % {"name": name_or_path, "names": " / ".join(names) or "-", "hint": hint}
        )
    problems: list[str] = []
    root = Section(read_toml(path), where="", problems=problems)
    profile = _read(root, path.stem)
    root.finish()
    problems += _contradictions(profile) if not problems else []
    if problems:
        lines = "".join(f"\n- {problem}" for problem in problems)
        raise InputError(
            _s("発行者の設定ファイル %(path)s を直してください。%(lines)s")
            % {"path": path, "lines": lines},
            code="issuer_file",
        )
    return profile


def _read(root: Section, name: str) -> IssuerProfile:
    file, columns, qr = root.table("file", required=False), root.table("columns"), root.table("qr")
    return IssuerProfile(
        name=name,
        label=root.text("label"),
        sandbox=root.flag("sandbox", default=False),
        stop=root.choice("stop", STOP),
        shown=root.choice("number_shown", SHOWN),
        hosts=_read_hosts(root),
        encoding=_read_encoding(file),
        separator=file.choice("separator", (",", "\t", ";", "tab"), ",").replace("tab", "\t"),
        trailer=_read_trailer(file),
        management_no=columns.text("management_no"),
        url=columns.text("url", "") or None,
        code=columns.text("code", "") or None,
        pin=columns.text("pin", "") or None,
        face_yen=columns.text("face_yen"),
        exchange_until=_read_end(root.table("exchange_until")),
        use_until=_read_end(root.table("use_until")),
        qr_content=qr.choice("content", QR_CONTENT),
        qr_uppercase=qr.flag("uppercase", default=False),
        qr_example=qr.text("example"),
        statement=read_statement_layout(root),
    )


def _read_hosts(root: Section) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in root.words("hosts", ()))
    for host in hosts:
        if not HOST.fullmatch(host):
            root.problem(
                "hosts",
                _s("「%(host)s」はホスト名だけ(coupon.example.jp のように)で書いてください。")
                % {"host": host},
            )
    return hosts


def _read_encoding(file: Section) -> str:
    encoding = file.text("encoding", "utf-8-sig")
    try:
        codecs.lookup(encoding)
    except LookupError:
        file.problem(
            "encoding",
            _s("「%(name)s」という文字コードはありません。utf-8-sig や cp932 と書いてください。")
            % {"name": encoding},
        )
        return "utf-8-sig"
    return encoding


def _read_trailer(file: Section) -> Trailer | None:
    if not file.has("trailer"):
        return None
    table = file.table("trailer")
    return Trailer(
        table.text("mark"),
        table.whole("count_cell", low=1, high=99),
        table.whole("sum_cell", low=1, high=99),
    )


def _read_end(section: Section) -> EndRule:
    rule = EndRule(
        section.text("column"), section.text("format"), section.choice("end", ENDS) == "inclusive"
    )
    probe = datetime(2023, 12, 31, 23, 59, 59, tzinfo=JST)
    try:
        datetime.strptime(probe.strftime(rule.format), rule.format)  # noqa: DTZ007  (only the format is tried)
    except ValueError:
        section.problem(
            "format",
            _s(
                "日付の書き方として使えません。%%Y-%%m-%%d や %%Y/%%m/%%d %%H:%%M:%%S "
                "のように書いてください。"
            )
            % {},
        )
    return rule


def _contradictions(profile: IssuerProfile) -> list[str]:
    problems: list[str] = []
    if profile.url is None and profile.code is None:
        problems.append(_s("columns: url と code の少なくとも一方を書いてください。"))
    if profile.url is not None and not profile.hosts:
        problems.append(_s("hosts: URLを使う発行者では、許すホスト名を1つ以上書いてください。"))
    if getattr(profile, profile.qr_content) is None:
        problems.append(
            _s("qr.content: columns に %(name)s がありません。") % {"name": profile.qr_content}
        )
    if getattr(profile, profile.shown) is None:
        problems.append(
            _s("number_shown: columns に %(name)s がありません。") % {"name": profile.shown}
        )
    repeated = sorted({name for name in profile.columns if profile.columns.count(name) > 1})
    if repeated:
        problems.append(
            _s("columns: 同じ列を2回使っています(%(names)s)。") % {"names": ", ".join(repeated)}
        )
    return problems
