"""Whoever finds a fault learns where to write to, from both sites, until a day that is watched."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from admin import routes as staff_routes
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import InputError
from portal.platform.application import make_application
from portal.platform.database import Database
from portal.platform.selfcheck.disclosure import check_disclosure
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.subject import Subject
from portal.platform.site import Site
from portal.settings import Settings, load_settings
from portal.web import routes
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite

PATH = "/.well-known/security.txt"
NAMED = {
    "PORTAL_PUBLIC_URL": "https://coupon.example.jp",
    "PORTAL_ADMIN_URL": "https://staff.example.jp",
    "PORTAL_SECURITY_CONTACT": "mailto:security@example.jp https://example.jp/report",
    "PORTAL_SECURITY_UNTIL": "2027-03-31",
}
END = datetime(2027, 3, 31, 15, tzinfo=UTC)
"""Midnight in Japan after that day."""


def asked(
    site: Site, handlers: Callable[[Settings], list[HTTPRouteHandler]], visitor: Visitor
) -> httpx.Response:
    named = load_settings(NAMED)
    settings = replace(
        site.settings,
        public_url=named.public_url,
        admin_url=named.admin_url,
        security_contact=named.security_contact,
        security_until=named.security_until,
    )
    there = replace(site, settings=settings)
    return Visitor(make_application(there, handlers(settings)), visitor.loop).get(PATH)


def test_both_sites_name_the_contact_and_its_last_day(
    sqlite_resident: Resident, sqlite_staff: StaffSite
) -> None:
    families = asked(sqlite_resident.site, routes.handlers, sqlite_resident.visitor())
    staff = asked(sqlite_staff.site, lambda _: staff_routes.handlers(), sqlite_staff.visitor())
    for answer, host in ((families, "coupon.example.jp"), (staff, "staff.example.jp")):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == (
            "Contact: mailto:security@example.jp\n"
            "Contact: https://example.jp/report\n"
            "Expires: 2027-03-31T15:00:00Z\n"
            "Preferred-Languages: ja, en\n"
            "Policy: https://coupon.example.jp/notices#weakness\n"
            f"Canonical: https://{host}{PATH}\n"
        )
        assert all(
            re.fullmatch(r"[A-Z][a-zA-Z-]+: \S.*", line) for line in answer.text.splitlines()
        )


def test_where_nobody_is_named_there_is_no_such_page(
    sqlite_resident: Resident, sqlite_staff: StaffSite
) -> None:
    assert sqlite_resident.visitor().get(PATH).status_code == 404
    assert sqlite_staff.visitor().get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"PORTAL_SECURITY_CONTACT": "security@example.jp"}, "mailto:"),
        ({"PORTAL_SECURITY_CONTACT": "http://example.jp"}, "https://"),
        ({"PORTAL_SECURITY_CONTACT": ""}, "PORTAL_SECURITY_UNTIL"),
        ({"PORTAL_SECURITY_UNTIL": ""}, "PORTAL_SECURITY_CONTACT"),
        ({"PORTAL_SECURITY_UNTIL": "31.3.2027"}, "2027-03-31"),
        ({"PORTAL_SECURITY_UNTIL": "9999-12-31"}, "2027-03-31"),
    ],
)
def test_half_a_contact_is_refused_in_one_sentence(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        load_settings(NAMED | wrong)


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (timedelta(days=200), Level.OK),
        (timedelta(days=31), Level.OK),
        (timedelta(days=30), Level.WARNING),
        (timedelta(seconds=1), Level.WARNING),
        (timedelta(), Level.ERROR),
        (timedelta(days=-3), Level.ERROR),
        (timedelta(days=400), Level.WARNING),
    ],
)
def test_a_contact_that_ends_is_told_before_it_does(
    sqlite_database: Database, left: timedelta, level: Level
) -> None:
    subject = Subject(load_settings(NAMED), database=sqlite_database, clock=FixedClock(END - left))
    (found,) = check_disclosure(subject)
    assert found.level == level
    assert "2027-03-31" in found.sentence


def test_in_production_somebody_should_be_named(
    resident_settings: Settings, sqlite_database: Database
) -> None:
    clock = FixedClock(END)
    live = replace(resident_settings, environment="production")
    (found,) = check_disclosure(Subject(live, database=sqlite_database, clock=clock))
    assert (found.level, found.name) == (Level.WARNING, "security-txt-none")
    assert not list(check_disclosure(Subject(resident_settings, database=sqlite_database)))
