"""``portal letters hand-over``, and the warning of commands after the last day of delivery."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.cli.oversight.report import report
from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.people.households.models import Hold
from tests.functional.mailroom.printing.test_cli import answer, portal
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families
from tests.support.mailroom.ward import Ward
from tests.support.staff import hire

DELIVERY_ENDS = datetime(2023, 12, 31, 15, 0, tzinfo=UTC)  # the end of 31 December in Japan


@pytest.fixture
def run(ward: Ward) -> int:
    """A finished run of three letters, and two people."""
    add_families(ward.database, 3)
    for role in (Role.OFFICER, Role.WARD_OFFICER):
        hire(ward.database, NOW, role, role.value)
    built = portal(ward, "build", "--json")
    assert built.exit_code == 0, built.output
    return int(answer(built)["run"])


def approve(ward: Ward, run: int) -> None:
    assert portal(ward, "proof", run, "--by", "officer").exit_code == 0
    assert portal(ward, "approve", run, "--by", "ward_officer").exit_code == 0


def test_a_proof_is_made_looked_at_and_decided_by_another(
    ward: Ward, run: int, tmp_path: Path
) -> None:
    refused = portal(ward, "hand-over", run, "--by", "officer")
    assert refused.exit_code == 1
    assert "校正刷り" in refused.stderr
    made = portal(ward, "proof", run, "--by", "officer", "--out", tmp_path / "proof", "--json")
    assert made.exit_code == 0, made.output
    value = answer(made)
    assert (value["letters"], value["children"], value["yen"]) == (3, 4, 120_000)
    assert "protected" not in value["left_out"]
    names = sorted(path.name for path in (tmp_path / "proof").iterdir())
    assert names == sorted(f"proof-{run:03}-{one['letter']}.png" for one in value["letters_shown"])
    assert "手紙3通" in portal(ward, "proof", run, "--by", "ward_officer").output
    assert portal(ward, "approve", run, "--by", "officer").exit_code == 1
    why = tmp_path / "why.txt"
    why.write_text("日付が違う\n", "utf-8")
    refused = portal(ward, "refuse", run, "--by", "ward_officer", "--reason", why)
    assert refused.exit_code == 0
    assert portal(ward, "approve", run, "--by", "ward_officer").exit_code == 1
    assert portal(ward, "hand-over", run, "--by", "officer").exit_code == 1
    assert (
        answer(portal(ward, "discard", run, "--by", "officer", "--dry-run", "--json"))["letters"]
        == 3
    )
    assert answer(portal(ward, "discard", run, "--by", "officer", "--json"))["credentials"] == 3
    assert states(ward) == ["superseded"] * 3
    assert portal(ward, "remove-plaintext", run).exit_code == 0
    assert answer(portal(ward, "build", "--json"))["letters"] == 3


def states(ward: Ward) -> list[str]:
    with ward.database.read() as session:
        return list(session.scalars(select(Letter.state).order_by(Letter.id)))


def test_one_person_proposes_and_with_a_second_the_run_is_gone(ward: Ward, run: int) -> None:
    approve(ward, run)
    alone = portal(ward, "hand-over", run, "--by", "officer")
    assert alone.exit_code == 0, alone.output
    assert states(ward) == ["printed"] * 3
    both = ("hand-over", run, "--by", "officer", "--confirmed-by", "ward_officer", "--json")
    tried = portal(ward, *both, "--dry-run")
    assert answer(tried)["handed_over"] is True
    assert states(ward) == ["printed"] * 3
    done = portal(ward, *both)
    assert done.exit_code == 0, done.output
    value = answer(done)
    assert (value["letters"], value["children"], value["yen"]) == (3, 4, 120_000)
    assert states(ward) == ["handed_over"] * 3
    assert portal(ward, *both).exit_code == 1
    value = answer(portal(ward, "delivered", "--json", group=report))
    assert value["handed_over"] == {"households": 3, "children": 4, "yen": 120_000, "counts": False}
    assert value["revealed"] == {"households": 0, "children": 0, "yen": 0, "counts": True}
    marked = [
        line
        for line in portal(ward, "delivered", group=report).output.splitlines()
        if "配達済み" in line
    ]
    assert marked == ["表示ずみ: 0世帯、こども0人、0円（配達済みと数える）"]


def test_who_may_not_hand_a_run_over_changes_nothing(ward: Ward, run: int) -> None:
    approve(ward, run)
    for first, second in (
        ("officer", "officer"),
        ("ward_officer", "officer"),
        ("nobody", "officer"),
    ):
        refused = portal(ward, "hand-over", run, "--by", first, "--confirmed-by", second)
        assert refused.exit_code == 1
        assert len(refused.stderr.splitlines()) == 1
        assert states(ward) == ["printed"] * 3


def test_letters_that_must_stay_are_named_as_taken_out(ward: Ward, run: int) -> None:
    approve(ward, run)
    with ward.database.write() as session:
        letter = session.scalars(select(Letter).order_by(Letter.id)).first()
        assert letter is not None
        number = letter.number
        session.add(Hold(household_id=letter.household_id, code="W06_INSTITUTION", created_at=NOW))
    both = ("hand-over", run, "--by", "officer", "--confirmed-by", "ward_officer")
    refused = portal(ward, *both)
    assert refused.exit_code == 1
    assert "1" in refused.stderr
    assert portal(ward, *both, "--taken-out", "M000000000").exit_code == 1
    assert states(ward) == ["printed"] * 3
    done = portal(ward, *both, "--taken-out", number)
    assert done.exit_code == 0, done.output
    assert states(ward) == ["cancelled", "handed_over", "handed_over"]


@pytest.mark.parametrize(
    ("after", "warned"),
    [(timedelta(days=-300), False), (timedelta(minutes=-5), False), (timedelta(0), True)],
    ids=["preparing", "last minutes", "over"],
)
def test_after_the_last_day_of_delivery_a_build_warns_and_goes_on(
    ward: Ward, after: timedelta, *, warned: bool
) -> None:
    add_families(ward.database, 1)
    offset = DELIVERY_ENDS + after - datetime.now(UTC)
    built = portal(ward, "build", "--dry-run", "--json", offset=offset)
    assert built.exit_code == 0, built.output
    assert answer(built)["letters"] == 1
    assert ("2023-12-31" in built.stderr) is warned
