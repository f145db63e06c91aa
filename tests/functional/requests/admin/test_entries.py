"""Forms by post, FAX and counter, and calls.

Entered on the staff site by one person, reviewed by another.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.program.settings.requests import AdultRule
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import open_child, seal_child
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import PaperForm, Scan
from portal.platform.site import Site
from tests.functional.requests.admin.entries import (
    AFTERWARDS,
    CARD,
    PAPER,
    coupons,
    decline_online,
    enter,
    give_family,
    locked_out,
    place,
    requests,
)
from tests.functional.requests.redeliveries.support import Post, make_post
from tests.support.coupons import VAULT
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.reading.files import picture
from tests.support.requests.looking import NO_FILE, looked_at
from tests.support.resident import NOON
from tests.support.staff import StaffSite, make_staff


@pytest.fixture
def family(staff: StaffSite) -> Person:
    return give_family(staff)


@pytest.fixture
def sqlite_family(sqlite_staff: StaffSite) -> Person:
    return give_family(sqlite_staff)


def test_every_way_in_which_a_request_comes_is_offered_on_the_opened_household(
    staff: StaffSite, family: Person
) -> None:
    officer = enter(staff, family)
    assert (
        f"/households/{family.household_id}/entry"
        in officer.open(f"/households/{family.household_id}").text
    )
    found = re.findall(
        r'entry/([a-z]+/[a-z]+)"', officer.open(f"/households/{family.household_id}/entry").text
    )
    paper = ["post", "fax", "counter"]
    assert found == [
        *(f"decline/{way}" for way in paper),
        *(f"alternative/{way}" for way in [*paper, "phone"]),
        *(f"redelivery/{way}" for way in [*paper, "phone"]),
        "wish/phone",
    ]
    for address in found:
        page = officer.open(f"/households/{family.household_id}/entry/{address}")
        assert page.status_code == 200
        assert not any(name in page.text for pair in CANARY_CHILDREN for name in pair), (
            "children are masked here too"
        )
    for unknown in ("decline/phone", "decline/portal", "wish/post", "nothing/post"):
        assert officer.get(f"/households/{family.household_id}/entry/{unknown}").status_code == 404


def test_a_form_of_decline_gets_a_number_and_another_person(
    staff: StaffSite, family: Person
) -> None:
    officer = enter(staff, family)
    answer = officer.open(place(family, "decline"))
    typed = PAPER | {"postmark_on": "2023-07-29", "telephone": "03-1234-5678"}
    file = {"scan": ("a.png", picture(), "image/png")}
    shown = officer.post(place(family, "decline") + "/submit", typed, files=file)
    for _again in range(3):
        answer = officer.post(
            place(family, "decline") + "/submit", looked_at(shown.text, typed), files=NO_FILE
        )
        assert answer.status_code == 303
    (row,) = requests(staff)
    assert (row.kind, row.channel, row.state, row.children, row.warnings) == (
        "decline",
        "post",
        "waiting",
        1,
        [],
    )
    assert row.received_at == datetime(2023, 7, 31, 5, 5, tzinfo=UTC)
    assert coupons(staff) == ["suspended", "assigned"]
    done = officer.follow(answer).text
    assert row.receipt_no in done
    assert "入力した人は、承認できません" in done
    assert "2件には数えません" not in done
    with staff.database.read() as session:
        form, scan = session.scalars(select(PaperForm)).one(), session.scalars(select(Scan)).one()
        assert (form.postmark_on, form.signed_by, form.scan_id) == (
            date(2023, 7, 29),
            "householder",
            scan.id,
        )
        assert (scan.household_id, form.entered_by) == (family.household_id, row.entered_by)
    assert [(e.household_id, e.detail["way"]) for e in staff.events("request.paper_added")] == [
        (family.household_id, "post")
    ]
    assert "あなたが入力した申請です" in officer.open(f"/reviews/{row.id}").text


def test_a_form_for_an_online_decline_joins_it_and_says_so(
    staff: StaffSite, family: Person
) -> None:
    online = decline_online(staff, family, 1, 2)
    officer = enter(staff, family)
    assert "辞退の手続き中です" in officer.open(place(family, "decline", "fax")).text
    page = officer.send(place(family, "decline", "fax") + "/submit", PAPER | {"child-2": "1"})
    assert f"この届は、受付番号 {online.receipt_no} に添えました。2件には数えません。" in page.text
    assert len(requests(staff)) == 1
    assert staff.count(PaperForm, request_id=online.id, channel="fax") == 1


@pytest.mark.parametrize("signed", [False, True])
def test_children_of_18_sign_themselves_where_the_ward_says_so(
    sqlite_staff: StaffSite, sqlite_family: Person, staff_base: Site, tmp_path: Path, signed: bool
) -> None:
    program = replace(
        staff_base.program,
        requests=replace(staff_base.program.requests, adult_rule=AdultRule.COUNTERSIGN),
    )
    with sqlite_staff.database.write() as session:
        household = session.get_one(Household, sqlite_family.household_id)
        child = session.scalars(
            select(Child).where(Child.household_id == household.id, Child.ordinal == 2)
        ).one()
        key = VAULT.unwrap(household.wrapped_key)
        grown = replace(open_child(key, child.sealed, child.person_digest), birth=date(2005, 7, 1))
        child.sealed = seal_child(key, grown, child.person_digest)
    site = make_staff(
        replace(staff_base, filed=program), sqlite_staff.database, sqlite_staff.loop, tmp_path
    )
    officer = enter(site, sqlite_family)
    page = officer.open(place(sqlite_family, "decline")).text
    assert re.findall(r'name="sign-(\d)"', page) == ["2"]
    typed = PAPER | {"child-2": "1"} | ({"sign-2": "1"} if signed else {})
    page = officer.send(place(sqlite_family, "decline") + "/submit", typed).text
    (row,) = requests(sqlite_staff)
    assert (row.state, row.warnings) == (
        ("waiting", []) if signed else ("with_resident", ["countersign"])
    )
    assert ("18歳以上のこどもの署名を待っています" in page) is not signed


def test_a_form_for_more_children_names_both_numbers(
    sqlite_staff: StaffSite, sqlite_family: Person
) -> None:
    online = decline_online(sqlite_staff, sqlite_family, 1)
    officer = enter(sqlite_staff, sqlite_family)
    officer.open(place(sqlite_family, "decline"))
    page = officer.send(place(sqlite_family, "decline") + "/submit", PAPER | {"child-2": "1"}).text
    first, second = requests(sqlite_staff)
    assert f"受付番号 {online.receipt_no} に添えました" in page
    assert second.receipt_no in page
    assert (first.id, second.children) == (online.id, 1)


WEAK = [
    ({"received_on": "2023-12-25"}, "late", "受付の期間のあとに届いた書類です"),
    ({"signed_by": "spouse"}, "no_attorney", "委任状がありません"),
    ({"clear": "no", "follow_up": "letter"}, "unclear", ""),
]


def test_a_form_that_binds_nobody_is_taken_with_the_reason_in_words(staff: StaffSite) -> None:
    cases = [(kind, *weak) for kind in ("decline", "alternative") for weak in WEAK]
    people = [staff.add_household(children=1) for _case in cases]
    staff.give_coupons()
    staff.clock.instant = AFTERWARDS
    for person, (kind, change, code, words) in zip(people, cases, strict=True):
        officer = enter(staff, person)
        officer.open(place(person, kind, "counter"))
        typed = PAPER | CARD | {"received_on": "2023-09-29"} | change
        page = officer.send(place(person, kind, "counter") + "/submit", typed).text
        row = requests(staff)[-1]
        assert (row.household_id, words in page, row.receipt_no in page) == (
            person.household_id,
            True,
            True,
        )
        assert code in row.warnings or (kind, code, row.state) == (
            "decline",
            "unclear",
            "with_resident",
        )
    assert set(coupons(staff)) == {"assigned"}
    assert staff.count(Task, kind="letter_wished") == 2


def test_refusing_a_form_that_bound_nobody_leaves_a_decline_made_since_alone(
    sqlite_staff: StaffSite, sqlite_family: Person
) -> None:
    officer = enter(sqlite_staff, sqlite_family)
    officer.open(place(sqlite_family, "alternative"))
    officer.send(
        place(sqlite_family, "alternative") + "/submit", PAPER | CARD | {"signed_by": "spouse"}
    )
    decline_online(sqlite_staff, sqlite_family, 1)
    weak, _decline = requests(sqlite_staff)
    ward = enter(sqlite_staff, sqlite_family, Role.WARD_OFFICER)
    ward.open(f"/reviews/{weak.id}")
    ward.send(f"/reviews/{weak.id}/claim")
    version = re.findall(r'name="version" value="(\d+)"', ward.page.text if ward.page else "")[0]
    refusal = {"version": version, "action": "refuse", "reason": "not_authorized", "form_key": "d"}
    ward.send(f"/reviews/{weak.id}/decide", refusal)
    assert [row.state for row in requests(sqlite_staff)] == ["closed", "waiting"]
    assert coupons(sqlite_staff) == ["suspended", "assigned"]


@pytest.mark.parametrize("channel", ["post", "phone"])
def test_paper_is_asked_for_by_form_or_telephone(
    staff: StaffSite, family: Person, channel: str
) -> None:
    officer = enter(staff, family)
    officer.open(place(family, "alternative", channel))
    form = PAPER | CARD | {"child-2": "1", "why": "disability"}
    page = officer.send(place(family, "alternative", channel) + "/submit", form).text
    (row,) = requests(staff)
    assert (row.kind, row.channel, row.children, row.warnings) == ("alternative", channel, 2, [])
    assert row.receipt_no in page
    assert coupons(staff) == ["suspended", "suspended"]
    assert staff.count(PaperForm) == (channel == "post")
    again = officer.send(
        place(family, "alternative", channel) + "/submit", form | {"form_key": "two"}
    ).text
    assert "2件には数えません" in again
    assert len(requests(staff)) == 1


def test_a_better_form_takes_the_place_of_one_that_bound_nobody(
    staff: StaffSite, family: Person
) -> None:
    officer = enter(staff, family)
    address = place(family, "alternative") + "/submit"
    officer.open(place(family, "alternative"))
    officer.send(address, PAPER | CARD | {"signed_by": "spouse"})
    weak = requests(staff)[0]
    ward = staff.enter_as(Role.WARD_OFFICER)
    ward.open(f"/reviews/{weak.id}")
    ward.send(f"/reviews/{weak.id}/claim")
    version = re.findall(r'name="version" value="(\d+)"', ward.page.text if ward.page else "")[0]
    told = ward.send(
        f"/reviews/{weak.id}/decide", {"version": version, "action": "accept", "form_key": "d"}
    ).text
    assert "委任状がありません" in told
    officer.send(address, PAPER | CARD | {"signed_by": "spouse", "attorney": "1"})
    old, new = requests(staff)
    assert (old.state, old.result, new.state, new.warnings) == (
        "closed",
        "withdrawn",
        "waiting",
        [],
    )
    assert coupons(staff) == ["suspended", "assigned"]


@pytest.fixture
def post(staff: StaffSite) -> Post:
    return make_post(staff.database)


@pytest.mark.parametrize("channel", ["counter", "phone"])
def test_a_letter_that_did_not_arrive_is_asked_for_again(
    staff: StaffSite, post: Post, channel: str
) -> None:
    person = post.household()
    post.come_back(person)
    officer = enter(staff, person)
    assert "2023-07-10に発送" in officer.open(place(person, "redelivery", channel)).text
    page = officer.send(
        place(person, "redelivery", channel) + "/submit", PAPER | {"item": "letter"}
    ).text
    (row,) = requests(staff)
    assert (row.kind, row.channel) == ("redelivery", channel)
    assert row.receipt_no in page
    page = officer.send(
        place(person, "redelivery", channel) + "/submit",
        PAPER | {"item": "letter", "form_key": "2"},
    ).text
    assert "2件には数えません" in page
    assert len(requests(staff)) == 1


def test_a_letter_that_waits_at_the_post_office_is_not_sent_again(
    staff: StaffSite, post: Post
) -> None:
    person = post.household()
    officer = enter(staff, person)
    officer.open(place(person, "redelivery"))
    for item, words in (
        ("letter", "まだ送っていません"),
        ("parcel-999", "見つかりませんでした"),
        ("parcel-x", "選んで"),
        ("", "選んで"),
    ):
        if item == "letter":
            person_without = post.household(letter=False)
            visitor = enter(staff, person_without)
            address = place(person_without, "redelivery")
        else:
            visitor, address = officer, place(person, "redelivery")
        visitor.open(address)
        answer = visitor.post(address + "/submit", PAPER | {"item": item})
        assert (answer.status_code, 'id="item-error"' in answer.text, words in answer.text) == (
            422,
            True,
            True,
        ), item
    assert requests(staff) == []


def test_a_wish_on_the_telephone_is_no_decline(staff: StaffSite, family: Person) -> None:
    officer = enter(staff, family)
    address = place(family, "wish", "phone") + "/submit"
    assert "電話だけでは、辞退になりません" in officer.open(place(family, "wish", "phone")).text
    assert officer.post(address, {"way": ""}).status_code == 422
    page = officer.send(address, {"way": "form", "form_key": "one"}).text
    assert officer.send(address, {"way": "form", "form_key": "one"}).text.count(
        "受付番号"
    ) == page.count("受付番号")
    assert "まだ辞退にはなっていません" in page
    assert staff.count(Task, kind="decline_form") == 1
    page = officer.send(address, {"way": "portal", "form_key": "two"}).text
    (row,) = requests(staff)
    assert (row.state, row.channel) == ("with_resident", "phone")
    assert "まだ辞退にはなっていません" in page
    assert row.receipt_no in page
    assert coupons(staff) == ["assigned", "assigned"]


def test_the_receipt_of_a_locked_out_person_counts_by_its_own_time(
    staff: StaffSite, post: Post
) -> None:
    kinds = ("decline", "alternative", "redelivery", "wish")
    people = [post.household() for _kind in kinds]
    post.come_back(people[2])
    staff.give_coupons()
    numbers = [locked_out(staff, "decline" if kind == "wish" else kind, kind) for kind in kinds]
    staff.clock.instant = AFTERWARDS
    for person, kind, number in zip(people, kinds, numbers, strict=True):
        channel = "phone" if kind == "wish" else "post"
        officer = enter(staff, person)
        officer.open(place(person, kind, channel))
        address = place(person, kind, channel) + "/submit"
        late = (
            PAPER
            | CARD
            | {
                "received_on": "2023-12-27",
                "received_at": "9:00",
                "item": "letter",
                "way": "portal",
            }
        )
        assert 'id="evidence-error"' in officer.post(address, late | {"evidence": "CCCC-CCCC"}).text
        page = officer.send(address, late | {"evidence": number.lower().replace("-", " ")}).text
        row = requests(staff)[-1]
        assert (row.household_id, row.receipt_no in page) == (person.household_id, True)
        assert (row.received_at, "late" in row.warnings) == (NOON, False)
        assert staff.count(Task, receipt_no=number, state="done") == 1
