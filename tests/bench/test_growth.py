"""`./run growth` on two small wards: every row is measured, and a ward is made only once."""

import json
import tempfile
from pathlib import Path

import pytest

from tests.bench.growth.__main__ import main

ROWS = 14


def test_small_wards_are_measured_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-growth-", dir="/var/tmp") as wards:
        where = ("--wards", wards, "--folder", str(tmp_path))
        assert main(["--households", "500", "2000", *where]) == 0
        assert capsys.readouterr().out.count("a ward is made") == 2
        kept = json.loads((tmp_path / "growth.json").read_text("utf-8"))["households"]
        for size, rows in kept.items():
            assert len(rows) == ROWS
            assert min(cost["processor"] for cost in rows.values()) > 0, size
        assert (tmp_path / "growth.svg").read_text("utf-8").count("<polyline") == ROWS + 1
        main(["--households", "500", *where])
        said = capsys.readouterr().out
        assert "a ward is made" not in said
        assert "500 households: the ward of" in said
