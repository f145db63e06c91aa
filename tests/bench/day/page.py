"""The report of a day: its figures and curves on one page."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from tests.bench.curves import Points, curves
from tests.bench.day.verdict import DYNAMIC, SEARCH, SIGNED_IN, WAITS, Line, is_failure, share
from tests.bench.day.visitors import Seen
from tests.bench.day.watching import Used

WINDOW = 5
"""Seconds of which one point of a curve tells."""
STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left}"
    ".missed{color:#b3261e;font-weight:bold}svg{width:100%;font:12px sans-serif}"
)


def page(what: str, lines: Sequence[Line], seen: Seen, used: Used) -> str:
    """Return the page as HTML that needs nothing else."""
    rows = "".join(
        f"<tr><td>{escape(line.what)}</td><td{'' if line.kept else ' class=missed'}>"
        f"{escape(line.value)}</td><td>{escape(line.must)}</td></tr>"
        for line in lines
    )
    wrong = "".join(f"<li>{escape(name)}: {count}</li>" for name, count in seen.wrong.items())
    drawn = "".join(f"<h2>{escape(title)}</h2>{curve}" for title, curve in _curves(seen, used))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(what)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(what)}</h1>"
        f"<p>{datetime.now(UTC):%Y-%m-%d %H:%M} UTC</p>"
        f"<table><tr><th></th><th>was</th><th>must be</th></tr>{rows}</table>"
        f"<ul>{wrong}</ul>{drawn}</body></html>"
    )


def _curves(seen: Seen, used: Used) -> list[tuple[str, str]]:
    waits = [(at, 1.0) for at, name, _status, _took in seen.answers if name == "waits"]
    failed = [(at, 1.0) for at, name, status, _took in seen.answers if is_failure(name, status)]
    arrived = [(came + took, 1.0) for came, took in seen.journeys]
    return [
        (
            "A second",
            curves(
                "families at their coupon, asked to wait, errors, a second",
                "/s",
                {
                    "families that got to their coupon": _rate(arrived),
                    "asked to wait in line": _rate(waits),
                    "errors and lost answers": _rate(failed),
                },
            ),
        ),
        (
            "95 of 100 answers within",
            curves(
                "milliseconds of answers",
                " ms",
                {
                    "who is signed in": _tail(seen, SIGNED_IN),
                    "all pages": _tail(seen, DYNAMIC),
                    "staff searches": _tail(seen, SEARCH),
                    "asked to wait": _tail(seen, WAITS),
                },
            ),
        ),
        (
            "Memory",
            curves(
                "memory of the processes",
                " MB",
                {name: list(zip(used.at, mb, strict=False)) for name, mb in used.megabytes.items()},
            ),
        ),
        (
            "Processor",
            curves(
                "cores in use",
                " cores",
                {name: _slope(used.at, seconds) for name, seconds in used.seconds.items()},
            ),
        ),
    ]


def _rate(moments: Sequence[tuple[float, float]]) -> Points:
    counts: dict[int, float] = defaultdict(float)
    for at, number in moments:
        counts[int(at // WINDOW)] += number
    last = max(counts, default=0)
    return [(number * WINDOW, counts[number] / WINDOW) for number in range(last + 1)]


def _tail(seen: Seen, names: Sequence[str]) -> Points:
    kept: dict[int, list[float]] = defaultdict(list)
    for at, name, _status, took in seen.answers:
        if name in names:
            kept[int(at // WINDOW)].append(took)
    return [(number * WINDOW, share(kept[number], 95)) for number in sorted(kept)]


def _slope(at: Sequence[float], seconds: Sequence[float]) -> Points:
    pairs = zip(at, at[WINDOW:], seconds, seconds[WINDOW:], strict=False)
    return [(t1, (s1 - s0) / max(t1 - t0, 0.1)) for t0, t1, s0, s1 in pairs]
