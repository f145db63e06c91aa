"""Somebody at work, and the locked screen as that person sees it."""

import re

from portal.domain.foundation.actors import Role
from tests.support.resident import Visitor
from tests.support.staff import PASSWORD, Colleague, StaffSite

LOCKED = "画面をロックしています"


def at_work(staff: StaffSite, role: Role = Role.WARD_OFFICER) -> tuple[Colleague, Visitor]:
    colleague = staff.hire(role)
    visitor = staff.enter(colleague)
    visitor.open("/account")
    return colleague, visitor


def open_lock(visitor: Visitor, password: str = PASSWORD) -> None:
    visitor.send("/lock/open", {**kept(visitor), "password": password})


def shows(visitor: Visitor) -> str:
    return visitor.page.text if visitor.page is not None else ""


def window_of(visitor: Visitor) -> str:
    """Return what the windows of this session share."""
    found = re.search(r'data-name="([^"]+)"', shows(visitor))
    assert found is not None
    return found[1]


HIDDEN = re.compile(r'name="(kept_\d+)" value="([^"]*)"')


def kept(visitor: Visitor) -> dict[str, str]:
    assert visitor.page is not None
    return dict(HIDDEN.findall(visitor.page.text))
