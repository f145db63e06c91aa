"""What a day came to: the figures that a ward reads, and whether each is as promised."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.day.visitors import Seen
from tests.bench.day.watching import Used

SIGNED_IN = ("home", "coupon", "code form", "QR picture")
SIGN_IN = ("form", "password", "wrong password", "code")
SEARCH, WAITS, BUSY, FLOOD = ("staff search", "staff found"), ("waits",), ("busy",), "flood"
DYNAMIC = (*SIGNED_IN, *SIGN_IN, "landing", "first showing")
P95, SHED, MEMORY, JOURNEY = 300.0, 100.0, 350.0, 85.0
"""Milliseconds, milliseconds, MB, milliseconds of processor: what was promised."""
CROWDED = 1.1
"""How much more memory the site may hold while more come than it can serve."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the report: what it is, its value, what it must be, and whether it is."""

    what: str
    value: str
    must: str = ""
    kept: bool = True


def share(values: Iterable[float], percent: int) -> float:
    """Return the value below which so many of a hundred lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def took(seen: Seen, names: Sequence[str]) -> list[float]:
    """Return the milliseconds of all answers of these kinds."""
    return [milliseconds for _at, name, _status, milliseconds in seen.answers if name in names]


def verdict(seen: Seen, used: Used, *, crowded: bool) -> list[Line]:
    """Return the figures; ``crowded``: more came than the sites can serve, and some had to wait."""
    families = len(seen.journeys) + seen.gave_up
    memory = MEMORY * CROWDED if crowded else MEMORY
    each = 1000 * (used.total("resident site") + used.total("PostgreSQL")) / max(1, families)
    return [
        Line("families that came", str(families)),
        _none("families without their coupon", seen.gave_up),
        _none("pages with another household's name", seen.foreign),
        _none("errors and lost answers", failed(seen)),
        _none("answers that nobody should get", sum(seen.wrong.values())),
        Line("half of the pages within", f"{share(took(seen, DYNAMIC), 50):.0f} ms"),
        _tail("pages of who is signed in", took(seen, SIGNED_IN), 2 * P95 if crowded else P95),
        *([] if crowded else [_tail("pages", took(seen, DYNAMIC), P95)]),
        _tail("staff searches", took(seen, SEARCH), P95),
        Line("answers that asked to wait in line", str(len(took(seen, WAITS)))),
        Line("answers that asked to press again", str(len(took(seen, BUSY)))),
        _tail("answers that asked to wait", took(seen, WAITS), SHED),
        _most("processor of site and database, each family", each, JOURNEY, "ms"),
        _most("memory of the resident site", used.peak("resident site"), memory, "MB"),
        Line("processor of the load itself", f"{seen.processor:.0f} s"),
    ]


def failed(seen: Seen) -> int:
    """Return how many answers were errors or never came."""
    return sum(failures(seen).values())


def failures(seen: Seen) -> dict[str, int]:
    """Return how often which answer was an error or never came."""
    return Counter(
        f"{name} {status}"
        for _at, name, status, _milliseconds in seen.answers
        if is_failure(name, status)
    )


def is_failure(name: str, status: int) -> bool:
    """Tell whether an answer is an error, or none."""
    return (status == 0 or status >= 500) and name not in {*WAITS, *BUSY, FLOOD}


def _none(what: str, number: int) -> Line:
    return Line(what, str(number), "0", not number)


def _most(what: str, value: float, most: float, unit: str) -> Line:
    return Line(f"{what}, at most", f"{value:.0f} {unit}", f"{most:.0f} {unit}", value <= most)


def _tail(what: str, milliseconds: Sequence[float], most: float) -> Line:
    value = share(milliseconds, 95)
    return Line(f"95 of 100 {what} within", f"{value:.0f} ms", f"{most:.0f} ms", value <= most)
