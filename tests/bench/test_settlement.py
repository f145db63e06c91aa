"""82,500 children: a statement of the issuer, the settlement with its report, and closing.

A minute, half a gigabyte.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from portal.domain.foundation.vault import load_vault
from portal.platform.database import Database, make_engine
from tests.bench.bulk_year import NOW, Size, fill, statement
from tests.bench.commands import measured
from tests.support.programs.command import CommandLine

SIZE = Size(households=50_000, children=82_500)
SECONDS, PEAK_MEGABYTES = 60, 500


def test_statement_report_and_closing_take_a_minute_and_half_a_gigabyte_each(
    new_database: object, tmp_path: Path
) -> None:
    assert callable(new_database)
    url = new_database(False)
    offset = (NOW - datetime.now(UTC)).total_seconds()
    portal = CommandLine(
        tmp_path / "data",
        url,
        extra={"PORTAL_CLOCK_OFFSET": f"{offset:.0f}", "PORTAL_ENVIRONMENT": "test"},
    )
    assert portal.run("init").returncode == 0
    database = Database(make_engine(url))
    fill(database, load_vault(tmp_path / "data" / "keys"), SIZE)
    used = statement(database, tmp_path / "statement.csv", SIZE)
    for login, organization, role in (
        ("officer", "contractor", "officer"),
        ("ward", "ward", "ward_officer"),
    ):
        added = portal.run(
            "staff",
            "add",
            "--login",
            login,
            "--organization",
            organization,
            "--role",
            role,
            "--name",
            login,
        )
        assert added.returncode == 0, added.stderr
    steps = {
        "statement": (
            "coupons",
            "statement",
            tmp_path / "statement.csv",
            "--profile",
            "sandbox",
            "--as-of",
            "2024-03-31",
        ),
        "report": (
            "settlement",
            "show",
            "--pdf",
            tmp_path / "s.pdf",
            "--xlsx",
            tmp_path / "s.xlsx",
        ),
        "propose": ("settlement", "propose", "--by", "officer"),
        "close": ("settlement", "confirm", "--by", "ward"),
        "verify": ("settlement", "verify"),
    }
    missed = []
    for name, arguments in steps.items():
        found = measured(portal, *arguments)
        print(
            f"\n{url.split(':')[0]} {name}: {found['seconds']:.1f} s, {found['peak']:.0f} MB",
            end="",
        )
        assert found["status"] == 0, portal.run(*arguments).stderr
        if found["seconds"] > SECONDS or found["peak"] > PEAK_MEGABYTES:
            missed.append(name)
    shown = json.loads(portal.run("settlement", "show", "--json", "-").stdout)
    assert shown["total"]["used_yen"] == used
    assert not missed
    database.engine.dispose()
