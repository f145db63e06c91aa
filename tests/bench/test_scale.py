"""`./run scale` with few visits: every arrangement answers, and the figures are kept."""

import json
from pathlib import Path

from tests.bench.scale.__main__ import main


def test_few_visits_are_measured_on_every_arrangement(tmp_path: Path) -> None:
    main(["--rounds", "1", "--sign-ins", "8", "--pages", "40", "--folder", str(tmp_path)])
    kept = json.loads((tmp_path / "scale.json").read_text("utf-8"))
    for how, works in kept["arrangements"].items():
        for what, figures in works.items():
            for side in ("site", "database", "rate", "memory"):
                assert figures[side] > 0, (how, what, side)
    assert (tmp_path / "scale.svg").read_text("utf-8").startswith("<svg")
