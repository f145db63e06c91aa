"""Comparing new counts with the stored versions of their days."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from msgspec import Struct

from portal.domain.contacts.telephony.day_versions import current_versions, rows_of
from portal.domain.contacts.telephony.kinds import Reason
from portal.domain.contacts.telephony.kpi import Counts, total
from portal.domain.contacts.telephony.models import CountDay
from portal.domain.contacts.telephony.queries import is_over
from portal.domain.contacts.telephony.row_reader import CountRow
from portal.domain.foundation.work import Work


class Difference(Struct, frozen=True):
    """A day whose stored counts differ from the new ones; both are sums of the day."""

    day: date
    before: Counts
    after: Counts


@dataclass(frozen=True, slots=True)
class Stored:
    """The days by what became of them: stored first, unchanged, or replaced."""

    new: tuple[date, ...]
    same: tuple[date, ...]
    replaced: tuple[date, ...]


class Comparison(Struct, frozen=True):
    """The new counts of days beside the versions that are in force.

    Attributes:
        same: Days whose version has the same numbers.
        replaced: The versions that other numbers replace, by day.
        differences: Days among them that were over, so that a reason is needed.
    """

    same: Collection[date]
    replaced: Mapping[date, CountDay]
    differences: Mapping[date, Difference]

    def reasons(self, given: str | None) -> dict[date, str]:
        """Return why each version is replaced; only complete days need the given reason."""
        return {
            day: given if given and day in self.differences else Reason.NOT_OVER.value
            for day in self.replaced
        }

    def outcome(self, coming: Iterable[date]) -> Stored:
        """Return what becomes of the days if those of ``coming`` are stored."""
        return Stored(
            new=tuple(day for day in coming if day not in self.replaced),
            same=tuple(sorted(self.same)),
            replaced=tuple(sorted(self.replaced)),
        )


def compare(work: Work, by_day: Mapping[date, list[CountRow]]) -> Comparison:
    """Compare new counts by day with the versions in force, which are locked."""
    current = current_versions(work.session, by_day)
    stored = rows_of(work.session, [version.id for version in current.values()])
    same = [
        day
        for day, version in current.items()
        if numbers_of(stored[version.id]) == numbers_of(by_day[day])
        and version.whole == is_over(work.program, day, work.now)
    ]
    replaced = {day: version for day, version in current.items() if day not in same}
    differences = {
        day: Difference(
            day,
            total([row.counts for row in stored[version.id]]),
            total([row.counts for row in by_day[day]]),
        )
        for day, version in replaced.items()
        if version.whole
    }
    return Comparison(same, replaced, differences)


def numbers_of(rows: Iterable[CountRow]) -> set[tuple[object, Counts]]:
    """Return rows as a set of keys with counts, for comparing days."""
    return {(row.place, row.counts) for row in rows}
