"""Every requirement of ASVS 5.0 that applies is shown by a test, or says what stands for it."""

import ast
import re
from collections.abc import Iterator
from math import prod

from portal.domain.people.authn.sessions import LIFETIMES
from tests.mutants.entries import entries
from tests.support.asvs import GUIDE, as_markdown, controls, marked, tried
from tests.support.sources import ROOT

PROTECTION = (ROOT / ".github" / "guides" / "protection.md").read_text("utf-8")

APPLY = {
    "1.1": "1-2",
    "1.2": "1-5 9",
    "1.3": "2 3 6 7 10 11",
    "1.5": "1-2",
    "2.1": "1-3",
    "2.2": "1-3",
    "2.3": "1-4",
    "2.4": "1",
    "3.2": "1-2",
    "3.3": "1-4",
    "3.4": "1-6",
    "3.5": "1 3 4",
    "3.7": "1-2",
    "4.1": "1-3",
    "4.2": "1",
    "5.1": "1",
    "5.2": "1-3",
    "5.3": "1-2",
    "5.4": "1-2",
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "7.1": "1-2",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1",
    "9.1": "1-3",
    "9.2": "1-3",
    "11.1": "1-2",
    "11.2": "1-3",
    "11.3": "1-3",
    "11.4": "1-4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1-2",
    "12.2": "1-2",
    "12.3": "1-4",
    "13.1": "1",
    "13.2": "1-5",
    "13.3": "1-2",
    "13.4": "1-5",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "15.1": "1-3",
    "15.2": "1-3",
    "15.3": "1-7",
    "16.1": "1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
}


def numbers() -> set[str]:
    found = set()
    for section, spans in APPLY.items():
        for span in spans.split():
            first, _dash, last = span.partition("-")
            found |= {f"{section}.{n}" for n in range(int(first), int(last or first) + 1)}
    return found


def test_each_of_the_187_has_its_words_once() -> None:
    assert len(numbers()) == 187
    assert {control.id for control in controls()} == numbers()


def test_a_test_bears_no_number_that_does_not_apply() -> None:
    assert set(marked()) - numbers() == set()


def test_every_test_that_bears_a_number_has_its_control_taken_out() -> None:
    """`./run mutants` lets nobody off whose test does not notice by itself."""
    assert {number for number in marked() if not tried().get(number)} == set()
    lacking = [
        (entry.name, number)
        for entry in entries()
        for number in entry.asvs
        if not {*entry.first} & {*marked().get(number, ())}
    ]
    assert lacking == [], "no named test of the entry bears the number"


def test_what_no_test_shows_says_what_does_and_where() -> None:
    for control in controls():
        assert control.tests or control.design or control.operations or control.open, control.id
        assert control.at or not (control.design or control.operations), control.id
        for place in control.at:
            assert (ROOT / place).exists(), (control.id, place)


def test_the_page_is_up_to_date() -> None:
    assert GUIDE.read_text("utf-8") == as_markdown(), "run python -m tests.support.asvs"


def limits() -> Iterator[tuple[str, int, int]]:
    """Each limit of the program: its name, how many, and the seconds of its window."""
    for path in sorted((ROOT / "portal" / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Limit":
                name, allowed, seconds = (ast.unparse(one) for one in node.args[:3])
                window = prod(int(number) for number in seconds.split("*"))
                yield ast.literal_eval(name), int(allowed), window


def test_every_limit_stands_in_the_guide_as_it_is() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| (\d+) \| (\d+) (min|h) \|", PROTECTION, re.MULTILINE
    )
    told = {
        name: (int(n), int(time) * {"min": 60, "h": 3600}[unit]) for name, n, time, unit in rows
    }
    assert told == {name: (allowed, seconds) for name, allowed, seconds in limits()}


def test_every_session_stands_in_the_guide_as_it_is() -> None:
    for site, life in LIFETIMES.items():
        idle, most = life.idle.total_seconds() / 60, life.absolute.total_seconds() / 3600
        assert f"| `{site}` | {idle:g} min | {most:g} h |" in PROTECTION
