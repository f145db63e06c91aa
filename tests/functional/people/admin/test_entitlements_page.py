"""From a sum on the first page to the children behind it; what is behind adds up to the sum."""

import re

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Role
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change
from portal.domain.people.entitlements.states import ALL
from tests.functional.requests.admin.reviewing import families, inbox
from tests.support.staff import StaffSite
from tests.support.work import work_in


def mixed(staff: StaffSite) -> None:
    """Six children: one declined, one held, four on their way, of which one is claimed."""
    people = families(staff)
    with staff.database.write() as session:
        keys = session.scalars(select(Entitlement.id).order_by(Entitlement.id)).all()
        change(work_in(session, now=staff.now), keys[0], "decline")
        change(work_in(session, now=staff.now), keys[1], "hold")
    inbox(staff).decline(people[2], (1,))


def test_every_sum_of_the_first_page_is_what_its_list_adds_up_to(staff: StaffSite) -> None:
    mixed(staff)
    ward = staff.enter_as(Role.WARD_OFFICER)
    first = ward.open("/").text
    linked = re.findall(
        r'href="/entitlements/(\w+)">[^\n]*</th>\s*'
        r'<td class="n">(\d+)</td>\s*<td class="n">([^<]+)</td>',
        first,
    )
    assert {state for state, _count, _yen in linked} == {"declined", "held", "in_progress"}
    for state, count, yen in linked:
        page = ward.open(f"/entitlements/{state}").text
        assert f"この一覧のこどもは{count}人、{yen}です。" in page
        assert len(re.findall(r'<th scope="row"><a class="cell" href="/households/', page)) == int(
            count
        )


def test_a_child_in_a_request_says_which_kind(sqlite_staff: StaffSite) -> None:
    mixed(sqlite_staff)
    page = sqlite_staff.enter_as(Role.OFFICER).open("/entitlements/in_progress").text
    assert page.count("<td>辞退</td>") == 1


def test_children_of_protected_households_are_listed_for_the_ward_alone(staff: StaffSite) -> None:
    shown, hidden = staff.add_household(), staff.add_household(protected=True)
    for role, households in ((Role.OFFICER, [shown]), (Role.WARD_OFFICER, [shown, hidden])):
        pages = [
            staff.enter_as(role).open(f"/entitlements/{state}").text
            for state in ("in_progress", "held")
        ]
        found = {
            int(key) for page in pages for key in re.findall(r'href="/households/(\d+)"', page)
        }
        assert found == {person.household_id for person in households}


@pytest.mark.parametrize("state", ALL)
def test_every_state_has_a_page_also_when_nobody_is_in_it(
    sqlite_staff: StaffSite, state: str
) -> None:
    answer = sqlite_staff.enter_as(Role.OFFICER).get(f"/entitlements/{state}")
    assert answer.status_code == 200
    assert "この状態のこどもはいません" in answer.text


def test_an_unknown_state_is_no_page(sqlite_staff: StaffSite) -> None:
    assert sqlite_staff.enter_as(Role.OFFICER).get("/entitlements/everything").status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AGENT])
def test_whoever_may_not_open_households_gets_no_list_of_them(
    sqlite_staff: StaffSite, role: Role
) -> None:
    assert sqlite_staff.enter_as(role).get("/entitlements/declined").status_code == 403


def test_who_was_reached_is_listed_for_the_ward_and_for_nobody_who_would_miss_a_family(
    staff: StaffSite,
) -> None:
    """Beside the figure, a list without protected children would tell when one was reached."""
    shown, hidden = staff.add_household(), staff.add_household(protected=True)
    staff.give_coupons()
    with staff.database.write() as session:
        ours = select(Entitlement.id).where(
            Entitlement.household_id.in_([shown.household_id, hidden.household_id])
        )
        session.execute(
            update(Coupon).where(Coupon.entitlement_id.in_(ours)).values(revealed_at=staff.now)
        )
        reached = session.scalars(
            select(Coupon.entitlement_id).where(Coupon.revealed_at.is_not(None))
        ).all()
    ward, office = staff.enter_as(Role.WARD_OFFICER), staff.enter_as(Role.OFFICER)
    assert 'href="/delivered/revealed"' in ward.open("/").text
    page = ward.open("/delivered/revealed").text
    assert f"この一覧のこどもは{len(reached)}人" in page
    assert "/delivered/" not in office.open("/").text
    assert office.get("/delivered/revealed").status_code == 403
    assert ward.get("/delivered/everything").status_code == 404
