"""The check and the invented ward's expectations agree on every row, household and sum."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.demo.extract import Extract, make_extract
from portal.demo.families import ExtractPlan
from portal.demo.ward import TOWNS
from portal.domain.mailroom.roster.checks.check import RosterReport, check_file
from portal.domain.mailroom.roster.checks.rows import RosterRules
from portal.domain.mailroom.roster.checks.rules import RowRules
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.files.reader import RosterReader

PLANS = [
    ExtractPlan(households=12, seed=1),
    ExtractPlan(households=200, seed=2),
    ExtractPlan(households=250, seed=3, birth_to=date(2024, 4, 1)),
    ExtractPlan(
        households=250,
        seed=4,
        base_date=date(2024, 3, 31),
        birth_to=date(2024, 3, 31),
        extracted=date(2024, 4, 8),
    ),
    ExtractPlan(
        households=300,
        seed=5,
        base_date=date(2026, 11, 1),
        birth_from=date(2008, 4, 2),
        birth_to=date(2026, 11, 1),
        extracted=date(2026, 11, 20),
        unit_yen=25_000,
    ),
    ExtractPlan(households=120, seed=6, clean=True),
]


def rules_for(plan: ExtractPlan) -> RosterRules:
    return RosterRules(
        base_date=plan.base_date,
        birth_from=plan.birth_from,
        birth_to=plan.birth_to,
        extracted=plan.extracted,
        unit_yen=plan.unit_yen,
        towns={postal: frozenset({town}) for postal, town in TOWNS},
    )


def check(path: Path, layout: str, extract: Extract) -> RosterReport:
    return check_file(path, find_layout(layout), rules_for(extract.plan))


def as_json(report: RosterReport) -> dict[str, Any]:
    out = io.StringIO()
    report.write_json(out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"seed{plan.seed}")
def test_every_row_household_and_sum_of_the_csv_is_as_expected(
    plan: ExtractPlan, tmp_path: Path
) -> None:
    extract = make_extract(plan)
    path = extract.write(tmp_path, "sample")["sample"]
    found, expected = as_json(check(path, "sample", extract)), extract.manifest()
    assert found["records"] == expected["records"]
    assert found["households"] == expected["households"]
    assert found["totals"] == expected["totals"]


def test_a_larger_extract_shows_every_special_case_and_every_code() -> None:
    extract = make_extract(ExtractPlan(households=200, seed=9))
    totals = extract.manifest()["totals"]
    assert len(extract.cases) == 59
    from portal.domain.mailroom.roster.checks.codes import explanations

    assert set(explanations()) == {*totals["row_codes"], *totals["household_codes"]}


@pytest.mark.parametrize("layout", ["sample-fixed", "sample-xlsx"])
def test_fixed_width_and_excel_give_the_same_answer_for_every_accepted_row(
    layout: str, tmp_path: Path
) -> None:
    extract = make_extract(ExtractPlan(households=220, seed=7))
    path = extract.write(tmp_path, layout)[layout]
    # a long address is cut to its column in the fixed form and is then no longer long
    cut = {"W17_LONG_ADDRESS"} if layout == "sample-fixed" else set()
    found = [
        (row.household_no, row.person_no, row.result, {*row.codes} - cut)
        for row in check(path, layout, extract).row_results()
    ]
    assert found == [
        (person.cells["世帯番号"], person.cells["宛名番号"], "accept", {*person.codes} - cut)
        for person in extract.people
        if person.result == "accept"
    ]


def test_the_minimum_file_gives_the_same_households_and_sums(tmp_path: Path) -> None:
    extract = make_extract(ExtractPlan(households=400, seed=8, clean=True))
    paths = extract.write(tmp_path, "sample", "sample-min")
    whole, minimum = (check(path, layout, extract) for layout, path in paths.items())

    def outcome(report: RosterReport) -> list[tuple[str, int, int]]:
        return [
            (found.disposition, found.eligible_children, found.amount_yen)
            for found in report.households()
        ]

    assert outcome(minimum) == outcome(whole)
    sums = ("children_issue", "yen_issue", "children_hold", "yen_hold", "households")
    assert [minimum.totals[key] for key in sums] == [whole.totals[key] for key in sums]
    assert not minimum.layout.has_protection


def test_equal_plans_give_equal_bytes(tmp_path: Path) -> None:
    plan = ExtractPlan(households=60, seed=3)
    first, second = (make_extract(plan).write(tmp_path / name) for name in ("a", "b"))
    for layout, path in first.items():
        assert path.read_bytes() == second[layout].read_bytes(), layout


def test_households_come_complete_with_all_their_rows(tmp_path: Path) -> None:
    extract = make_extract(ExtractPlan(households=200, seed=2))
    report = check(extract.write(tmp_path, "sample")["sample"], "sample", extract)
    complete = {found.household_no: rows for found, rows in report.completed() if found is not None}
    assert complete.keys() == {found.household_no for found in report.households()}
    for family in extract.families:
        if family.attributable:
            rows = complete[family.number]
            assert [row.row.name for row in rows if row.result == "accept"] == [
                person.cells["氏名"] for person in family.people if person.result == "accept"
            ]


def test_a_file_that_changes_between_the_check_and_the_import_is_refused(tmp_path: Path) -> None:
    from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError

    extract = make_extract(ExtractPlan(households=20, seed=2, clean=True))
    path = extract.write(tmp_path, "sample")["sample"]
    report = check(path, "sample", extract)
    path.write_bytes(
        path.read_bytes()
        .replace("みなも".encode("cp932"), "みなみ".encode("cp932"))
        .replace(b"\r\n", b"\n")
    )
    with pytest.raises(RosterFileError, match="変わりました"):
        list(report.rows())


@pytest.mark.parametrize("layout", ["sample", "sample-min"])
def test_the_second_reading_finds_in_a_row_what_the_first_one_found(
    tmp_path: Path, layout: str
) -> None:
    extract = make_extract(PLANS[1])
    reader = RosterReader(extract.write(tmp_path, layout)[layout], find_layout(layout))
    rules: RowRules | None = None
    for record in reader.records():
        rules = rules or RowRules(reader, rules_for(extract.plan))
        first = rules.check(record)
        again = rules.fields(record, first.result)
        common = set(again._fields) & set(first._fields)
        if first.result == "reject":
            assert again.name == ""
            common = {"household_no", "person_no", "protected", "householder_name"}
        if not reader.layout.grouped:
            common -= {"address_key"}
        assert {name: getattr(again, name) for name in common} == {
            name: getattr(first, name) for name in common
        }
    assert rules is not None
