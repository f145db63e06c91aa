"""The stored versions of a day's counts."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.telephony.kpi import FIELDS, Counts
from portal.domain.contacts.telephony.models import CallCount, CountDay
from portal.domain.contacts.telephony.row_reader import CountRow

KEPT = ("offered", "answered", "abandoned", "busy", "short_abandoned")
"""The sums that a version stores for each half hour."""


def half_hour_sums(rows: Iterable[CountRow]) -> dict[str, list[int | None]]:
    """Return the sums by half hour, each in the order of ``KEPT``."""
    sums: dict[str, Counts] = {}
    for row in rows:
        key = str(row.half_hour)
        sums[key] = sums.get(key, Counts()) + row.counts
    return {key: [getattr(counts, name) for name in KEPT] for key, counts in sums.items()}


def current_versions(session: Session, days: Collection[date]) -> dict[date, CountDay]:
    """Return the versions in force, locked, so that another replacement of the same day waits."""
    found = session.scalars(
        select(CountDay)
        .where(CountDay.day.in_(sorted(days)), CountDay.replaced_at.is_(None))
        .order_by(CountDay.day)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {version.day: version for version in found}


def rows_of(session: Session, version_ids: Collection[int]) -> dict[int, list[CountRow]]:
    """Return the rows of versions, by the key of the version."""
    found: dict[int, list[CountRow]] = {key: [] for key in version_ids}
    statement = (
        select(CallCount, CountDay.day)
        .join(CountDay, CountDay.id == CallCount.day_id)
        .where(CallCount.day_id.in_(version_ids))
    )
    for row, day in session.execute(statement):
        counts = Counts(**{name: getattr(row, name) for name in FIELDS})
        found[row.day_id].append(CountRow(day, row.half_hour, row.language, row.line, counts))
    return found
