"""The number of who calls the seat: in the search field, searched by nobody, and proof of nothing.

A protected family that enrolled it is as absent as a number that nobody has.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import CallHousehold, VerificationAttempt
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.households.models import Household
from tests.functional.contacts.floor.support import CALLER, STORED_CALLER, tell
from tests.functional.desk.call_desk.support import (
    SAID,
    Agent,
    agent,
    enroll_telephone,
    household,
    steady,
)
from tests.support.staff import StaffSite

FIELD = re.compile(r'<input[^>]*id="telephone"[^>]*>')
SECOND = timedelta(seconds=1)


def seated(staff: StaffSite, seat: str = "103") -> Agent:
    one = agent(staff)
    one.visitor.open("/floor/seat")
    answer = one.visitor.send("/floor/seat/take", {"form_key": one.key(), "extension": seat})
    assert f"内線{seat}の席につきました" in answer.text
    return one


def ring(staff: StaffSite, caller: str = STORED_CALLER, seat: str = "103") -> None:
    tell(staff.database, LineEvent.RINGING, staff.now, extension=seat, caller=caller)


def field(page: str) -> str:
    [found] = FIELD.findall(page)
    return str(found)


def searches(staff: StaffSite) -> int:
    return len(staff.events("household.searched"))


def test_it_stands_in_the_field_and_nothing_was_searched_or_opened(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = seated(staff)
    ring(staff)
    page = one.begin().visitor.open("/desk").text
    assert f'value="{CALLER}"' in field(page)
    assert "本人の確認にはなりません" in page
    assert (searches(staff), opened(staff)) == (0, 0)
    assert f"/desk/{person.household_id}" not in page
    found = one.search(telephone=CALLER, caller=CALLER)
    assert one.visitor.place == f"/desk/{person.household_id}"
    assert CALLER not in found
    assert searches(staff) == 1


def opened(staff: StaffSite) -> int:
    with staff.database.read() as session:
        return int(session.scalar(select(func.count()).select_from(CallHousehold)) or 0)


def test_it_is_no_item_of_the_verification(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    one = seated(staff)
    ring(staff)
    one.begin()
    one.search(telephone=CALLER, caller=CALLER)
    page = one.page(person.household_id)
    assert CALLER not in page
    two = SAID | {"postal": "1000001", "telephone": CALLER, "caller": CALLER}
    one.verify(person.household_id, **two)
    with staff.database.read() as session:
        [tried] = session.scalars(select(VerificationAttempt))
        assert (tried.passed, set(tried.matched)) == (False, {"name", "birth"})
        [row] = session.scalars(select(CallHousehold))
        assert row.level == Level.NONE


@pytest.mark.parametrize("case", ["no seat", "other seat", "no number", "outbound", "fax", "over"])
def test_nothing_is_offered_where_nobody_calls_this_seat(
    sqlite_staff: StaffSite, case: str
) -> None:
    one = agent(sqlite_staff) if case == "no seat" else seated(sqlite_staff)
    ring(
        sqlite_staff,
        "" if case == "no number" else STORED_CALLER,
        "104" if case == "other seat" else "103",
    )
    if case == "over":
        tell(sqlite_staff.database, LineEvent.ABANDONED, sqlite_staff.now + SECOND)
    options = {"outbound": {"direction": "outbound"}, "fax": {"channel": "fax"}}.get(case, {})
    page = one.begin(**options).visitor.open("/desk").text
    assert 'value=""' in field(page)
    assert CALLER not in page


def test_what_was_typed_decides_over_what_nobody_typed(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    household(staff, "百合子", "ユリコ")
    one = seated(staff)
    ring(staff)
    page = one.begin().search(name="百合子", telephone=CALLER, caller=CALLER)
    assert one.visitor.place == "/desk"
    assert "1件見つかりました" in page
    assert staff.events("household.searched")[-1].detail["fields"] == ["name"]
    page = one.search(name="百合子", telephone=CALLER)
    assert one.visitor.place == f"/desk/{person.household_id}"


def test_a_protected_family_is_as_absent_as_a_number_of_nobody(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    with staff.database.write() as session:
        session.execute(update(Household).values(protected=True))
    one = seated(staff)
    ring(staff)
    one.begin()

    def answers() -> list[str]:
        one.visitor.post("/desk/clear", {})
        offered = one.visitor.open("/desk").text
        found = one.search(telephone=CALLER, caller=CALLER)
        assert one.visitor.place == "/desk"
        return [steady(offered), steady(found)]

    hidden = answers()
    assert f'value="{CALLER}"' in field(hidden[0])
    assert "0件見つかりました" in hidden[1]
    with staff.database.write() as session:
        session.execute(update(OtpAuthenticator).values(address_digest=None))
        session.execute(update(Household).values(protected=False))
    assert answers() == hidden
    assert len(staff.events("household.protected_asked")) == 1


def test_that_a_number_was_offered_is_on_record(staff: StaffSite) -> None:
    one = seated(staff)
    ring(staff)
    one.begin().visitor.open("/desk")
    shown = [event.detail for event in staff.events("data.viewed")]
    assert any("floor_call" in str(detail) for detail in shown)
    assert CALLER[1:] not in str(shown)


def test_a_seat_that_is_none_is_refused_with_what_to_do(sqlite_staff: StaffSite) -> None:
    one = agent(sqlite_staff)
    one.visitor.open("/floor/seat")
    answer = one.visitor.post("/floor/seat/take", {"form_key": "a", "extension": "１０３番"})
    assert answer.status_code == 422
    assert 'id="extension-error"' in answer.text


def test_signing_out_frees_the_seat(sqlite_staff: StaffSite) -> None:
    one = seated(sqlite_staff)
    one.visitor.post("/signout", {})
    other = seated(sqlite_staff)
    assert "内線103" in other.visitor.open("/floor/seat").text
    left = [event.actor_id for event in sqlite_staff.events("floor_seat.left")]
    assert len(left) == 1
