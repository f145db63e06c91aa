"""What `./run day` counts as kept and as missed, and the page that shows it."""

import xml.etree.ElementTree as ET

import pytest

from tests.bench.curves import Points, curves
from tests.bench.day.page import page
from tests.bench.day.verdict import verdict
from tests.bench.day.visitors import Seen
from tests.bench.day.watching import Used

USED = Used(
    [0.0, 1.0, 2.0],
    {"resident site": [1.0, 1.1, 1.2], "PostgreSQL": [0.0, 0.05, 0.1]},
    {"resident site": [200.0, 210.0, 205.0], "PostgreSQL": [100.0, 100.0, 100.0]},
)


def good() -> Seen:
    """A day on which nothing went wrong."""
    answers = [(n / 10, name, 200, 50.0) for n in range(20) for name in ("home", "coupon", "form")]
    return Seen(answers, [(n / 10, 2.0) for n in range(10)])


def missed(seen: Seen, *, crowded: bool = False) -> list[str]:
    """The figures that are not as promised."""
    return [line.what for line in verdict(seen, USED, crowded=crowded) if not line.kept]


def test_a_good_day_keeps_every_promise() -> None:
    assert missed(good()) == []


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda seen: setattr(seen, "foreign", 1), "pages with another household's name"),
        (lambda seen: setattr(seen, "gave_up", 1), "families without their coupon"),
        (lambda seen: seen.answers.append((1.0, "code", 500, 1.0)), "errors and lost answers"),
        (lambda seen: seen.answers.append((1.0, "code", 0, 1.0)), "errors and lost answers"),
        (lambda seen: seen.wrong.update({"code 422 ": 1}), "answers that nobody should get"),
        (
            lambda seen: seen.answers.extend([(1.0, "waits", 503, 200.0)] * 10),
            "95 of 100 answers that asked to wait within",
        ),
        (
            lambda seen: seen.answers.extend([(1.0, "form", 200, 900.0)] * 10),
            "95 of 100 pages within",
        ),
    ],
)
def test_each_thing_that_goes_wrong_is_missed_by_name(spoil: object, what: str) -> None:
    seen = good()
    spoil(seen)  # type: ignore[operator]
    assert what in missed(seen)


def test_being_asked_to_wait_is_no_error_and_neither_is_what_a_flood_gets() -> None:
    seen = good()
    seen.answers += [(1.0, "waits", 503, 5.0), (1.0, "flood", 503, 5.0), (1.0, "flood", 0, 5.0)]
    assert missed(seen) == []


def test_on_a_crowded_day_only_who_is_signed_in_must_be_fast() -> None:
    seen = good()
    seen.answers += [(1.0, "form", 200, 5_000.0)] * 50
    assert missed(seen, crowded=True) == []
    seen.answers += [(1.0, "home", 200, 5_000.0)] * 50
    assert missed(seen, crowded=True) == ["95 of 100 pages of who is signed in within"]


def test_the_page_says_what_was_missed_and_draws_every_line() -> None:
    seen = good()
    seen.foreign = 1
    text = page("A day", verdict(seen, USED, crowded=False), seen, USED)
    assert text.count("class=missed") == 1
    assert text.count("<svg") == 4
    for name in ("who is signed in", "resident site", "asked to wait in line"):
        assert name in text


def test_a_drawing_is_whole_also_of_nothing() -> None:
    every: list[dict[str, Points]] = [
        {},
        {"a": []},
        {"a <b>": [(0.0, 0.0)]},
        {"a": [(0.0, 1.0), (5.0, 3.0)]},
    ]
    for lines in every:
        drawn = ET.fromstring(curves("a & b", "/s", lines))
        assert len(drawn.findall("{*}polyline")) == len(lines)
