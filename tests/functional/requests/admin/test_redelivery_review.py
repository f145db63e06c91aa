"""Redeliveries on the review desk: matches masked, the right household chosen, decided.

And what a contractor never sees.
"""

import re

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request, Scan
from tests.functional.requests.redeliveries.support import Post, make_post, wish
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

NAME, MASKED = "鶉野　瑠璃子", "鶉●"


@pytest.fixture
def post(staff: StaffSite) -> Post:
    return make_post(staff.database)


def opened(visitor: Visitor, row: Request) -> str:
    """The request as its reviewer sees it."""
    visitor.open(f"/reviews/{row.id}")
    page = visitor.send(f"/reviews/{row.id}/claim")
    assert page.status_code == 200
    return page.text


def decide(visitor: Visitor, row: Request, text: str, **values: str) -> str:
    (version,) = re.findall(r'name="version" value="(\d+)"', text)
    key = re.findall(r'name="form_key" value="([^"]+)"', text)[-1]
    return visitor.send(
        f"/reviews/{row.id}/decide", {"version": version, "form_key": key} | values
    ).text


def test_matches_are_masked_and_the_chosen_household_gets_its_letter(
    staff: StaffSite, post: Post
) -> None:
    first, second = post.household(), post.household()
    row = post.ask_outside(wish(telephone="09087654321"))
    visitor = staff.enter_as(Role.OFFICER)
    page = opened(visitor, row)
    assert page.count('name="extra_household"') == 2
    fields = page[page.index("extra_household") :]
    assert MASKED in fields
    assert NAME not in fields
    assert "生年月日" in fields
    page = decide(visitor, row, page, action="choose", extra_household=str(second.household_id))
    assert visitor.place == f"/reviews/{row.id}"
    assert "世帯を選びました" in page
    assert "次の印刷で、新しいIDとパスワードの手紙を1通作ります" in page
    decide(visitor, row, page, action="approve")
    assert post.state(row)[0] == "approved"
    assert (post.orders(first), post.orders(second)) == ([], [("redelivery", "open")])


def test_a_protected_household_is_shown_to_the_ward_and_to_nobody_else(
    staff: StaffSite, post: Post
) -> None:
    person = post.household()
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    row = post.ask_outside()
    page = opened(staff.enter_as(Role.OFFICER), row)
    assert 'name="extra_household"' not in page
    assert "合う世帯が見つかりません" in page
    staff.clock.advance(minutes=16)  # the claim has run out
    page = opened(staff.enter_as(Role.WARD_OFFICER), row)
    assert f'name="extra_household" value="{person.household_id}"' in page
    post.match()
    assert staff.enter_as(Role.OFFICER).get(f"/reviews/{row.id}").status_code == 404


def test_the_owner_of_an_account_must_be_asked_first_and_the_page_says_so(
    staff: StaffSite, post: Post
) -> None:
    person = post.household(active=True)
    row = post.ask_outside()
    post.match()
    visitor = staff.enter_as(Role.OFFICER)
    page = opened(visitor, row)
    assert "もうサインインしている世帯です" in page
    page = decide(visitor, row, page, action="approve")
    assert "登録された連絡先で本人に確かめてから" in page
    assert post.orders(person) == []
    decide(visitor, row, page, action="approve", extra_contacted="yes")
    assert post.orders(person) == [("redelivery", "open")]


def test_two_of_the_contractor_decide_only_with_the_scan_of_the_instruction(
    sqlite_staff: StaffSite,
) -> None:
    staff, post = sqlite_staff, make_post(sqlite_staff.database)
    person = post.household()
    post.come_back(person, "address_unknown")
    row = post.ask(person)
    order = {
        "action": "approve",
        "extra_instruction": "区指示 第7号",
        "extra_instruction_day": "2023-07-31",
    }
    first = staff.enter_as(Role.OFFICER)
    decide(first, row, opened(first, row), **order, extra_scan="1")  # a field that no form has
    with staff.database.read() as session:
        assert session.scalars(select(Approval.instruction_scan_id)).all() == [None]
    second = staff.enter_as(Role.OFFICER)
    page = decide(second, row, opened(second, row), action="approve")
    assert "受託者の二人だけでは決められません" in page
    assert 'enctype="multipart/form-data"' in page
    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    scan = {"instruction_scan": ("order.png", picture(), "image/png")}
    form = {"version": version, "form_key": "s"} | order
    post_looked_at(second, f"/reviews/{row.id}/decide", form, scan)
    assert post.state(row)[0] == "approved"
    with staff.database.read() as session:
        approval = session.scalars(select(Approval)).one()
        assert approval.instruction_scan_id == session.scalars(select(Scan.id)).one()


def test_another_address_is_proposed_with_its_instruction_and_shown_to_the_one_who_confirms(
    staff: StaffSite, post: Post
) -> None:
    person = post.household()
    row = post.ask(person)
    visitor = staff.enter_as(Role.OFFICER)
    page = opened(visitor, row)
    decide(
        visitor,
        row,
        page,
        action="approve",
        extra_instruction="区指示 第7号",
        extra_instruction_day="2023-07-31",
        extra_postal_code="060-0001",
        extra_town="北海道札幌市中央区北一条西",
        extra_street="９番",
    )
    assert post.state(row)[0] == "submitted"
    ward = staff.enter_as(Role.WARD_OFFICER)
    page = opened(ward, row)
    assert "〒060-0001 北海道札幌市中央区北一条西９番" in page
    decide(ward, row, page, action="approve")
    assert post.state(row)[0] == "approved"
