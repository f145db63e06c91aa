"""Behind TLS, cookies belong to this host alone and browsers are told never to come without it."""

from dataclasses import replace

import pytest

from portal.platform.application import make_application
from portal.web import routes
from tests.support.resident import Resident, Visitor


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4", "3.4.1", "12.2.1")
def test_cookies_are_bound_to_the_host_and_travel_only_encrypted(sqlite_resident: Resident) -> None:
    settings = replace(sqlite_resident.site.settings, public_url="https://coupon.example.jp")
    site = replace(sqlite_resident.site, settings=settings)
    visitor = Visitor(make_application(site, routes.handlers(settings)), sqlite_resident.loop)
    answer = visitor.get("/signin")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-visit=")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    told = answer.headers["strict-transport-security"]
    assert told == "max-age=31536000; includeSubDomains"


def test_without_tls_no_browser_is_told_to_insist_on_it(sqlite_resident: Resident) -> None:
    answer = sqlite_resident.visitor().get("/signin")
    assert "strict-transport-security" not in answer.headers
    assert answer.headers["set-cookie"].startswith("visit=")
