"""What stands in each list: its columns, its rows, and the households that they are about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Struct

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.mailroom.returned_mail.storage import in_storage
from portal.domain.mailroom.returned_mail.undelivered import undelivered
from portal.domain.oversight.auditing.pack import Pack, make_pack
from portal.domain.oversight.auditing.searching import AuditRow, Wanted, search
from portal.domain.oversight.person_lists.kinds import ListKind, Scope
from portal.domain.oversight.reports.mail.lists import storage_table, undelivered_table
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.oversight.settlement.closing import closed, lines
from portal.domain.oversight.settlement.states import final_label
from portal.domain.people.households.queries import household_id_of, protected_among
from portal.domain.people.staff.permissions import Permission


@dataclass(frozen=True, slots=True)
class Content:
    """A list as of now: its table, whose first column tells the rows apart, and its households."""

    table: ReportTable
    households: tuple[int, ...]


class Asked(Struct, frozen=True):
    """What is read.

    Attributes:
        scope: Which rows.
        include_protected: Whether protected households are among them.
        most: No more rows than this.
    """

    scope: Scope
    include_protected: bool
    most: int


def read(work: Work, kind: ListKind, asked: Asked) -> Content:
    """Return a list as of now, in Japanese.

    Raises:
        InputError: the scope of an audit list names a period, account or family that is none.
    """
    with use_locale(SOURCE_LOCALE):
        return _READERS[kind](work, asked)


def _undelivered(work: Work, asked: Asked) -> Content:
    rows = [
        row
        for row in undelivered(work, include_protected=asked.include_protected, limit=0)
        if asked.scope.reason in {"", row.reason}
    ][: asked.most]
    return Content(undelivered_table(rows), tuple(row.household_id for row in rows))


def _stored_mail(work: Work, asked: Asked) -> Content:
    rows = in_storage(
        work.session,
        include_protected=asked.include_protected,
        box=asked.scope.box,
        limit=asked.most,
    )
    return Content(storage_table(rows), tuple(row.item.household_id for row in rows))


def wanted_of(scope: Scope) -> Wanted:
    """Return the auditor's search that a scope stands for."""
    start, end = (datetime.fromisoformat(text) for text in (scope.start, scope.end))
    return Wanted(start, end, scope.login, scope.household, scope.action)


def scope_of(wanted: Wanted) -> Scope:
    """Return the scope that stands for an auditor's search; where its pages are does not count."""
    return Scope(
        start=wanted.start.isoformat(),
        end=wanted.end.isoformat(),
        login=wanted.login,
        household=wanted.household,
        action=wanted.action,
    )


def incident_scope(work: Work, wanted: Wanted) -> Scope:
    """Return the scope of a pack about an incident; a family by its key, however it was typed."""
    key = household_id_of(work, wanted.household) if wanted.household.strip() else None
    return scope_of(replace(wanted, household=f"#{key}" if key is not None else ""))


def _audit(work: Work, asked: Asked) -> Content:
    rows = search(
        work,
        wanted_of(asked.scope),
        include_protected=asked.include_protected,
        limit=asked.most,
    )
    columns = (
        _s("番号"),
        _s("日時（UTC）"),
        _s("役割"),
        _s("ログイン名"),
        _s("操作"),
        _s("画面"),
        _s("世帯"),
    )
    table = ReportTable(ListKind.AUDIT.label, columns, [_audit_cells(row) for row in rows])
    return Content(table, tuple({key for row in rows for key in row.households}))


def _audit_cells(row: AuditRow) -> Sequence[str]:
    keys = _s("区だけが扱う世帯") if row.hidden else " ".join(f"#{key}" for key in row.households)
    at = row.at.isoformat(sep=" ", timespec="milliseconds")
    return f"E{row.id}", at, row.role, row.login, row.action, row.page, keys


def _settlement(work: Work, asked: Asked) -> Content:
    """Read the frozen lines; before the closing there are none."""
    row = closed(work.session)
    found = list(lines(work.session, row.id)) if row is not None else []
    hidden = _hidden(work, asked, {int(line[1]) for line in found})
    shown = [line for line in found if line[1] not in hidden][: asked.most]
    columns = (
        _s("明細"),
        _s("世帯"),
        _s("最終状態"),
        _s("金額（円）"),
        _s("利用（円）"),
        _s("失効（円）"),
        _s("代替品（円）"),
        _s("未使用（円）"),
    )
    rows = [
        (f"S{key}", f"#{family}", final_label(str(state)), *yen)
        for key, family, state, *yen in shown
    ]
    table = ReportTable(ListKind.SETTLEMENT.label, columns, rows)
    return Content(table, tuple({int(line[1]) for line in shown}))


def _incident(work: Work, asked: Asked) -> Content:
    return content_of(work, make_pack(work, wanted_of(asked.scope)), asked)


def content_of(work: Work, pack: Pack, asked: Asked) -> Content:
    """Return the families of a pack about an incident as a list, in Japanese."""
    hidden = _hidden(work, asked, {one.key for one in pack.families})
    shown = [one for one in pack.families if one.key not in hidden][: asked.most]
    with use_locale(SOURCE_LOCALE):
        columns = (
            _s("世帯"),
            _s("こども"),
            _s("操作の数"),
            _s("はじめに見た時"),
            _s("終わりに見た時"),
            _s("見た項目"),
        )
        rows = [
            (
                f"#{one.key}",
                one.children,
                one.events,
                minute_text(one.first_at),
                minute_text(one.last_at),
                "、".join(sorted(each.label for each in one.seen)),
            )
            for one in shown
        ]
        table = ReportTable(ListKind.INCIDENT.label, columns, rows)
    return Content(table, tuple(one.key for one in shown))


def _hidden(work: Work, asked: Asked, keys: set[int]) -> set[int]:
    return set() if asked.include_protected else protected_among(work.session, keys)


_READERS: Mapping[ListKind, Callable[[Work, Asked], Content]] = {
    ListKind.UNDELIVERED: _undelivered,
    ListKind.STORED_MAIL: _stored_mail,
    ListKind.AUDIT: _audit,
    ListKind.SETTLEMENT: _settlement,
    ListKind.INCIDENT: _incident,
}
NEEDS: Mapping[ListKind, Permission] = {
    ListKind.UNDELIVERED: Permission.HANDLE_RETURNS,
    ListKind.STORED_MAIL: Permission.HANDLE_RETURNS,
    ListKind.AUDIT: Permission.SEE_AUDIT,
    ListKind.SETTLEMENT: Permission.SEE_SETTLEMENT,
    ListKind.INCIDENT: Permission.CONFIRM_INCIDENT_REPORTS,
}
"""What somebody must be allowed who asks for a list: they see its rows on a page already."""
WHOLE_WARD = 100_000
MOST_ROWS: Mapping[ListKind, int] = {
    ListKind.UNDELIVERED: 2_000,
    ListKind.STORED_MAIL: 2_000,
    ListKind.AUDIT: 2_000,
    ListKind.SETTLEMENT: WHOLE_WARD,
    ListKind.INCIDENT: WHOLE_WARD,
}
"""No file has more rows. A list with names or numbers of everybody never leaves; the two that go up
to everybody hold keys of the database alone, and half of one would be worth nothing.
"""
