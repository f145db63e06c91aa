"""What our scripts in the browser never do."""

import re

import pytest

from tests.support.sources import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
EVALUATES = re.compile(
    r"\b(?:eval|Function)\s*\(|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write"
    r"|setTimeout\(\s*[\"'`]|__proto__|Object\.assign|JSON\.parse"
)
STORES = re.compile(r"\b(?:localStorage|sessionStorage|indexedDB|caches)\b|document\.cookie")


@pytest.mark.asvs("1.3.2", "3.2.2", "15.3.6")
def test_scripts_neither_evaluate_text_nor_write_markup() -> None:
    assert SCRIPTS
    for path in SCRIPTS:
        assert EVALUATES.search(path.read_text("utf-8")) is None, path.name


@pytest.mark.asvs("14.3.3")
def test_scripts_store_nothing_in_the_browser() -> None:
    for path in SCRIPTS:
        assert STORES.search(path.read_text("utf-8")) is None, path.name


def test_no_text_of_a_script_goes_over_the_end_of_a_line() -> None:
    # served without indentation and comments, which must not change a text
    for path in SCRIPTS:
        for line in path.read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0, f"{path.name}: {line}"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("box.innerHTML = said;", EVALUATES),
        ("setTimeout('go()', 10);", EVALUATES),
        ("const read = JSON.parse(text);", EVALUATES),
        ("localStorage.setItem('search', words);", STORES),
        ("document.cookie = 'a=b';", STORES),
    ],
)
def test_what_they_must_not_do_is_noticed(line: str, rule: re.Pattern[str]) -> None:
    assert rule.search(line)
