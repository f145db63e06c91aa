"""The accessibility statement says no more than what was tried."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from portal.web.information.criteria import CRITERIA, Level
from portal.web.information.statement import (
    NO_AUDIT,
    Notation,
    PersonTest,
    last_audit,
    notation,
    read_audit,
    results,
)
from tests.support.accessibility import RESULTS, SCREENS, audit_refusals, digest_of_screens
from tests.support.audit import gates_of_criteria, tried_by_persons
from tests.support.audit import results as written
from tests.support.gates import GATES

ALL = frozenset(one.number for one in CRITERIA)
BESIDE = {"lang", "sizes", "words"}
"""What the tests of screens hold a page against beside the gates."""


def person(
    day: int, *, unmet: frozenset[str] = frozenset(), of: frozenset[str] = ALL
) -> PersonTest:
    return PersonTest(date(2026, 12, day), "Safari, iOS 19.1", "VoiceOver", of - unmet, unmet)


def test_the_criteria_are_those_of_both_standards() -> None:
    """WCAG 2.2 has 31 of level A and 24 of AA; JIS X 8341-3:2016 has 38 of both levels."""
    of_2_2 = [one for one in CRITERIA if one.number != "4.1.1"]
    assert sum(one.level is Level.A for one in of_2_2) == 31
    assert sum(one.level is Level.AA for one in of_2_2) == 24
    assert sum(one.in_jis for one in CRITERIA) == 38
    assert len(ALL) == len(CRITERIA)


def test_each_criterion_names_gates_that_there_are() -> None:
    named = gates_of_criteria()
    assert set(named) == ALL
    assert {gate for gates in named.values() for gate in gates} <= set(GATES) | BESIDE


def test_what_only_programs_tried_conforms_to_nothing() -> None:
    every = replace(NO_AUDIT, gates={key: ["axe"] for key in ALL})
    found = results(every)
    assert all(one.by_program and one.met is None for one in found)
    assert notation(found) is Notation.CONSIDERS
    assert notation(results(NO_AUDIT)) is Notation.CONSIDERS


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ([person(1)], Notation.CONFORMS),
        ([person(1, of=ALL - {"2.4.3"})], Notation.CONSIDERS),
        ([person(1, unmet=frozenset({"2.4.3"}))], Notation.PARTLY),
        ([person(1, unmet=frozenset({"2.4.3"})), person(2)], Notation.CONFORMS),
        ([person(2, unmet=frozenset({"2.4.3"})), person(1)], Notation.PARTLY),
    ],
)
def test_the_last_test_by_a_person_counts(tests: list[PersonTest], said: Notation) -> None:
    assert notation(results(replace(NO_AUDIT, persons=tests))) is said


def test_what_the_audit_writes_is_what_the_statement_reads() -> None:
    now = datetime(2026, 12, 24, 16, tzinfo=UTC)
    made = written(all_languages=True, now=now)
    audit = read_audit(json.dumps(made))
    assert (audit.on, audit.all_languages) == (date(2026, 12, 25), True)
    assert audit.gates == gates_of_criteria()
    assert audit.screens > 100


def test_tests_by_people_name_criteria_of_the_statement_once() -> None:
    entry = '[[test]]\non = 2026-12-24\nbrowser = "a"\nreader = ""\nmet = {}\nunmet = {}\n'
    (kept,) = tried_by_persons(entry.format('["1.1.1"]', '["2.4.3"]'))
    assert (kept["on"], kept["met"], kept["unmet"]) == ("2026-12-24", ["1.1.1"], ["2.4.3"])
    with pytest.raises(ValueError, match=r"no criteria of the statement: 9\.9\.9"):
        tried_by_persons(entry.format('["9.9.9"]', "[]"))
    with pytest.raises(ValueError, match="met and not met"):
        tried_by_persons(entry.format('["1.1.1"]', '["1.1.1"]'))


def test_the_results_that_are_kept_can_be_read() -> None:
    audit = last_audit()
    assert audit is None or set(audit.gates) == ALL


def clone(folder: Path, **changed: object) -> Path:
    for name in SCREENS:
        (folder / name).mkdir(parents=True)
        (folder / name / "a.txt").write_text("a", "utf-8")
    content = {
        "on": "2026-12-24",
        "all_languages": True,
        "screens_digest": digest_of_screens(folder),
    }
    (folder / RESULTS).write_text(json.dumps(content | changed), "utf-8")
    return folder


def test_a_release_takes_an_audit_of_its_own_screens_alone(tmp_path: Path) -> None:
    folder = clone(tmp_path)
    assert list(audit_refusals(folder)) == []
    (folder / "locales" / "staff.po").write_text("staff", "utf-8")
    assert list(audit_refusals(folder)) == []
    (folder / "templates" / "portal" / "a.txt").write_text("b", "utf-8")
    assert ["changed since their audit of 2026-12-24" in one for one in audit_refusals(folder)] == [
        True
    ]


def test_a_release_wants_an_audit_in_every_language(tmp_path: Path) -> None:
    (refused,) = audit_refusals(clone(tmp_path, all_languages=False))
    assert "in rotation" in refused
    (tmp_path / RESULTS).unlink()
    (refused,) = audit_refusals(tmp_path)
    assert "never audited" in refused
