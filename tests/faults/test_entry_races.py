"""Two people enter the same paper form in the same moment, or one person presses twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import PaperForm
from tests.functional.requests.admin.entries import (
    CARD,
    PAPER,
    coupons,
    enter,
    give_family,
    place,
    requests,
)
from tests.functional.requests.redeliveries.support import make_post
from tests.support.people import Person
from tests.support.programs.servers import PATIENCE
from tests.support.reading.files import picture
from tests.support.requests.looking import NO_FILE, looked_at
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

ROUNDS = 6
PARTS = {"decline": DeclineItem, "alternative": AlternativeItem, "redelivery": Redelivery}
TYPED = {
    "decline": PAPER | {"child-2": "1"},
    "alternative": PAPER | CARD | {"child-2": "1"},
    "redelivery": PAPER | {"item": "letter"},
}


def people_and_form(staff: StaffSite, kind: str) -> Person:
    """A household that can ask for this."""
    if kind != "redelivery":
        return give_family(staff)
    post = make_post(staff.database)
    person = post.household()
    post.come_back(person)
    return person


def at_once(hands: list[Visitor], address: str, forms: list[dict[str, str]]) -> list[str]:
    """Every hand looks at its scan, then presses in the same moment; returns where each was led."""
    gate = Barrier(len(hands))
    scan = {"scan": ("form.png", picture(), "image/png")}
    looked = {
        hand: looked_at(hand.post(address + "/submit", form, files=scan).text, form)
        for hand, form in dict(zip(hands, forms, strict=True)).items()
    }

    def press(visitor: Visitor) -> str:
        gate.wait(PATIENCE)
        answer = visitor.post(address + "/submit", looked[visitor], files=NO_FILE)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    with ThreadPoolExecutor(len(hands)) as pool:
        return list(pool.map(press, hands))


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_the_same_form_entered_by_two_people_at_once_is_one_request_with_two_forms(
    staff: StaffSite, kind: str
) -> None:
    person = people_and_form(staff, kind)
    hands = [enter(staff, person) for _ in range(2)]
    address = place(person, kind)
    for hand in hands:
        hand.open(address)
    places = at_once(hands, address, [TYPED[kind] | {"form_key": f"hand-{n}"} for n in range(2)])
    (row,) = requests(staff)
    assert {where.partition("?")[0].rpartition("/")[2] for where in places} == {str(row.id)}
    assert staff.count(PaperForm, request_id=row.id) == 2
    assert staff.count(PARTS[kind]) == (1 if kind == "redelivery" else 2)
    told = [
        "2件には数えません" in hand.open(where).text
        for hand, where in zip(hands, places, strict=True)
    ]
    assert sorted(told) == [False, True], "who came second reads that it joined"
    if kind != "redelivery":
        assert coupons(staff) == ["suspended", "suspended"]
    assert len(staff.events("request.opened")) == 1


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_one_form_pressed_many_times_at_once_is_entered_once(staff: StaffSite, kind: str) -> None:
    person = people_and_form(staff, kind)
    hand = enter(staff, person)
    hand.open(place(person, kind))
    places = at_once([hand] * ROUNDS, place(person, kind), [TYPED[kind]] * ROUNDS)
    (row,) = requests(staff)
    assert len(set(places)) == 1
    assert staff.count(PaperForm, request_id=row.id) == 1
    assert len(staff.events("scan.stored")) == 1


def test_two_halves_of_a_family_on_two_forms_meet_in_one_request_or_stand_side_by_side(
    staff: StaffSite,
) -> None:
    person = give_family(staff)
    hands = [enter(staff, person) for _ in range(2)]
    for hand in hands:
        hand.open(place(person, "decline"))
    first = PAPER | {"form_key": "a"}
    second = {name: value for name, value in PAPER.items() if name != "child-1"} | {
        "child-2": "1",
        "form_key": "b",
    }
    at_once(hands, place(person, "decline"), [first, second])
    assert staff.count(DeclineItem) == 2
    assert staff.count(PaperForm) == 2
    assert coupons(staff) == ["suspended", "suspended"]
    assert sum(row.children for row in requests(staff)) == 2
