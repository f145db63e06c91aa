"""Bookmarks of pages that got another address still lead to them, for one release."""

import pytest

from portal.domain.foundation.actors import Role
from tests.support.staff import StaffSite


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/letters/7/pull", "/letters/7/recalls"),
        ("/returns/shelf", "/returns/storage"),
        ("/returns/shelf?after=20&box=A-1", "/returns/storage?after=20&box=A-1"),
    ],
)
def test_an_old_address_leads_to_the_present_one(
    sqlite_staff: StaffSite, old: str, new: str
) -> None:
    answer = sqlite_staff.enter_as(Role.OFFICER).get(old)
    assert (answer.status_code, answer.headers["location"]) == (301, new)


def test_nobody_is_led_to_a_page_that_is_not_theirs(sqlite_staff: StaffSite) -> None:
    assert sqlite_staff.enter_as(Role.AGENT).get("/returns/shelf").status_code == 403
