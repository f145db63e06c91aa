"""The pack about an incident: whose data, which fields, first and last, as the report orders them.

The order is that of the report to the Personal Information Protection Commission (``security.md``
SEC-D2): what the audit knows is filled in, what only people know is left to write.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.queries import chain_status
from portal.domain.foundation.base import table_of
from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import Labeled, _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.affected import (
    ARCHIVES,
    LOOKED,
    PRINTED,
    TAKEN,
    What,
    households_of_runs,
)
from portal.domain.mailroom.incidents.affected import Search as RunSearch
from portal.domain.oversight.auditing.searching import ROLES, Wanted, conditions
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.households.models import Child
from portal.domain.people.households.queries import household_id_of

AT_ONCE = 5_000
FIRST_REPORT, LAST_REPORT, IF_MALICIOUS = (timedelta(days=n) for n in (5, 30, 60))
_E = table_of(AuditEvent)


class Seen(Labeled):
    """What of a family an event shows."""

    PAGE = "page", lambda: _s("画面・一覧（名前、住所など。伏せた項目を含む）")
    OPENED = "opened", lambda: _s("世帯の画面を開いた")
    NAME = "name", lambda: _s("世帯主の名前")
    ADDRESS = "address", lambda: _s("住所")
    BIRTH = "birth", lambda: _s("世帯主の生年月日")
    CHILDREN = "children", lambda: _s("こどもの名前と生年月日")
    LOGIN_ID = "login_id", lambda: _s("手紙のID")
    RECORD = "record", lambda: _s("受付の記録、FAX、画像など")
    COUPON = "coupon", lambda: _s("クーポンのコード")
    PAPER = "paper", lambda: _s("手紙・印刷物（名前、住所、ID）")
    FILE = "file", lambda: _s("持ち出したファイル")


_OF_ACTION = {
    VIEWED: Seen.PAGE,
    "household.opened": Seen.OPENED,
    "coupon.revealed": Seen.COUPON,
    "coupon.viewed": Seen.COUPON,
    **dict.fromkeys(PRINTED, Seen.PAPER),
    **dict.fromkeys((*TAKEN, *ARCHIVES), Seen.FILE),
}


@dataclass(slots=True)
class Family:
    """What happened to the data of one family: how often, when first and last (UTC), what."""

    key: int
    events: int
    first_at: datetime
    last_at: datetime
    seen: set[Seen] = field(default_factory=set)
    children: int = 0


@dataclass(frozen=True)
class Pack:
    """What the audit knows of an incident."""

    wanted: Wanted
    known_on: date
    families: tuple[Family, ...]
    events: int
    staff: int
    elsewhere: int
    chain_end: int

    @property
    def persons(self) -> int:
        """Householders and children."""
        return sum(1 + family.children for family in self.families)


def make_pack(work: Work, wanted: Wanted, known_on: date | None = None) -> Pack:
    """Read every event of the period once, and return what was seen of whom.

    Events that name no family (a report, a file of totals) are counted apart.

    Raises:
        InputError: as for ``searching.search``.
    """
    families: dict[int, Family] = {}
    staff: set[int] = set()
    events = elsewhere = 0
    only = household_id_of(work, wanted.household) if wanted.household.strip() else None
    for row in _looks(work.session, conditions(work, wanted, include_protected=True)):
        events += 1
        staff.add(row.actor_id or 0)
        named = named_households(row.detail) if row.action == VIEWED else [row.household_id]
        kept = [key for key in named if key is not None and only in {None, key}]
        elsewhere += not kept
        for key in kept:
            _note(families, key, row.at, _seen(row))
    for key, at in _printed(work, wanted):
        _note(families, key, at, Seen.PAPER)
    _count_children(work.session, families)
    return Pack(
        wanted,
        known_on or jst_date(work.now),
        tuple(sorted(families.values(), key=lambda one: (one.first_at, one.key))),
        events,
        len(staff),
        elsewhere,
        chain_status(work.session, work.now).end.seq,
    )


def _looks(session: Session, wanted: Iterable[ColumnElement[bool]]) -> Iterator[Any]:
    statement = (
        select(_E.c.at, _E.c.action, _E.c.actor_id, _E.c.household_id, _E.c.detail)
        .where(
            *wanted,
            _E.c.action.in_([*LOOKED, *PRINTED, *TAKEN]),
            or_(_E.c.actor_role.in_(ROLES), _E.c.actor_role == "system"),
        )
        .order_by(_E.c.id)
    )
    return iter(session.execute(statement.execution_options(yield_per=AT_ONCE)))


def _seen(row: Any) -> Seen:
    if row.action == "household.unmasked":
        return Seen(row.detail.get("part", Seen.NAME))
    return _OF_ACTION.get(row.action, Seen.RECORD)


def _note(families: dict[int, Family], key: int, at: datetime, seen: Seen) -> None:
    family = families.get(key)
    if family is None:
        families[key] = Family(key, 1, at, at, {seen})
        return
    family.events += 1
    family.first_at, family.last_at = min(family.first_at, at), max(family.last_at, at)
    family.seen.add(seen)


def _printed(work: Work, wanted: Wanted) -> Iterator[tuple[int, datetime]]:
    if wanted.household or wanted.action:
        return iter(())
    whole = RunSearch(wanted.start, wanted.end, What.ANY, wanted.login)
    return households_of_runs(work.session, whole)


def _count_children(session: Session, families: dict[int, Family]) -> None:
    keys = sorted(families)
    for at in range(0, len(keys), 500):
        counted = select(Child.household_id, func.count()).where(
            Child.household_id.in_(keys[at : at + 500])
        )
        for key, number in session.execute(counted.group_by(Child.household_id)):
            families[key].children = number


def report_of(work: Work, pack: Pack) -> Report:
    """Return the pack as a report, in Japanese, in the order of the Commission's form."""
    names = work.program.names
    with use_locale(SOURCE_LOCALE):
        return Report(
            title=_s("個人データの漏えい等の報告のための資料"),
            addressee=names.ward.in_language(SOURCE_LOCALE),
            sender=names.contractor.in_language(SOURCE_LOCALE),
            facts=_facts(work, pack),
            tables=(_summary(pack), _fields(pack), _persons(pack), _to_write()),
            notes=(
                _s(
                    "世帯は番号だけで示します。一覧は、暗号化した別のファイルにあります。支援措置の世帯も"
                    "数と一覧に入ります。この資料は区だけが扱います。"
                ),
                _s(
                    "画面に出したものを数えます。伏せた項目だけを見た場合も、"
                    "その画面を開いたものとして数えます。"
                ),
            ),
        )


def _facts(work: Work, pack: Pack) -> tuple[tuple[str, str], ...]:
    known = pack.known_on
    return (
        (_s("作った時"), minute_text(work.now)),
        (_s("知った日"), known.isoformat()),
        (_s("速報の期限（3日から5日）"), (known + FIRST_REPORT).isoformat()),
        (_s("確報の期限（30日）"), (known + LAST_REPORT).isoformat()),
        (_s("確報の期限（不正の目的があるとき60日）"), (known + IF_MALICIOUS).isoformat()),
        (_s("封印した記録の最後の番号"), str(pack.chain_end)),
    )


def _summary(pack: Pack) -> ReportTable:
    wanted = pack.wanted
    rows = [
        (_s("調べた期間のはじめ"), minute_text(wanted.start)),
        (_s("調べた期間の終わり"), minute_text(wanted.end)),
        (_s("職員のログイン名"), wanted.login or _s("全員")),
        (_s("操作した職員の数"), str(pack.staff)),
        (_s("操作の数"), f"{pack.events:,}"),
        (_s("世帯の名前が残らない操作の数"), f"{pack.elsewhere:,}"),
    ]
    return ReportTable(_s("1 概要"), (_s("項目"), _s("内容")), rows, wide=1)


def _fields(pack: Pack) -> ReportTable:
    counted = {seen: sum(seen in family.seen for family in pack.families) for seen in Seen}
    rows = [(seen.label, number) for seen, number in counted.items() if number]
    columns = (_s("見た項目"), _s("世帯"))
    empty = _s("見られた世帯はありません。")
    return ReportTable(_s("2 個人データの項目"), columns, rows, empty=empty, wide=0)


def _persons(pack: Pack) -> ReportTable:
    first = min((family.first_at for family in pack.families), default=None)
    last = max((family.last_at for family in pack.families), default=None)
    rows = [
        (_s("世帯"), f"{len(pack.families):,}"),
        (_s("本人の数（世帯主とこども）"), f"{pack.persons:,}"),
        (_s("はじめに見た時"), minute_text(first) or "–"),
        (_s("終わりに見た時"), minute_text(last) or "–"),
    ]
    return ReportTable(_s("3 本人の数"), (_s("項目"), _s("内容")), rows, wide=1)


def _to_write() -> ReportTable:
    rows = [
        (title, "")
        for title in (
            _s("4 原因"),
            _s("5 二次被害とそのおそれ"),
            _s("6 本人への対応"),
            _s("7 公表"),
            _s("8 再発防止のための措置"),
            _s("9 そのほか参考になること"),
        )
    ]
    return ReportTable(_s("記入するもの"), (_s("項目"), _s("内容")), rows, wide=1)
