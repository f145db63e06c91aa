"""Play an opening day: families at a rate, searches, perhaps a flood; a page says how it went."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.day.page import page
from tests.bench.day.verdict import failures, verdict
from tests.bench.day.visitors import Plan, Seen
from tests.bench.day.watching import watched
from tests.bench.day.world import Ward, ward
from tests.bench.driving import driven
from tests.bench.measuring import OFFSET
from tests.support.programs.servers import ROOT

REPORT = ROOT / ".build" / "day.html"
SUSTAINED = 17.0
"""Sign-ins a second that are to be served; above, some are expected to wait in line."""
MOST = 12_000
"""Families of a day; when all were there they come again, in another browser.

Who comes too often is told to wait: a day of ten minutes wants as many families as come.
"""


def main(arguments: Sequence[str]) -> int:
    """Play a day, write its page, and return 1 when a promise was not kept."""
    options = _options(arguments)
    families = min(MOST, max(20, int(options.rate * options.seconds)))
    sys.stdout.write(f"A ward of {families} families is made.\n")
    with ward(families, options.workers) as made:
        sys.stdout.write(f"{options.rate:g} families a second come for {options.seconds:g} s.\n")
        with watched(made.trees) as used:
            seen = _play(_plan(made, options))
    crowded = options.rate > SUSTAINED or options.flood > 0
    lines = verdict(seen, used, crowded=crowded)
    what = (
        f"Opening day: {options.rate:g} families a second for {options.seconds:g} s, "
        f"{options.workers} processes, flood of {options.flood:g} requests a second"
    )
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(page(what, lines, seen, used), "utf-8")
    for line in lines:
        missed = "" if line.kept else "  MISSED"
        must = f" (must be {line.must})" if line.must else ""
        sys.stdout.write(f"  {line.what:<46}{line.value:>12}{must}{missed}\n")
    for name, count in (failures(seen) | seen.wrong).items():
        sys.stdout.write(f"  {count} x {name}\n")
    sys.stdout.write(f"{options.report} has the curves.\n")
    return int(not all(line.kept for line in lines))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run day", description=__doc__)
    rate = "families a second (%(default)s)"
    parser.add_argument("--rate", type=float, default=SUSTAINED, help=rate)
    parser.add_argument("--seconds", type=float, default=600, help="how long (%(default)s)")
    searches = "of staff, a second (%(default)s)"
    parser.add_argument("--searches", type=float, default=2, help=searches)
    parser.add_argument("--flood", type=float, default=0, help="requests a second (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="of the resident site (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same day")
    parser.add_argument("--report", type=Path, default=REPORT, help="%(default)s")
    return parser.parse_args(arguments)


def _plan(made: Ward, options: argparse.Namespace) -> Plan:
    return Plan(
        resident=made.resident.url,
        staff=made.staff.url,
        families=list(made.families),
        agents=list(made.agents),
        rate=options.rate,
        seconds=options.seconds,
        searches=options.searches,
        flood=options.flood,
        offset=OFFSET.total_seconds(),
        seed=options.seed,
    )


def _play(plan: Plan) -> Seen:
    found = driven("tests.bench.day.visitors", plan)
    answers = [tuple(one) for one in found.pop("answers")]
    journeys = [tuple(one) for one in found.pop("journeys")]
    return Seen(answers=answers, journeys=journeys, **found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
