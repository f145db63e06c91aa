"""The alarm rules and the board speak of metrics that there are, and the guide of every alarm."""

import fnmatch
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import yaml

from portal.domain.foundation.jobs.alarms import BEGUN_LATE
from portal.domain.foundation.jobs.queries import FAILING
from portal.platform import threads
from portal.platform.metrics.process_files import SIZES
from portal.platform.observing import WAITING_ROOM
from portal.platform.selfcheck.copies import LATE
from portal.platform.selfcheck.watching import SOON
from tests.functional.platform.test_metrics import deployment, names, read, scrape
from tests.support.sources import ROOT

__all__ = ["deployment", "scrape"]

MONITORING = ROOT / ".github" / "monitoring"
GUIDE = (ROOT / ".github" / "guides" / "monitoring.md").read_text("utf-8")
METRIC = re.compile(r"\bportal_[a-z_]+")
ALARM = re.compile(r"^\| `(Portal\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def rules() -> list[dict[str, Any]]:
    """The alarm rules of the file."""
    text = (MONITORING / "alarms.yml").read_text("utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def expressions() -> dict[str, str]:
    """What alarms and panels ask, by their names."""
    board = json.loads((MONITORING / "board.json").read_text("utf-8"))
    asked = {rule["alert"]: str(rule["expr"]) for rule in rules()}
    for panel in board["panels"]:
        asked |= {f"{panel['title']} {t['refId']}": t["expr"] for t in panel["targets"]}
    return asked


@pytest.mark.in_turn
def test_alarms_and_board_ask_for_what_is_really_served(scrape: str) -> None:
    served = names(read(scrape))
    unknown = {
        name: sorted(set(METRIC.findall(asked)) - served)
        for name, asked in expressions().items()
        if set(METRIC.findall(asked)) - served
    }
    assert unknown == {}


@pytest.mark.in_turn
def test_every_metric_is_on_the_board_or_in_an_alarm(scrape: str) -> None:
    asked = {name for text in expressions().values() for name in METRIC.findall(text)}
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
    served = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names(read(scrape))}
    assert {name for name in served if name.startswith("portal_")} - bare == set()


def test_each_alarm_is_explained_and_says_how_bad_it_is() -> None:
    named = [rule["alert"] for rule in rules()]
    assert len(named) == len(set(named)) > 15
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert len(rule["annotations"]["summary"]) > 15
    rows = ALARM.findall(GUIDE)
    assert [name for name, _means, _do in rows] == named
    assert all(len(means) > 10 and len(do) > 10 for _name, means, do in rows)


def test_alarms_and_self_check_have_the_same_limits() -> None:
    limits = {
        "PortalBackupOld": f"> {LATE // timedelta(hours=1)} * 3600",
        "PortalBegunWaits": f"> {BEGUN_LATE // timedelta(seconds=1)}",
        "PortalCertificateEnds": f"< {SOON.days} * 86400",
        "PortalJobFailing": f">= {FAILING}",
    }
    asked = {rule["alert"]: str(rule["expr"]) for rule in rules()}
    assert [name for name, limit in limits.items() if not asked[name].endswith(limit)] == []


def test_the_guide_has_the_figures_of_the_program() -> None:
    for figure in (
        f"all {threads.WORKERS} threads of a process",
        f"About {sum(SIZES.values()) / 1e6:.1f} MB for each process",
    ):
        assert figure in GUIDE


@pytest.mark.asvs("16.2.4")
def test_the_guide_searches_the_log_of_every_unit() -> None:
    units = sorted(path.name for path in (ROOT / ".github" / "systemd").glob("*.service"))
    (asked,) = re.findall(r"journalctl -u '(.+?)'", GUIDE)
    assert fnmatch.filter(units, asked) == units


@pytest.mark.parametrize("name", ["PORTAL_METRICS", "PORTAL_METRICS_DIR", "PORTAL_LOG_FORMAT"])
def test_the_guide_names_its_settings(name: str) -> None:
    assert f"`{name}`" in GUIDE


def test_a_rush_that_waits_in_line_is_not_taken_for_errors() -> None:
    route = WAITING_ROOM.partition(" ")[2]
    asked = expressions()
    assert f'status="5xx",route!="{route}"' in asked["PortalErrors"]
    assert f'route="{route}"' in asked["PortalWaitingRoom"]
