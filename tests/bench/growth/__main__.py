"""Measure what the work costs for wards of several sizes, in processor time.

A ward is made once by the product's commands (import, codes) and kept in .build/growth, by size and
version of the tables; another run uses it again and says so. Pages, letters, reports, settlement,
export and backup run on copies. Writes growth.json and growth.svg, prints the table, and returns 1
where something grows faster than n times log n.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.growth.figures import Grown, as_json, drawing, faster_than, table
from tests.bench.growth.rows import letters, pages, year
from tests.bench.growth.ward import KEPT, Cost, ward
from tests.support.programs.servers import ROOT

SIZES = (10_000, 100_000)


def main(arguments: Sequence[str]) -> int:
    """Measure each size, and compare."""
    options = _options(arguments)
    grown = {
        size: _measured(size, fresh=options.fresh, above=options.wards)
        for size in sorted(set(options.households))
    }
    _write(options.folder, grown)
    faster = faster_than(grown)
    for line in faster:
        sys.stdout.write(f"FASTER THAN n log n: {line}\n")
    return int(bool(faster))


def _measured(size: int, *, fresh: bool, above: Path) -> dict[str, Cost]:
    with ward(size, fresh=fresh, above=above) as kept:
        found = dict(kept.built)
        for part in (pages, letters, year):
            found |= part(kept)
            sys.stdout.write(f"  {part.__name__} measured\n")
            sys.stdout.flush()
    return found


def _write(folder: Path, grown: Grown) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count()}
    kept = {"machine": machine, "households": as_json(grown)}
    (folder / "growth.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    (folder / "growth.svg").write_text(drawing(grown) + "\n", "utf-8")
    sys.stdout.write(f"{table(grown)}\n{folder}/growth.json, {folder}/growth.svg\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run growth", description=__doc__)
    sizes = "sizes of the wards (%(default)s); a million is possible"
    parser.add_argument("--households", type=int, nargs="+", default=list(SIZES), help=sizes)
    parser.add_argument("--fresh", action="store_true", help="make the wards anew")
    parser.add_argument("--wards", type=Path, default=KEPT, help="where they are kept")
    folder = "for growth.json and growth.svg (%(default)s)"
    parser.add_argument("--folder", type=Path, default=ROOT / ".build", help=folder)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
