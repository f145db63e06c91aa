"""Load an issuer's profile from its TOML file, and list its faults."""

import codecs
import difflib
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.program.toml.files import read_toml
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.issuer import (
    ENDS,
    QR_CONTENT,
    SHOWN,
    EndRule,
    IssuerProfile,
    StopMethod,
    Trailer,
)
from portal.domain.people.coupons.statement_layout import read_statement_layout

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


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


def issuer_in_use(name_or_path: str, issuers_dir: Path, own_urls: Iterable[str]) -> IssuerProfile:
    """Return a profile as codes are loaded with it: a sandbox may also lead to our own sites.

    Raises:
        NotFoundError: there is no such profile.
        InputError: the file is wrong.
    """
    hosts = (urlsplit(url).hostname for url in own_urls if url)
    return load_issuer(name_or_path, issuers_dir).allowing(*(host for host in hosts if host))


def _read(root: Section, name: str) -> IssuerProfile:
    file, columns, qr = root.table("file", required=False), root.table("columns"), root.table("qr")
    return IssuerProfile(
        name=name,
        label=root.text("label"),
        sandbox=root.flag("sandbox", default=False),
        stop=root.member("stop", StopMethod),
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
