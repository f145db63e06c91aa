"""People, letters that came back, and lists of them, for the tests of lists that leave."""

import re
from datetime import timedelta
from typing import Any

import pyrage

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.oversight.person_lists.models import PersonList
from tests.functional.mailroom.returned_mail.test_pages import letters, scan
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

KEY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+")


def returned(staff: StaffSite, count: int) -> list[str]:
    """So many letters that came back, by number."""
    numbers = letters(staff, count)
    desk = staff.enter_as(Role.OFFICER)
    for number in numbers:
        assert scan(desk, number) == 303
    return numbers


def wish(staff: StaffSite, **changes: str) -> dict[str, str]:
    """The form that asks for the list of undelivered letters."""
    until = jst_date(staff.now) + timedelta(days=3)
    return {
        "kind": "undelivered",
        "reason": "",
        "box": "",
        "purpose": "住所を調べるため",
        "recipient": "区 子育て支援課 係長",
        "until": until.isoformat(),
        "form_key": "ask",
    } | changes


def ask(staff: StaffSite, asker: Visitor, **changes: str) -> int:
    """Ask for a list; return its number."""
    answer = asker.post("/person-lists/request", wish(staff, **changes))
    assert answer.status_code == 303, answer.text
    return newest(staff).id


def asked(staff: StaffSite) -> tuple[Visitor, Visitor, int]:
    """An officer who has asked for a list of one letter, the ward's officer, and its number."""
    returned(staff, 1)
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    return officer, ward, ask(staff, officer)


def newest(staff: StaffSite) -> PersonList:
    """The list that was asked for last."""
    with staff.database.read() as session:
        row = session.query(PersonList).order_by(PersonList.id.desc()).first()
        if row is None:
            raise NotFoundError("no list")
        session.expunge(row)
        return row


def step(visitor: Visitor, number: int, action: str, **fields: str) -> Any:
    """Press a button of a list."""
    return visitor.post(
        f"/person-lists/{number}/{action}", {"form_key": f"{action}-{number}"} | fields
    )


def made(number: int, ward: Visitor, again: str = "") -> str:
    """Approve a list and make its file; return the key that opens it."""
    if not again:
        assert step(ward, number, "approve").status_code == 303
    page = step(ward, number, "make", form_key=f"make{number}{again}")
    assert page.status_code == 200, page.text
    found = KEY.search(page.text)
    assert found is not None
    return found[0]


def opened(body: bytes, key: str) -> bytes:
    """Open a file as its recipient does."""
    plain: bytes = pyrage.decrypt(body, [pyrage.x25519.Identity.from_str(key)])
    return plain


def fetched(staff: StaffSite, count: int = 3) -> tuple[int, bytes, bytes]:
    """A list of so many letters that an officer has fetched: number, file, workbook."""
    returned(staff, count)
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    number = ask(staff, officer)
    key = made(number, ward)
    body = step(officer, number, "fetch").content
    return number, body, opened(body, key)
