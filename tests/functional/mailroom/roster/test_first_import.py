"""A ward's first extract: stored as checked, character for character, and only once."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.demo.families import ExtractPlan
from portal.domain.mailroom.listing import Excerpt
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError
from portal.domain.mailroom.roster.models import RosterRow, StagedChild, StagedHold, StagedHousehold
from portal.domain.mailroom.roster.queries import held_households, rejected_rows
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.households.queries import view_household
from portal.domain.people.households.search import SearchTerms, search_households
from portal.platform.database import Database
from tests.support.mailroom.roster import Ward, fingerprint
from tests.support.work import work_in

FULL = ExtractPlan(households=120, seed=5)


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    return Ward(database, tmp_path, FULL)


def test_what_is_stored_is_what_the_check_said(ward: Ward) -> None:
    done = ward.hand_over()
    assert (done.state, done.repeated) == ("applied", False)
    assert ward.report is not None
    expected = ward.report.totals
    with ward.database.read() as session:
        found = totals(session)
        assert session.scalar(select(func.count()).select_from(Household)) == (
            expected["households"]["issue"] + expected["households"]["hold"]
        )
    assert found.by_state["in_progress"].children == expected["children_issue"]
    assert found.by_state["in_progress"].yen == expected["yen_issue"]
    assert found.by_state["held"].children == expected["children_hold"]
    assert found.by_state["held"].yen == expected["yen_hold"]
    assert found.adds_up(
        expected["children_issue"] + expected["children_hold"],
        expected["yen_issue"] + expected["yen_hold"],
    )


def test_every_household_is_held_or_free_as_the_manifest_says(ward: Ward) -> None:
    extract = ward.extract()
    ward.take(ward.write(extract))
    holds = ward.all_holds()
    for family in extract.families:
        if not family.attributable or family.disposition in {"none", "reject"}:
            assert family.number not in holds
            continue
        assert bool(holds.get(family.number)) == (family.disposition == "hold"), family.number
        states = {"hold": "held", "issue": "in_progress"}
        assert ward.states(family) == [states[family.disposition]] * family.eligible


def test_names_and_addresses_are_stored_character_for_character(ward: Ward) -> None:
    extract = ward.extract()
    ward.take(ward.write(extract))
    for case in (
        "compatibility kanji",
        "user-defined character",
        "trail bytes 5C and 7C",
        "half-width kana",
    ):
        family = next(f for f in extract.families if f.number == extract.cases[case])
        view = ward.view(family)
        cells = family.head.cells
        assert view.fields.name == cells["氏名"]
        assert (view.fields.town, view.fields.street, view.fields.building) == (
            cells["町名"],
            cells["番地"],
            cells["方書"],
        )
        assert {c.fields.name for c in view.children} == {p.cells["氏名"] for p in family.children}


def test_the_household_is_found_by_parts_of_its_name_and_address(ward: Ward) -> None:
    extract = ward.extract()
    ward.take(ward.write(extract))
    family = next(f for f in extract.families if f.number == extract.cases["IBM extension kanji"])
    with ward.database.read() as session:
        found = search_households(
            work_in(session), SearchTerms(name="浜崎"), include_protected=False
        )
    assert family.number in {view.fields.number for view in found.households}


def test_the_same_file_again_changes_nothing(ward: Ward) -> None:
    path = ward.write(ward.extract())
    ward.take(path)
    before = fingerprint(ward.database)
    again = ward.take(path)
    assert again.repeated
    assert fingerprint(ward.database) == before


def test_nothing_of_the_staging_is_left(ward: Ward) -> None:
    ward.hand_over()
    with ward.database.read() as session:
        for table in (StagedHousehold, StagedChild, StagedHold):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_rejected_rows_and_held_households_are_listed_with_their_numbers(ward: Ward) -> None:
    extract = ward.extract()
    done = ward.take(ward.write(extract))
    manifest = extract.manifest()
    with ward.database.read() as session:
        rows = list(
            rejected_rows(work_in(session), done.import_id, Excerpt(include_protected=True))
        )
        held = list(held_households(work_in(session), Excerpt(include_protected=True)))
    expected = [r for r in manifest["records"] if r["result"] == "reject"]
    assert [(r.record, r.line, list(r.codes)) for r in rows] == [
        (r["record"], r["line"], r["codes"]) for r in expected
    ]
    assert {h.household_no for h in held} == {
        h["household_no"] for h in manifest["households"] if h["disposition"] == "hold"
    }


def test_those_who_may_not_know_see_no_row_of_a_protected_household(ward: Ward) -> None:
    extract = ward.extract()
    protected = next(f for f in extract.families if f.number == extract.cases["protected family"])
    protected.people[-1].cells["生年月日"] = ""
    done = ward.take(ward.write(extract))
    with ward.database.read() as session:
        held = list(held_households(work_in(session), Excerpt(include_protected=False)))
        rows = list(
            rejected_rows(work_in(session), done.import_id, Excerpt(include_protected=False))
        )
        all_rows = list(
            rejected_rows(work_in(session), done.import_id, Excerpt(include_protected=True))
        )
    assert protected.number not in {h.household_no for h in held}
    assert protected.number not in {row.household_no for row in rows}
    assert protected.number in {row.household_no for row in all_rows}
    assert rows == [row for row in all_rows if row.household_no != protected.number]


def test_protection_is_known_from_the_column_of_the_extract_and_not_without_one(
    database: Database, tmp_path: Path
) -> None:
    clean = ExtractPlan(households=20, seed=3, clean=True)
    with database.read() as session:
        assert not protection_loaded(session)
    Ward(database, tmp_path, clean, "sample-min").hand_over()
    with database.read() as session:
        assert not protection_loaded(session)


def test_the_column_of_the_extract_says_who_is_protected(ward: Ward) -> None:
    ward.hand_over()
    with ward.database.read() as session:
        assert protection_loaded(session)


@pytest.mark.parametrize("layout", ["sample-min", "sample-fixed", "sample-xlsx"])
def test_every_layout_gives_the_same_households_children_and_sum(
    database: Database, tmp_path: Path, layout: str
) -> None:
    ward = Ward(database, tmp_path, ExtractPlan(households=60, seed=4, clean=True), layout)
    extract = ward.extract()
    ward.take(ward.write(extract))
    manifest = extract.manifest()["totals"]
    assert ward.total().yen == manifest["yen_issue"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Household)) == 60
        names = sorted(
            child.fields.name
            for key in session.scalars(select(Household.id)).all()
            for child in view_household(work_in(session), key).children
        )
    assert names == sorted(p.cells["氏名"] for f in extract.families for p in f.children)


def test_children_of_one_name_and_birthday_without_person_numbers_are_two_and_held(
    database: Database, tmp_path: Path
) -> None:
    ward = Ward(database, tmp_path, ExtractPlan(households=3, seed=4, clean=True), "sample-min")
    extract = ward.extract()
    family = extract.families[0]
    twin = family.children[0]
    family.people.append(type(twin)(dict(twin.cells)))
    ward.take(ward.write(extract))
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(Child))
    assert count == sum(len(f.children) for f in extract.families)
    assert list(ward.all_holds().values()) == [["W15_POSSIBLE_DUPLICATE"]]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda data: data.replace("世帯番号".encode("cp932"), "世帯番".encode("cp932"), 1),
            "世帯番号",
        ),
        (lambda data: data.replace(b"\r\n", b'\r\n"', 2), "引用符"),
        (lambda data: data.decode("cp932", "replace").encode("utf-16"), "UTF-16"),
        (lambda data: b"", "空"),
    ],
    ids=["header", "open quote", "other encoding", "empty"],
)
def test_a_file_that_is_not_what_its_layout_says_stores_nothing(
    ward: Ward, spoil: object, words: str
) -> None:
    assert callable(spoil)
    path = ward.write(ward.extract())
    before = fingerprint(ward.database)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(RosterFileError) as refused:
        ward.take(path)
    assert words in refused.value.message
    assert fingerprint(ward.database) == before


def test_a_file_that_changes_while_it_is_imported_applies_nothing(ward: Ward) -> None:
    from portal.domain.mailroom.roster.checks.check import check_file
    from portal.domain.mailroom.roster.files.layout import find_layout
    from tests.support.mailroom.roster import importer, rules_for

    path = ward.write(ward.extract())
    report = check_file(path, find_layout("sample"), rules_for(FULL))
    data = path.read_bytes()
    path.write_bytes(data.replace("水鏡".encode("cp932"), "月映".encode("cp932"), 1))
    with pytest.raises(RosterFileError):
        importer(ward.database).run(path, report)
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Household)) == 0
    path.write_bytes(data)
    assert ward.take(path).state == "applied"
    with ward.database.read() as session:
        wrong = len(list(session.scalars(select(RosterRow.id))))
    assert wrong == sum(1 for r in ward.extract().manifest()["records"] if r["result"] != "accept")


def test_dates_of_partial_births_stay_open(ward: Ward) -> None:
    extract = ward.extract()
    ward.take(ward.write(extract))
    view = ward.view(extract.cases["unknown month and day"])
    assert [child.fields.birth for child in view.children] == [None]
    assert all(c.fields.birth is None or c.fields.birth > date(2005, 4, 1) for c in view.children)
