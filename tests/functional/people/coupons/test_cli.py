"""``portal coupons`` as an officer uses it: sandbox file, load, assign, status, dry runs."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.context import Context
from portal.cli.people.coupons import coupons
from portal.domain.foundation.vault import make_keys
from portal.domain.people.entitlements.services import hold_household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from tests.support.coupons import NOW, add_households
from tests.support.work import work_in


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = load_settings(
        {
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_PROGRAM": "demo",
            "PORTAL_WORKERS": "1",
        }
    )
    make_keys(made.key_dir)
    initialize(made)
    return made


def portal(settings: Settings, *words: object) -> Result:
    """Run a command as its own process would: with a context that knows nothing from before."""
    context = Context(settings)
    try:
        return CliRunner().invoke(coupons, [str(word) for word in words], obj=context)
    finally:
        context.database().engine.dispose()


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "codes.csv"
    assert portal(settings, "sandbox", path, "--count", 12).exit_code == 0
    return path


def load(settings: Settings, file: Path, *more: object, count: int = 12) -> Result:
    order = ("--order", "A-1", "--count", count, "--sum", 360_000)
    return portal(settings, "load", file, "--profile", "sandbox", *order, *more)


def households(settings: Settings, count: int, held: int = 0) -> None:
    context = Context(settings)
    with context.database().write() as session:
        add_households(session, count)
        for household_id in range(1, held + 1):
            hold_household(session, household_id, NOW)
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    context.database().engine.dispose()


def test_from_the_file_to_every_child_of_the_list(settings: Settings, file: Path) -> None:
    households(settings, 10)
    loaded = load(settings, file)
    assert (loaded.exit_code, "12件" in loaded.stdout, "360,000円" in loaded.stdout) == (
        0,
        True,
        True,
    )
    done = portal(settings, "assign", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"count": 10, "yen": 300_000, "left": 2, "held": 0}
    status = json.loads(portal(settings, "status", "--json").stdout)
    assert status["codes"]["assigned"] == 10
    assert (
        status["entitlements"]["in_progress"] == status["total"] == {"children": 10, "yen": 300_000}
    )
    assert "A-1" in portal(settings, "status").stdout


def test_a_dry_run_checks_everything_and_stores_nothing(settings: Settings, file: Path) -> None:
    households(settings, 10)
    assert load(settings, file, "--dry-run").exit_code == 0
    assert json.loads(portal(settings, "status", "--json").stdout)["batches"] == []
    assert load(settings, file).exit_code == 0
    planned = json.loads(portal(settings, "assign", "--dry-run", "--json").stdout)
    assert (planned["wanted"], planned["missing"]) == (10, 0)
    assert json.loads(portal(settings, "status", "--json").stdout)["codes"]["assigned"] == 0


def test_refusals_end_with_one_and_a_sentence_and_change_nothing(
    settings: Settings, file: Path
) -> None:
    assert load(settings, file).exit_code == 0
    again = load(settings, file)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "もう読み込んであります" in again.stderr
    other = load(settings, file, count=13)
    assert (other.exit_code, "件数が注文と違います" in other.stderr) == (1, True)
    unknown = portal(settings, "load", file, "--profile", "sandbocks", "--order", "B")
    assert (unknown.exit_code, "「sandbox」のことですか" in unknown.stderr) == (1, True)
    no_order = portal(settings, "load", file, "--profile", "sandbox")
    assert no_order.exit_code == 2
    without_protection = portal(settings, "assign")
    assert (without_protection.exit_code, "支援措置" in without_protection.stderr) == (1, True)
    households(settings, 13)
    short = portal(settings, "assign", "--reserve", "0")
    assert (short.exit_code, "1件足りません" in short.stderr) == (1, True)
    assert portal(settings, "assign", "--reserve", "some").exit_code == 2
    assert portal(settings, "assign", "--reserve", "0", "--dry-run").exit_code == 1


def test_with_held_children_assigning_ends_with_three(settings: Settings, file: Path) -> None:
    households(settings, 4, held=1)
    assert load(settings, file).exit_code == 0
    assert portal(settings, "assign").exit_code == 3
    assert json.loads(portal(settings, "status", "--json").stdout)["codes"]["assigned"] == 3


def test_no_output_holds_a_code(settings: Settings, file: Path) -> None:
    households(settings, 2)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        secrets = {row[cell] for row in list(csv.reader(opened))[1:13] for cell in (1, 2)}
    outputs = [
        load(settings, file),
        load(settings, file),
        portal(settings, "assign"),
        portal(settings, "status"),
    ]
    for result in outputs:
        assert not any(secret in result.output for secret in secrets)
