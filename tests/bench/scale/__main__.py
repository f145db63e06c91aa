"""Measure the resident site with more processes and nodes on one PostgreSQL behind PgBouncer.

For each arrangement it plays the whole sign-in and the coupon page as fast as they go, and counts
the processor time of the site, of PgBouncer and of PostgreSQL apart. Writes scale.json and
scale.svg, and prints the table. Nothing else should run beside it.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.ground import sign_in
from tests.bench.measuring import send
from tests.bench.scale.figures import (
    AT_ONCE,
    Found,
    Spread,
    as_json,
    drawing,
    measured,
    median,
    table,
)
from tests.bench.scale.world import ARRANGEMENTS, Arrangement, World, arranged, world
from tests.support.programs.servers import ROOT

WARM = 40
"""Sign-ins before anything is counted: a line to the database learns its statements."""


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def main(arguments: Sequence[str]) -> int:
    """Measure in rounds in which all arrangements take turns."""
    options = _options(arguments)
    rounds: dict[Arrangement, dict[str, list[Spread]]] = {
        how: {"sign-in": [], "coupon": []} for how in ARRANGEMENTS
    }
    families = (WARM + options.sign_ins) * len(ARRANGEMENTS) * options.rounds
    sys.stdout.write(f"{families} families are added.\n")
    with world(families) as made:
        for number in range(options.rounds):
            for how, kept in rounds.items():
                sys.stdout.write(f"round {number + 1}: {how.name}\n")
                sys.stdout.flush()
                for what, one in _play(made, how, options).items():
                    kept[what].append(one)
    _write(
        options.folder,
        {how: {what: median(of) for what, of in kept.items()} for how, kept in rounds.items()},
        {"rounds": options.rounds, "sign_ins": options.sign_ins, "pages": options.pages},
    )
    return 0


def _play(made: World, how: Arrangement, options: argparse.Namespace) -> Mapping[str, Spread]:
    """Start the arrangement, warm it up, and measure both works."""
    with arranged(made, how) as site:
        known = [made.visitor(site.site, person) for person in made.families]
        send([one.post("/coupon/1/reveal", to="/coupon/1") for one in known], AT_ONCE)
        pages = [known[n % len(known)].get("/coupon/1") for n in range(options.pages)]
        come = [
            sign_in(site.site, person, whole=True)
            for person in islice(made.strangers, WARM + options.sign_ins)
        ]
        send(site.spread(come[:WARM]), AT_ONCE)
        signing = measured(made, site, come[WARM:])
        send(site.spread(pages[: len(pages) // 2]), AT_ONCE)
        return {"sign-in": signing, "coupon": measured(made, site, pages)}


def _write(folder: Path, found: Found, how: Mapping[str, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine(), "at_once": AT_ONCE, **how, "arrangements": as_json(found)}
    (folder / "scale.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    (folder / "scale.svg").write_text(drawing(found) + "\n", "utf-8")
    sys.stdout.write(f"{table(found)}\n{folder}/scale.json, {folder}/scale.svg\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run scale", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="whose median counts (%(default)s)")
    parser.add_argument("--sign-ins", type=int, default=100, help="in a round (%(default)s)")
    parser.add_argument("--pages", type=int, default=800, help="in a round (%(default)s)")
    folder = "for scale.json and scale.svg (%(default)s)"
    parser.add_argument("--folder", type=Path, default=ROOT / ".build", help=folder)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
