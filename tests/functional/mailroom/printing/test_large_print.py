"""Who wants large print gets it in every later letter; the mail house knows what to enclose."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.program.schema import ALTERNATIVE_FORM
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.proofs.content import SampleDraw, choose, masked
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.households.large_print import (
    POINTS,
    large_print_of,
    wish_large_print,
)
from portal.platform.database import Database
from tests.support.mailroom.archives import make_mail_house
from tests.support.mailroom.letters import add_families, households_of, printer, read_papers
from tests.support.people import CANARY_CHILDREN, CANARY_NAME
from tests.support.reading import pdf
from tests.support.work import work_in

WINDOW_MM = 66
"""What stands above is the post's: the window, and the sender beside it."""


def wish(database: Database, household_id: int, locale: str | None) -> None:
    with database.write() as session:
        wish_large_print(work_in(session), household_id, locale)


def build(database: Database, folder: Path) -> BuiltRun:
    plain = printer(database, folder)
    made = replace(plain, filed=replace(plain.program, letter_enclosures=(ALTERNATIVE_FORM,)))
    built = build_letters(made, workers=0, chunk_size=10)
    assert isinstance(built, BuiltRun)
    return built


def test_large_letters_lie_in_files_of_their_own_with_their_text_beside_them(
    database: Database, tmp_path: Path
) -> None:
    ids = add_families(database, 5)
    wish(database, ids[1], "ja")
    wish(database, ids[3], "en")
    built = build(database, tmp_path)
    papers = read_papers(built.paths)
    found = households_of(database, papers)
    large = [paper for paper in papers if found[paper.number] in {ids[1], ids[3]}]
    assert len(built.paths) == 2
    assert {paper.file for paper in large} == {built.paths[1].name}
    assert len(large) == 2, "ID and password read back from large print"
    rows = list(csv.DictReader(io.StringIO(built.manifest.read_text())))
    texts = {row["letter_number"]: row["large_print"] for row in rows}
    run = f"{built.run_id:03}"
    named = {f"large-{run}-{locale}.pdf" for locale in ("ja", "en")}
    assert {texts[paper.number] for paper in large} == named
    assert sum(name == "" for name in texts.values()) == 3
    totals = json.loads(built.manifest.with_suffix(".json").read_text())
    assert totals["large_print"] == dict.fromkeys(named, 1)
    for name in totals["large_print"]:
        text = "".join(pdf.text((built.folder / name).read_bytes()))
        for personal in (CANARY_NAME, *(name for pair in CANARY_CHILDREN for name in pair)):
            assert personal not in text
    assert (built.folder / f"enclosure-{run}-alternative_form-large.pdf").is_file()


def test_nothing_on_a_large_letter_is_smaller_than_18_points(
    sqlite_database: Database, tmp_path: Path
) -> None:
    wish(sqlite_database, add_families(sqlite_database, 1)[0], "ja")
    built = build(sqlite_database, tmp_path)
    (letter,) = built.paths
    assert pdf.smaller(letter.read_bytes(), POINTS, below_mm=WINDOW_MM) == ""
    text = built.folder / f"large-{built.run_id:03}-ja.pdf"
    form = built.folder / f"enclosure-{built.run_id:03}-alternative_form-large.pdf"
    for path in (text, form):
        assert pdf.smaller(path.read_bytes(), POINTS) == "", path.name
    (codes,) = pdf.codes(letter.read_bytes(), 200)
    assert any("/signin?id=" in code for code in codes), "still one code, and it can be read"


def test_a_run_without_such_a_wish_has_nothing_of_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    add_families(sqlite_database, 2)
    built = build(sqlite_database, tmp_path)
    assert not list(built.folder.glob("*large*"))


def test_a_wish_that_ended_is_not_followed(sqlite_database: Database, tmp_path: Path) -> None:
    (household,) = add_families(sqlite_database, 1)
    wish(sqlite_database, household, "ja")
    wish(sqlite_database, household, None)
    assert len(build(sqlite_database, tmp_path).paths) == 1
    with sqlite_database.read() as session:
        assert [letter.large_print for letter in session.query(Letter)] == [None]
        actions = [event.action for event in session.query(AuditEvent) if "large" in event.action]
    assert actions == ["household.large_print_wanted", "household.large_print_ended"]


def test_the_wish_is_kept_without_a_reason_and_once(sqlite_database: Database) -> None:
    (household,) = add_families(sqlite_database, 1)
    for _press in range(2):
        wish(sqlite_database, household, "ko")
    with sqlite_database.read() as session:
        assert large_print_of(session, household) == "ko"
        (event,) = [one for one in session.query(AuditEvent) if "large_print" in one.action]
        assert not event.detail, "no word beside the wish"
    with pytest.raises(InputError), sqlite_database.write() as session:
        wish_large_print(work_in(session), household, "fr")
    with pytest.raises(NotFoundError), sqlite_database.write() as session:
        wish_large_print(work_in(session), 999_999, "ja")


def test_the_proof_shows_large_letters_as_they_are_printed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ids = add_families(sqlite_database, 2)
    wish(sqlite_database, ids[0], "ja")
    built = build(sqlite_database, tmp_path)
    with sqlite_database.read() as session:
        work = work_in(session)
        samples = choose(work, SampleDraw(built.run_id, 1))
        letters = masked(work, printer(sqlite_database, tmp_path), samples)
    assert sorted(letter.large for letter in letters) == ["", "ja"]


def test_the_archive_brings_the_mail_house_what_to_enclose(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ids = add_families(sqlite_database, 3)
    wish(sqlite_database, ids[2], "zh_Hans")
    run_id = build(sqlite_database, tmp_path / "letters").run_id
    house = make_mail_house(sqlite_database, tmp_path / "letters")
    files = house.opened(house.build(run_id))
    name = f"large-{run_id:03}-zh_Hans.pdf"
    assert name in files
    rows = list(csv.DictReader(io.StringIO(files[f"manifest-{run_id:03}.csv"].decode())))
    assert [row["large_print"] for row in rows].count(name) == 1
