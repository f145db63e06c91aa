"""Opening hours through their pages: from the form to the ward's approval and back."""

import re

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.languages import RESIDENT_LOCALES
from tests.functional.contacts.hours.support import Desk
from tests.support.resident import Resident, Visitor

SPECIAL = {
    "first_day": "2023-08-02",
    "open": "closed",
    "reason": "disaster",
    "paid_by": "ward",
    "form_key": "s",
}
WEEK = {"first_day": "2023-08-07", "paid_by": "agreed", "form_key": "w"} | {
    f"{day}_{end}": at
    for day in ("mon", "tue", "wed", "thu", "fri")
    for end, at in (("opens", "9:00"), ("closes", "午後7時"))
}


def proposed(desk: Desk, form: dict[str, str], role: Role = Role.SUPERVISOR) -> Visitor:
    kind = "week" if form is WEEK else "special"
    visitor = desk.staff.enter_as(role)
    visitor.open(f"/opening-hours/{kind}")
    visitor.send(f"/opening-hours/{kind}/submit", form)
    return visitor


def test_from_the_form_to_every_page_and_back(desk: Desk, residents: Resident) -> None:
    proposer = proposed(desk, SPECIAL)
    place = proposer.place.partition("?")[0]
    page = proposer.open(place).text
    assert page.count('<dd lang="') == len(RESIDENT_LOCALES)
    assert "災害や悪い天気のため" in page
    assert 'action="' + place + '/approve"' not in page
    assert "災害や悪い天気のため" not in residents.visitor().open("/").text
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    assert "受付時間" in ward.open("/").text
    ward.open(place)
    assert "承認しました" in ward.send(place + "/approve", {"form_key": "a"}).text
    assert "災害や悪い天気のため" in residents.visitor().open("/help").text
    assert "OH-" in ward.open("/calendar").text
    assert "取りやめました" in ward.send(place + "/take-back", {"form_key": "t"}).text
    assert "災害や悪い天気のため" not in residents.visitor().open("/help").text
    listed = ward.open("/opening-hours").text
    assert "取りやめ" in listed


def test_both_sides_read_who_proposed_and_who_approved(desk: Desk) -> None:
    proposer = proposed(desk, SPECIAL)
    place = proposer.place.partition("?")[0]
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    ward.open(place)
    ward.send(place + "/approve", {"form_key": "a"})
    for reader in (proposer, ward, desk.staff.enter_as(Role.OFFICER)):
        for path in ("/opening-hours", place):
            page = reader.open(path).text
            assert "職員 supervisor" in page
            assert "職員 ward_officer" in page
    assert "職員 ward_officer" not in desk.staff.enter_as(Role.AGENT).open("/calendar").text


def test_what_was_decided_is_not_decided_again(desk: Desk) -> None:
    proposer = proposed(desk, SPECIAL)
    place = proposer.place.partition("?")[0]
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    ward.open(place)
    ward.send(place + "/take-back", {"form_key": "t"})
    for action in ("approve", "refuse", "take-back"):
        answer = ward.post(f"{place}/{action}", {"form_key": action})
        assert answer.status_code == 422
        assert "いまの状態では" in answer.text
        assert "職員 supervisor" in answer.text


def test_a_refused_proposal_changes_nothing(desk: Desk, residents: Resident) -> None:
    proposer = proposed(desk, SPECIAL)
    place = proposer.place.partition("?")[0]
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    ward.open(place)
    assert "断りました" in ward.send(place + "/refuse", {"form_key": "r"}).text
    assert "災害や悪い天気のため" not in residents.visitor().open("/help").text
    assert "区が断った" in proposer.open(place).text


def test_the_form_of_the_week_begins_with_what_is_in_force(desk: Desk) -> None:
    page = desk.staff.enter_as(Role.OFFICER).open("/opening-hours/week").text
    assert re.search(r'name="mon_opens" value="9:00"', page)
    assert re.search(r'name="sat_opens" value=""', page)


def test_the_list_says_what_letters_that_were_printed_before_say(desk: Desk) -> None:
    visitor = desk.staff.enter_as(Role.WARD_OFFICER)
    assert "変更の前に印刷した手紙" not in visitor.open("/opening-hours").text
    proposer = proposed(desk, WEEK)
    place = proposer.place.partition("?")[0]
    visitor.open(place)
    visitor.send(place + "/approve", {"form_key": "a"})
    assert "変更の前に印刷した手紙" not in visitor.open("/opening-hours").text
    desk.staff.clock.advance(days=6)
    page = desk.staff.enter_as(Role.WARD_OFFICER).open("/opening-hours").text
    assert "変更の前に印刷した手紙" in page
    assert "午前9時から午後7時まで" in page
    assert "午前9時から午後5時まで" in page


def test_a_form_sent_twice_is_one_proposal(desk: Desk) -> None:
    visitor = desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/special")
    answers = [visitor.post("/opening-hours/special/submit", SPECIAL) for _ in range(3)]
    assert len({answer.headers["location"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_day": "こんど"}, "first_day"),
        ({"first_day": "2023-07-31"}, "first_day"),
        ({"last_day": "2023-08-01"}, "last_day"),
        ({"open": ""}, "open"),
        ({"open": "other"}, "opens"),
        ({"open": "other", "opens": "9:00", "closes": ""}, "closes"),
        ({"open": "other", "opens": "9:00", "closes": "9:00"}, "closes"),
        ({"reason": ""}, "reason"),
        ({"paid_by": ""}, "paid_by"),
    ],
)
def test_a_faulty_form_says_what_to_mend(
    quick_desk: Desk, changed: dict[str, str], field: str
) -> None:
    visitor = quick_desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/special")
    answer = visitor.post("/opening-hours/special/submit", SPECIAL | changed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text


def test_one_time_of_two_is_no_hours(quick_desk: Desk) -> None:
    visitor = quick_desk.staff.enter_as(Role.SUPERVISOR)
    visitor.open("/opening-hours/week")
    answer = visitor.post("/opening-hours/week/submit", WEEK | {"tue_opens": ""})
    assert answer.status_code == 422
    assert 'href="#tue_opens"' in answer.text


def test_ones_own_proposal_is_not_approved(quick_desk: Desk) -> None:
    ward = proposed(quick_desk, SPECIAL, Role.WARD_OFFICER)
    place = ward.place.partition("?")[0]
    assert "区のほかの担当が承認します" in ward.open(place).text
    assert ward.post(place + "/approve", {"form_key": "a"}).status_code == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_agree_on_hours_does_not_see_the_page(quick_desk: Desk, role: Role) -> None:
    assert quick_desk.staff.enter_as(role).get("/opening-hours").status_code == 403
