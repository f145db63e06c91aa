"""What stands in each list: its columns, its rows, and the households that they are about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.mailroom.returned_mail.storage import in_storage
from portal.domain.mailroom.returned_mail.undelivered import undelivered
from portal.domain.oversight.auditing.searching import AuditRow, Wanted, search
from portal.domain.oversight.person_lists.kinds import ListKind, Scope
from portal.domain.oversight.reports.mail.lists import storage_table, undelivered_table
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.people.staff.permissions import Permission


@dataclass(frozen=True, slots=True)
class Content:
    """A list as of now: its table, whose first column tells the rows apart, and its households."""

    table: ReportTable
    households: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
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


_READERS: Mapping[ListKind, Callable[[Work, Asked], Content]] = {
    ListKind.UNDELIVERED: _undelivered,
    ListKind.STORED_MAIL: _stored_mail,
    ListKind.AUDIT: _audit,
}
NEEDS: Mapping[ListKind, Permission] = {
    ListKind.UNDELIVERED: Permission.HANDLE_RETURNS,
    ListKind.STORED_MAIL: Permission.HANDLE_RETURNS,
    ListKind.AUDIT: Permission.SEE_AUDIT,
}
"""What somebody must be allowed who asks for a list: they see its rows on a page already."""
