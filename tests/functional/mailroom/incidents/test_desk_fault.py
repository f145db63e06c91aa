"""An agent reports a refused coupon in a call, as its level allows; the number is read back."""

import pytest

from portal.domain.contacts.calls.kinds import CallChannel
from portal.domain.contacts.calls.levels import Level
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.queries import coupon_of_child
from tests.functional.desk.acts.support import Desk, make_desk
from tests.support.people import CANARY_CHILDREN, Person, give_coupons
from tests.support.requests.desk import PARENT
from tests.support.staff import StaffSite
from tests.support.work import work_in

FORM = {"child": "1", "said": "used", "shop": "汐見マート", "words": "二度目だと言われた"}


@pytest.fixture
def desk(staff: StaffSite) -> Desk:
    return make_desk(staff)


@pytest.fixture
def sqlite_desk(sqlite_staff: StaffSite) -> Desk:
    return make_desk(sqlite_staff)


def family(desk: Desk, *, shown: bool = True) -> Person:
    """A household of two; the first child's code was shown."""
    person = desk.post.household(active=True)
    give_coupons(desk.staff.database, desk.staff.folder, desk.now)
    if shown:
        with desk.staff.database.write() as session:
            coupon = coupon_of_child(session, person.household_id, 1).coupon
            assert coupon is not None
            coupons.reveal(work_in(session, PARENT, desk.now), coupon)
    return person


@pytest.mark.parametrize(
    ("channel", "source"), [(CallChannel.PHONE, "call"), (CallChannel.FAX, "fax")]
)
def test_the_case_says_how_it_came_and_the_number_is_read_back(
    desk: Desk, channel: CallChannel, source: str
) -> None:
    person = family(desk)
    desk.in_call(person, channel=channel)
    page = desk.open(person, "coupon-fault").text
    assert CANARY_CHILDREN[0][0] not in page
    assert 'name="child" value="1"' in page
    assert 'name="child" value="2"' not in page, (
        "a code that was not shown cannot have been refused"
    )
    done = desk.do(person, "coupon-fault", FORM)
    assert done.status_code == 200
    assert desk.acts()[0].receipt_no in done.text
    assert desk.staff.count(CouponFault, source=source, said="used") == 1
    assert len(desk.staff.events("desk.coupon_fault")) == 1


def test_pressed_again_and_in_another_call_it_is_one_case(desk: Desk) -> None:
    person = family(desk)
    call = desk.in_call(person)
    assert len({desk.do(person, "coupon-fault", FORM).url for _again in range(2)}) == 1
    desk.end(call)
    desk.in_call(person)
    desk.do(person, "coupon-fault", FORM | {"form_key": "other"})
    assert len({act.receipt_no for act in desk.acts()}) == 1
    assert desk.staff.count(CouponFault) == 1


@pytest.mark.parametrize("level", [Level.NONE, Level.STATUS])
def test_a_caller_who_is_not_known_well_enough_is_refused(sqlite_desk: Desk, level: Level) -> None:
    person = family(sqlite_desk)
    sqlite_desk.in_call(person, level)
    assert sqlite_desk.do(person, "coupon-fault", FORM).status_code == 403
    assert sqlite_desk.staff.count(CouponFault) == 0


def test_without_a_shown_coupon_the_act_says_why_not(sqlite_desk: Desk) -> None:
    person = family(sqlite_desk, shown=False)
    sqlite_desk.in_call(person)
    assert "本人が表示したクーポンがありません" in sqlite_desk.open(person, "coupon-fault").text
    assert sqlite_desk.do(person, "coupon-fault", FORM).status_code == 422


@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"child": "2"}, "child"),
        ({"said": ""}, "said"),
        ({"words": "4111 1111 1111 1111"}, "words"),
    ],
)
def test_what_is_missing_stands_beside_its_field(
    sqlite_desk: Desk, changed: dict[str, str], spot: str
) -> None:
    person = family(sqlite_desk)
    sqlite_desk.in_call(person)
    answer = sqlite_desk.do(person, "coupon-fault", FORM | changed)
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
    assert sqlite_desk.staff.count(CouponFault) == 0
