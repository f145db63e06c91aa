"""What a guide names is there: settings, paths, words of the staff site, and the next page."""

import json
import re
from pathlib import Path

import pytest

from portal.building.catalogs import read_catalog
from portal.settings import NAMES
from tests.bench.growth import figures as growth
from tests.bench.scale.figures import from_json, table
from tests.support.faults import patroni, pooler
from tests.support.sources import ROOT

GUIDES = sorted((ROOT / ".github" / "guides").glob("*.md"))
OF_COMPOSE = {
    "PORTAL_VERSION",
    "PORTAL_BASE_IMAGE",
    "PORTAL_POSTGRES_IMAGE",
    "PORTAL_SMS_LIBRARIES",
}
SPAN = re.compile(r"`([^`\n]+)`")
SETTING = re.compile(r"\bPORTAL_[A-Z_]+[A-Z]\b")
ENGLISH = [guide for guide in GUIDES if guide.stem not in {"agent", "officer", "states"}]
SHOWN = re.compile(r"「([^」]+)」")
PATH = re.compile(r"(?:\.github|\.docker|portal|admin|tests|templates|locales)/[\w./@-]*[\w/]")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_setting_of_a_guide_exists(guide: Path) -> None:
    known = {*NAMES, *(f"{name}_FILE" for name in NAMES), *OF_COMPOSE}
    named = set(SETTING.findall(guide.read_text("utf-8")))
    assert {name for name in named if not name.startswith("PORTAL_TEST_")} <= known


@pytest.mark.parametrize("guide", [*GUIDES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_every_path_of_a_guide_leads_somewhere(guide: Path) -> None:
    missing = set()
    for span in SPAN.findall(guide.read_text("utf-8")):
        shown = any(part.isupper() or "NNNN" in part for part in span.split("/"))
        if PATH.fullmatch(span) and not shown and not (ROOT / span).exists():
            missing.add(span)
    assert missing == set()


@pytest.mark.parametrize("guide", ENGLISH, ids=lambda path: path.stem)
def test_what_a_guide_quotes_stands_on_the_staff_site(guide: Path) -> None:
    texts = {message.id for message in read_catalog("staff", "en")}
    assert set(SHOWN.findall(guide.read_text("utf-8"))) <= texts


def test_every_page_for_operators_says_what_comes_next() -> None:
    pages = [path for path in GUIDES if path.stem.startswith("operate")]
    assert pages
    for page in pages:
        assert "**Next:**" in page.read_text("utf-8"), page.name
        assert f"guides/{page.name}" in (ROOT / "README.md").read_text("utf-8") or any(
            f"({page.name})" in other.read_text("utf-8") for other in pages if other != page
        ), page.name


def test_the_nightly_unit_may_write_where_the_guide_puts_backups() -> None:
    guide = (ROOT / ".github" / "guides" / "backup.md").read_text("utf-8")
    unit = (ROOT / ".github" / "systemd" / "portal-backup.service").read_text("utf-8")
    (folder,) = re.findall(r"^export PORTAL_BACKUP_DIR=(\S+)", guide, re.MULTILINE)
    assert f"ReadWritePaths=-{folder}\n" in unit
    assert folder in (ROOT / ".github" / "guides" / "operate.md").read_text("utf-8")


MEASURED = {
    "sign-in, from the form to the home page": "form to home",
    "coupon page": "coupon",
    "a decline, 8 at once": "decline, 8",
}


def test_the_measured_machine_is_the_one_of_the_bench() -> None:
    figures = json.loads((ROOT / ".github" / "figures" / "bench.json").read_text("utf-8"))
    page = (ROOT / ".github" / "guides" / "operate-size.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+) \| (PostgreSQL|SQLite) \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) == 2 * len(MEASURED)
    for what, engine, told in rows:
        found = figures[engine.lower()][MEASURED[what]]
        used = found["server"] + found["database"]
        assert told.split(" | ") == [
            f"{found['rate']:.1f}",
            f"{found['p95']:.0f} ms",
            f"{used:.1f}" if used < 9.95 else f"{used:.0f}",
            f"{found['peak']:.0f} MB",
        ], what


def test_the_table_of_processes_and_nodes_is_what_was_measured() -> None:
    kept = json.loads((ROOT / ".github" / "figures" / "scale.json").read_text("utf-8"))
    page = (ROOT / ".github" / "guides" / "operate-size.md").read_text("utf-8")
    assert table(from_json(kept["arrangements"])) in page


def test_the_table_of_wards_is_what_was_measured_and_says_what_grows_too_fast() -> None:
    kept = json.loads((ROOT / ".github" / "figures" / "growth.json").read_text("utf-8"))
    page = (ROOT / ".github" / "guides" / "operate-size.md").read_text("utf-8")
    found = growth.from_json(kept["households"])
    assert growth.table(found) in page
    told = re.findall(r"^- \*\*Faster than n log n\*\*: `(.+)`\.", page, re.MULTILINE)
    assert told == growth.faster_than(found)
    assert ("**Nothing grows faster than n log n.**" in page) == (not told)


@pytest.mark.parametrize(
    ("heading", "tried"),
    [
        ("PgBouncer", pooler.SETTINGS),
        ("Three nodes that replace each other", patroni.NODE + patroni.HAPROXY + patroni.CHECKS),
    ],
)
def test_the_database_guide_sets_up_servers_as_the_faults_try_them(
    heading: str, tried: str
) -> None:
    part = (ROOT / ".github" / "guides" / "operate-database.md").read_text("utf-8")
    section = part.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [
        line.removesuffix(" on-marked-down shutdown-sessions")
        for block in re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    assert lines
    assert [line for line in lines if line not in tried] == []
