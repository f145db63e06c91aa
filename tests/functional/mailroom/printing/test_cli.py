"""``portal letters`` as an officer uses it.

Look first, build, read the sums, see what must be taken out.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click import Command
from click.testing import CliRunner, Result
from sqlalchemy import func, select, update

from portal.cli.context import Context
from portal.cli.mailroom.letters import letters
from portal.domain.foundation.actors import Role
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.letters.letters.models import Letter
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household
from tests.support.canaries import CANARIES
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families, read_papers
from tests.support.mailroom.ward import Ward
from tests.support.proofs import invoke
from tests.support.reading import pdf
from tests.support.staff import hire


def portal(
    ward: Ward, *words: object, offset: timedelta = timedelta(), group: Command = letters
) -> Result:
    """Run a command as its own process would: with a context that knows nothing from before."""
    context = Context(replace(ward.settings, clock_offset=offset))
    try:
        return invoke(group, words, context)
    finally:
        context.database().engine.dispose()


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_dry_run_says_what_would_come_and_changes_nothing(ward: Ward) -> None:
    add_families(ward.database, 4, held=[1], protected=[2], names={3: "\ue001村　花子"})
    result = portal(ward, "build", "--dry-run", "--json")
    assert result.exit_code == 3
    value = answer(result)
    assert (value["letters"], value["children"], value["amount_yen"]) == (1, 1, 30_000)
    assert value["left_out"] == {
        "held": 1,
        "removed": 0,
        "nothing_due": 0,
        "has_letter": 0,
        "unprintable": 1,
    }
    with ward.database.read() as session:
        assert session.scalar(select(func.count(Letter.id))) == 0
        assert session.scalar(select(func.count(Hold.id))) == 1
    assert not (ward.folder / "letters").exists()


def test_build_then_build_again(ward: Ward, tmp_path: Path) -> None:
    add_families(ward.database, 4)
    out = tmp_path / "out"
    first = portal(ward, "build", "--out", out, "--limit", 3, "--chunk", 2, "--json")
    assert first.exit_code == 0, first.output
    value = answer(first)
    assert (value["letters"], value["children"], value["amount_yen"]) == (3, 4, 120_000)
    assert [(file["file"], file["letters"]) for file in value["files"]] == [
        ("letters-001-0001.pdf", 2),
        ("letters-001-0002.pdf", 1),
    ]
    assert len(read_papers([out / file["file"] for file in value["files"]])) == 3
    assert not any(canary in first.output for canary in CANARIES)
    second = portal(ward, "build", "--out", out)
    assert second.exit_code == 0
    assert "letters-002-0001.pdf" in {path.name for path in out.iterdir()}
    third = portal(ward, "build", "--json")
    assert third.exit_code == 0
    assert "run" not in answer(third)
    with ward.database.read() as session:
        assert session.scalar(select(func.count(Credential.id))) == 4


def test_preflight_lists_characters_and_only_counts_the_protected(ward: Ward) -> None:
    add_families(ward.database, 3, protected=[1], names={1: "\ue002", 2: "\ue001村　花子"})
    result = portal(ward, "preflight")
    assert result.exit_code == 3
    assert "U+E001" in result.output
    assert "9900000002" in result.output
    assert "U+E002" not in result.output
    assert "9900000001" not in result.output


def test_status_names_letters_to_take_out(ward: Ward) -> None:
    ids = add_families(ward.database, 2)
    assert portal(ward, "build").exit_code == 0
    assert portal(ward, "status").exit_code == 0
    with ward.database.write() as session:
        session.get_one(Household, ids[0]).protected = True
        number = session.scalar(select(Letter.number).where(Letter.household_id == ids[0]))
        session.add(Hold(household_id=ids[1], code="W06_INSTITUTION", created_at=NOW))
        held = session.scalar(select(Letter.number).where(Letter.household_id == ids[1]))
    for role in (Role.WARD_OFFICER, Role.OFFICER):
        hire(ward.database, NOW, role, role.value)
    result = portal(ward, "status", "--json")
    assert result.exit_code == 3
    assert [letter["letter_number"] for letter in answer(result)["withdraw"]] == [held]
    assert answer(result)["ward_takes_out"]
    assert portal(ward, "status", "--by", Role.OFFICER.value).exit_code == 1
    known = portal(ward, "status", "--by", Role.WARD_OFFICER.value)
    assert all(str(one) in known.stdout for one in (number, held))


def test_without_protection_data_nothing_is_printed(ward: Ward) -> None:
    add_families(ward.database, 1, known=False)
    for command in (("build",), ("build", "--dry-run"), ("preflight",)):
        result = portal(ward, *command)
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1


def test_the_alignment_page_needs_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.settings import load_settings

    monkeypatch.chdir(tmp_path)
    context = Context(
        load_settings({"PORTAL_PROGRAM": "sample", "PORTAL_DATA_DIR": str(tmp_path / "data")})
    )
    result = CliRunner().invoke(letters, ["testpage", "--out", "page.pdf"], obj=context)
    assert result.exit_code == 0, result.output
    (text,) = pdf.text((tmp_path / "page.pdf").read_bytes())
    assert "封筒の窓の位置合わせ" in text
    assert not (tmp_path / "data").exists()


def test_a_look_before_printing_says_that_the_ward_did_not_approve_the_texts(ward: Ward) -> None:
    add_families(ward.database, 1)
    with ward.database.write() as session:
        session.execute(update(DocumentVersion).values(state="revoked"))
    for words in (("preflight",), ("build", "--dry-run"), ("build",)):
        result = portal(ward, *words)
        assert result.exit_code == 1
        assert "区が承認していない" in result.stderr or "not approved" in result.stderr.lower()
    with ward.database.read() as session:
        assert session.scalar(select(func.count(Letter.id))) == 0
