"""A form that another site sends is refused, whatever it knows (``security.md`` A18)."""

import pytest

from portal.domain.people.authn.models import AuthSession
from portal.platform.http.origin import is_foreign
from tests.support.resident import Resident
from tests.support.staff import StaffSite

FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://127.0.0.1.evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1"},
]
OWN: list[dict[str, str]] = [
    {},
    {"origin": "http://127.0.0.1"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_is_refused_with_the_right_token_too(
    sqlite_resident: Resident, headers: dict[str, str]
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    assert visitor.post("/signout", headers=headers).status_code == 403
    assert sqlite_resident.count(AuthSession) == 1


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_a_form_of_ours_is_taken(sqlite_resident: Resident, headers: dict[str, str]) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    assert visitor.post("/signout", headers=headers).status_code == 303
    assert sqlite_resident.count(AuthSession) == 0


def test_behind_a_proxy_that_changes_the_host_our_own_address_counts(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    headers = {"host": "inside:8000", "origin": "http://127.0.0.1"}
    assert visitor.post("/signout", headers=headers).status_code == 303


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_the_staff_site_refuses_it_as_well(
    sqlite_staff: StaffSite, headers: dict[str, str]
) -> None:
    visitor = sqlite_staff.enter(sqlite_staff.hire())
    assert visitor.post("/signout", headers=headers).status_code == 403
    assert visitor.get("/", headers=headers).status_code == 200, "a link from outside may lead here"


def test_no_origin_is_never_our_own_also_where_the_host_is_not_named() -> None:
    assert is_foreign({"origin": "null"}, "https://coupon.example.jp")
    assert not is_foreign({"origin": "https://coupon.example.jp"}, "https://coupon.example.jp")
