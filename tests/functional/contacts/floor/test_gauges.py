"""What Prometheus reads of the floor: the screen's figures and limits, and alarms with no other."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from portal.domain.contacts.floor.plan import Planned
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.foundation.actors import Role
from portal.platform.metrics.database_gauges import DatabaseGauges
from tests.functional.contacts.floor.test_screen import SECOND, call, plan, sit, tiles
from tests.functional.platform.test_metrics import value
from tests.functional.platform.test_monitoring_files import expressions
from tests.support.staff import StaffSite, make_staff

LIMITED = re.compile(r"max\((\w+)\) >= \(max\((\w+)\) > 0\)")
"""The one form of the floor's alarms: a figure that reaches a limit, which 0 switches off."""


def told(staff: StaffSite) -> str:
    """What the collector says of this database and this ward."""
    registry = CollectorRegistry(auto_describe=False)
    calls = staff.site.program.calls
    registry.register(DatabaseGauges(staff.database, staff.clock, calls))
    return generate_latest(registry).decode()


def sounding(text: str) -> set[str]:
    """The alarms of the floor that Prometheus would sound on these figures."""
    found = set()
    for name, asked in expressions().items():
        if name.startswith("PortalFloor"):
            limited = LIMITED.fullmatch(asked)
            assert limited is not None, "an alarm of the floor has no limit of its own"
            figure, limit = (value(text, metric) or 0 for metric in limited.groups())
            found |= {name} if 0 < limit <= figure else set()
    return found


def ward(staff: StaffSite, **changed: Any) -> StaffSite:
    """The same site with other settings of calls."""
    program = staff.site.program
    calls = replace(program.calls, **changed)
    site = replace(staff.site, filed=replace(program, calls=calls))
    return make_staff(site, staff.database, staff.loop, staff.folder, staff.now)


def rush(staff: StaffSite, calls: int) -> None:
    """Ten minutes past noon: three seats, four calls planned, these came; the last one waits."""
    plan(staff, h24=Planned(5, 4))
    sit(staff, 3, staff.now)
    for number in range(calls - 1):
        call(staff, f"r{number}", staff.now + number * SECOND, (LineEvent.ABANDONED, 1))
    call(staff, "last", staff.now + 500 * SECOND)
    staff.clock.instant = staff.now + timedelta(minutes=10)


def test_the_gauges_are_the_figures_of_the_screen(staff: StaffSite) -> None:
    rush(staff, 6)
    text = told(staff)
    shown = tiles(staff.enter_as(Role.SUPERVISOR).open("/floor").text)
    assert value(text, "portal_floor_waiting") == int(shown["待っている電話"]) == 1
    minutes, seconds = map(int, shown["いちばん長い待ち（分:秒）"].split(":"))
    assert value(text, "portal_floor_longest_wait_seconds") == minutes * 60 + seconds == 100
    assert value(text, "portal_floor_offered") == int(shown["きょうの着信"]) == 6
    assert value(text, "portal_floor_seats") == 3
    assert value(text, "portal_floor_expected") == 4
    assert value(text, "portal_floor_wait_limit_seconds") == 60
    assert value(text, "portal_floor_spike_limit") == 6


@pytest.mark.parametrize(
    ("calls", "changed", "alarms"),
    [
        (6, {}, {"PortalFloorWaits", "PortalFloorSpike"}),
        (5, {}, {"PortalFloorWaits"}),
        (6, {"spike_percent": 200, "long_wait_seconds": 101}, set()),
        (
            8,
            {"spike_percent": 200, "long_wait_seconds": 100},
            {"PortalFloorWaits", "PortalFloorSpike"},
        ),
        (6, {"alarm_min_calls": 7, "long_wait_seconds": 0}, set()),
        (40, {"spike_percent": 0, "long_wait_seconds": 0}, set()),
    ],
)
def test_the_alarms_have_the_limits_of_the_ward_and_of_the_plan_as_the_screen(
    sqlite_staff: StaffSite, calls: int, changed: dict[str, int], alarms: set[str]
) -> None:
    staff = ward(sqlite_staff, **changed)
    rush(staff, calls)
    assert sounding(told(staff)) == alarms
    page = unescape(staff.enter_as(Role.SUPERVISOR).open("/floor").text)
    assert ("長く待っている人がいます" in page) == ("PortalFloorWaits" in alarms)
    assert ("計画より電話が多くなっています" in page) == ("PortalFloorSpike" in alarms)


def test_without_a_plan_no_number_of_calls_is_too_many(sqlite_staff: StaffSite) -> None:
    for number in range(40):
        call(sqlite_staff, f"n{number}", sqlite_staff.now, (LineEvent.ABANDONED, 1))
    text = told(sqlite_staff)
    assert value(text, "portal_floor_expected") == 0
    assert value(text, "portal_floor_spike_limit") == 0
    assert value(text, "portal_floor_offered") == 40
    assert sounding(text) == set()
