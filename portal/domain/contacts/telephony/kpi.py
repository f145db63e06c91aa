"""The key figures of a call center, each formula once, as ``domain.md`` §5.1 defines them.

Without counts there is no figure: a closed day, or one without calls, has "–", never 0 %.
"""

from dataclasses import dataclass, fields
from typing import Self

from portal.domain.foundation.program.settings.calls import CallSettings

NONE = "–"
"""Shown if there is no figure."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls as counted; times in seconds; None if the telephone system does not measure a value."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    busy: int | None = 0
    short_abandoned: int | None = 0
    within: int | None = 0
    talk: int | None = 0
    after_call: int | None = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sum; a value that is not measured in one of them is not measured in it."""
        return Counts(**{name: _plus(getattr(self, name), getattr(other, name)) for name in FIELDS})  # type: ignore[arg-type]  # the first three are never None

    def settled(self) -> Self:
        """Return the counts, with times that are not measured as 0 if no call was answered."""
        known = {
            name: 0 for name in _OF_ANSWERED if not self.answered and getattr(self, name) is None
        }
        return type(self)(**{name: getattr(self, name) for name in FIELDS} | known)


FIELDS = tuple(field.name for field in fields(Counts))
OPTIONAL = ("busy", "short_abandoned", "within", "talk", "after_call")
_OF_ANSWERED = ("within", "talk", "after_call")


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def total(counts: "list[Counts]") -> Counts:
    """Return the sum; zero for an empty list."""
    result = Counts()
    for one in counts:
        result += one
    return result


def counted(counts: Counts, settings: CallSettings) -> Counts:
    """Return the counts with offered and abandoned calls by the ward's rules.

    Busy calls are added to the offered ones (they never reached the queue); short abandoned ones
    are among them. A value that is not measured changes nothing.
    """
    offered, abandoned = counts.offered, counts.abandoned
    if settings.busy_counts:
        offered += counts.busy or 0
    if not settings.short_abandoned_counts:
        short = min(counts.short_abandoned or 0, abandoned)
        offered, abandoned = offered - short, abandoned - short
    return Counts(
        offered,
        counts.answered,
        abandoned,
        counts.busy,
        counts.short_abandoned,
        counts.within,
        counts.talk,
        counts.after_call,
    )


def answer_rate(counts: Counts) -> str:
    """Return 応答率, the answer rate: answered / offered."""
    return percent(counts.answered, counts.offered)


def abandon_rate(counts: Counts) -> str:
    """Return 放棄率, the abandon rate: abandoned / offered."""
    return percent(counts.abandoned, counts.offered)


def service_level(counts: Counts) -> str:
    """Return サービスレベル: answered within the program's seconds / offered.

    An answer rate alone hides long waits.
    """
    return NONE if counts.within is None else percent(counts.within, counts.offered)


def talk_time(counts: Counts) -> str:
    """Return 平均通話時間 (ATT): seconds of talk / answered."""
    return average(counts.talk, counts.answered)


def after_call_time(counts: Counts) -> str:
    """Return 平均後処理時間 (ACW): seconds of after-call work / answered."""
    return average(counts.after_call, counts.answered)


def handling_time(counts: Counts) -> str:
    """Return 平均処理時間 (AHT): seconds of talk and after-call work / answered."""
    return average(_plus(counts.talk, counts.after_call), counts.answered)


def tenths(part: int, whole: int) -> int | None:
    """Return a share in tenths of a percent, halves rounded up; None if the whole is 0."""
    return (part * 2000 + whole) // (2 * whole) if whole > 0 else None


def percent(part: int, whole: int) -> str:
    """Format a share in percent with one decimal, or "–" if the whole is 0."""
    share = tenths(part, whole)
    return NONE if share is None else f"{share // 10}.{share % 10}%"


def average(seconds: int | None, count: int) -> str:
    """Format an average as minutes and seconds, halves rounded up, or "–"."""
    if seconds is None or count <= 0:
        return NONE
    mean = (seconds * 2 + count) // (2 * count)
    return f"{mean // 60}:{mean % 60:02}"


def below(counts: Counts, percent_wanted: int, *, at_least: int = 1) -> bool:
    """Return whether the answer rate is below a level.

    With fewer than ``at_least`` offered calls it is not.
    """
    return counts.offered >= at_least and counts.answered * 100 < percent_wanted * counts.offered
