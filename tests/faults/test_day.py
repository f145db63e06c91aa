"""`./run day`, the rehearsal that a ward plays before its opening day, for a few seconds."""

from pathlib import Path

from tests.bench.day.__main__ import main


def test_a_short_day_is_played_to_its_page(tmp_path: Path) -> None:
    report = tmp_path / "day.html"
    main(["--rate", "1", "--seconds", "8", "--report", str(report)])
    text = report.read_text("utf-8")
    for what in ("families without their coupon", "errors and lost answers"):
        assert f"<td>{what}</td><td>0</td>" in text, text[:3000]
    assert "<td>pages with another household&#x27;s name</td><td>0</td>" in text
    assert "<td>answers that nobody should get</td><td>0</td>" in text
