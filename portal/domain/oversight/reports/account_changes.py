"""The changes of staff accounts as a monthly report shows them, without names of persons."""

from datetime import date

from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.clock import day_end, day_start, minute_text
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.due import last_of
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.people.staff.changes import changes_between


def account_changes_table(work: Work, month: date) -> ReportTable:
    """Return what happened to accounts in a month (its first day, JST), the newest first."""
    found = changes_between(work.session, day_start(month), day_end(last_of(month)))
    rows = [
        (
            minute_text(one.at),
            label_of(Organization, one.organization) or "–",
            label_of(Role, one.role) or "–",
            one.what,
            one.by_role,
        )
        for one in found
    ]
    columns = (_s("日時"), _s("所属"), _s("役割"), _s("変更"), _s("決めた人の所属と役割"))
    return ReportTable(
        _s("職員のアカウントの変更（名前は、画面「職員」にあります）"),
        columns,
        rows,
        empty=_s("ありません。"),
        wide=3,
    )
