"""Who waits in line for one process, in the order of arrival, and how many it lets in a second.

The rate is found out, not set: it grows as long as the process has room and shrinks as soon as it
has none, as TCP does with its window. No place holds anything of a person.
"""

import math
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from msgspec import Struct

COMES_BACK = 20
"""Seconds after which the page of somebody who waits loads itself again."""
GONE = 3 * COMES_BACK
"""Who was not here for so many seconds holds nobody up; the place itself stays good."""
MOST = 50_000
"""Places that a process remembers; whoever comes later gets the page, and is counted next time."""
OF_ONE_NETWORK = 200
"""Places of one network: a flood from few addresses cannot fill the line before everybody else."""
START, LEAST, UTMOST = 5.0, 1.0, 50.0
GROWS, SHRINKS = 0.5, 0.9
"""Let in a second: at the start, at least, at most; and how that changes from second to second."""
SMOOTH = 30
"""The minutes that people are told come from the rate of about so many seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the line.

    Attributes:
        number: Tells it from others; random.
        arrived: When it was given out, in seconds of Unix time.
    """

    number: str
    arrived: float


class Turn(Struct, frozen=True):
    """Whether it is somebody's turn; if not, after about how many minutes."""

    let_in: bool
    minutes: int = 0


@dataclass(slots=True)
class _Waiting:
    arrived: float
    seen: float
    network: str


class Line:
    """The line of one process; its only user is the event loop. Times are seconds of Unix time."""

    def __init__(self, now: float) -> None:
        self.rate = START
        self._usual_rate = START
        self._credit = START
        self._counted_at = now
        self._had_no_room = False
        self._waiting: dict[str, _Waiting] = {}
        self._arrivals: list[float] = []
        self._of_network: Counter[str] = Counter()

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def note_no_room(self) -> None:
        """Note that the process has as much to do as it can: the rate shrinks."""
        self._had_no_room = True

    def ask(self, place: Place, network: str, now: float, *, room: bool) -> Turn:
        """Tell whether it is the turn of a place; if not, it waits in the line.

        ``room`` is whether the process can take one more at all.
        """
        self._count(now)
        if not room:
            self.note_no_room()
        ahead = self._ahead(place)
        if room and self._may_enter(ahead):
            self._forget(place.number)
            return Turn(let_in=True)
        self._remember(place, network, now)
        return Turn(let_in=False, minutes=self.minutes(ahead))

    def minutes(self, ahead: int) -> int:
        """Return in about how many minutes so many are let in; at least 1."""
        return max(1, math.ceil(ahead / self._usual_rate / 60))

    def _may_enter(self, ahead: int) -> bool:
        """Let in whoever comes while nobody waits; else the first, as fast as the rate allows.

        Those who wait look again only every ``COMES_BACK`` seconds: so many of the first may enter
        as the rate lets in until all of them were here.
        """
        if not self._waiting:
            return True
        if self._credit < 1 or ahead > self.rate * COMES_BACK:
            return False
        self._credit -= 1
        return True

    def _ahead(self, place: Place) -> int:
        return bisect_left(self._arrivals, place.arrived)

    def _remember(self, place: Place, network: str, now: float) -> None:
        waiting = self._waiting.get(place.number)
        if waiting is not None:
            waiting.seen = now
        elif len(self._waiting) < MOST and self._of_network[network] < OF_ONE_NETWORK:
            self._waiting[place.number] = _Waiting(place.arrived, now, network)
            self._of_network[network] += 1

    def _forget(self, number: str) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            self._of_network[waiting.network] -= 1

    def _count(self, now: float) -> None:
        """Once a second, set the rate, and leave out who went away."""
        passed = now - self._counted_at
        if 0 <= passed < 1:
            return
        self._counted_at = now
        changed = self.rate * SHRINKS if self._had_no_room else self.rate + GROWS
        self.rate = min(max(changed, LEAST), UTMOST)
        self._usual_rate += (self.rate - self._usual_rate) / SMOOTH
        self._had_no_room = False
        self._credit = min(self._credit + self.rate * max(passed, 0.0), max(1.0, 2 * self.rate))
        for number in [n for n, one in self._waiting.items() if now - one.seen > GONE]:
            self._forget(number)
        self._of_network = +self._of_network  # without those that have none
        self._arrivals = sorted(one.arrived for one in self._waiting.values())
