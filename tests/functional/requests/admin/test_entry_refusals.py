"""What is wrong with a form is said beside its field; what must not be entered is not."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.desk.casework.languages import language_of
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import day_end
from portal.domain.foundation.texts import use_locale
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.credentials.models import Credential
from portal.domain.requests.declines.form import meaning_of
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.scans import MAX_BYTES
from tests.functional.desk.openings.support import ASKS
from tests.functional.requests.admin.entries import (
    CARD,
    PAPER,
    decline_online,
    enter,
    give_family,
    place,
    requests,
)
from tests.functional.requests.redeliveries.support import Post, make_post
from tests.support.people import Person
from tests.support.reading import pdf
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.staff import StaffSite


@pytest.fixture
def family(staff: StaffSite) -> Person:
    return give_family(staff)


@pytest.fixture
def sqlite_family(sqlite_staff: StaffSite) -> Person:
    return give_family(sqlite_staff)


BAD = [
    ("decline", {"received_on": ""}, "received_on"),
    ("decline", {"received_on": "5年7月31日"}, "received_on"),
    ("decline", {"received_on": "2099-01-01"}, "received_on"),
    ("decline", {"received_at": "25:00"}, "received_at"),
    ("decline", {"postmark_on": "きのう"}, "postmark_on"),
    ("decline", {"postmark_on": "2023-08-01"}, "postmark_on"),
    ("decline", {"signed_by": ""}, "signed_by"),
    ("decline", {"clear": ""}, "clear"),
    ("decline", {"clear": "no"}, "follow_up"),
    ("decline", {"clear": "no", "follow_up": "call"}, "telephone"),
    ("decline", {"telephone": "12"}, "telephone"),
    ("decline", {"child-1": "", "child-9": "1"}, "children"),
    ("decline", {"text": "あ" * 501}, "text"),
    ("alternative", {"text": "あ" * 401}, "text"),
    ("decline", {"evidence": "CCCC-CCCC"}, "evidence"),
    ("alternative", {"product-1": ""}, "children"),
    ("alternative", {"received_on": "2023-05-01"}, "children"),
    ("alternative", {"why": "x"}, "why"),
]


@pytest.mark.asvs("2.2.2")
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    staff: StaffSite, family: Person
) -> None:
    officer = enter(staff, family)
    for kind, change, field in BAD:
        officer.open(place(family, kind))
        typed = PAPER | {"text": "いりません", "attorney": "1"} | CARD | change
        typed.pop("child-1" if change.get("child-1") == "" else "none", None)
        answer = officer.post(place(family, kind) + "/submit", typed)
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True), (
            kind,
            change,
        )
        assert 'name="attorney" value="1" checked' in answer.text
        assert typed["text"] in answer.text
    scan = {"scan": ("a.png", picture(), "image/png")}
    officer.open(place(family, "decline"))
    answer = post_looked_at(
        officer, place(family, "decline") + "/submit", PAPER | {"evidence": "CCCC-CCCC"}, scan
    )
    assert answer.status_code == 422
    assert 'name="scan.draft"' in answer.text, "the file need not be chosen again"
    assert requests(staff) == []
    assert staff.count(Scan) == 0
    assert staff.events("scan.stored") == []


def test_a_fax_needs_the_time_of_its_header(sqlite_staff: StaffSite, sqlite_family: Person) -> None:
    officer = enter(sqlite_staff, sqlite_family)
    officer.open(place(sqlite_family, "decline", "fax"))
    answer = officer.post(
        place(sqlite_family, "decline", "fax") + "/submit", PAPER | {"received_at": ""}
    )
    assert 'id="received_at-error"' in answer.text


@pytest.mark.parametrize("data", [b"<script>", b"%PDF-1.7\nnothing", picture() + b"x" * MAX_BYTES])
def test_a_file_that_is_no_scan_is_refused_beside_its_field(
    sqlite_staff: StaffSite, sqlite_family: Person, data: bytes
) -> None:
    officer = enter(sqlite_staff, sqlite_family)
    officer.open(place(sqlite_family, "decline"))
    answer = officer.post(
        place(sqlite_family, "decline") + "/submit",
        PAPER,
        files={"scan": ("a.pdf", data, "application/pdf")},
    )
    assert (answer.status_code, 'id="scan-error"' in answer.text) == (422, True)
    assert requests(sqlite_staff) == []


def test_a_coupon_that_was_used_is_refused_in_words(
    sqlite_staff: StaffSite, sqlite_family: Person
) -> None:
    with sqlite_staff.database.write() as session:
        for coupon in session.scalars(select(Coupon).where(Coupon.entitlement_id.is_not(None))):
            coupon.state = "part_used"
    officer = enter(sqlite_staff, sqlite_family)
    for kind in ("decline", "alternative"):
        officer.open(place(sqlite_family, kind))
        answer = officer.post(place(sqlite_family, kind) + "/submit", PAPER | CARD)
        assert (answer.status_code, 'id="children-error"' in answer.text) == (422, True), kind
    assert requests(sqlite_staff) == []


def test_a_household_is_opened_with_a_reason_first(
    sqlite_staff: StaffSite, sqlite_family: Person
) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    base = f"/households/{sqlite_family.household_id}"
    for path in (
        f"{base}/entry",
        f"{base}/entry/decline/post",
        f"{base}/entries/1",
        f"{base}/entry-tasks/1",
        f"{base}/blank-forms/decline",
    ):
        assert officer.get(path).headers["location"].endswith("/reason"), path
    assert ASKS in officer.post(place(sqlite_family, "decline") + "/submit", PAPER).text
    assert requests(sqlite_staff) == []


def test_a_protected_household_is_the_wards_to_enter(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household(active=True, protected=True)
    sqlite_staff.give_coupons()
    officer = sqlite_staff.enter_as(Role.OFFICER)
    assert officer.post(place(person, "decline") + "/submit", PAPER).status_code == 404
    assert officer.get(f"/households/{person.household_id}/blank-forms/decline").status_code == 404
    ward = enter(sqlite_staff, person, Role.WARD_OFFICER)
    ward.open(place(person, "decline", "counter"))
    page = ward.send(place(person, "decline", "counter") + "/submit", PAPER)
    assert requests(sqlite_staff)[0].receipt_no in page.text


def test_the_result_of_another_household_is_not_there(
    sqlite_staff: StaffSite, sqlite_family: Person
) -> None:
    row = decline_online(sqlite_staff, sqlite_family, 1)
    other = sqlite_staff.add_household(active=True)
    officer = enter(sqlite_staff, other)
    assert officer.get(f"/households/{other.household_id}/entries/{row.id}").status_code == 404
    assert officer.get(f"/households/{other.household_id}/entry-tasks/1").status_code == 404


@pytest.fixture
def post(staff: StaffSite) -> Post:
    return make_post(staff.database)


def test_blank_forms_carry_the_letters_number_and_nothing_else_of_the_household(
    staff: StaffSite, post: Post
) -> None:
    person = post.household()
    officer = enter(staff, person)
    number = re.findall(
        r"（(M\d+)）", officer.open(f"/households/{person.household_id}/entry").text
    )[0]
    for form, title in (
        ("decline", "辞退届"),
        ("alternative", "代替品申出書"),
        ("redelivery", "再配送依頼書"),
        ("change", "支給先変更申出書"),
    ):
        answer = officer.get(f"/households/{person.household_id}/blank-forms/{form}")
        text = "".join(pdf.text(answer.content))
        assert title in text.replace(" ", ""), form
        assert (number in text) is (form != "change"), form
        assert "鶉野" not in text
        assert "潮見坂" not in text
    assert officer.get(f"/households/{person.household_id}/blank-forms/other").status_code == 404


def test_a_blank_form_explains_itself_in_the_language_of_its_household(
    sqlite_staff: StaffSite,
) -> None:
    staff, post = sqlite_staff, make_post(sqlite_staff.database)
    person = post.household(active=True)
    base = f"/households/{person.household_id}"
    officer = enter(staff, person)

    def meaning(address: str) -> str:
        return " ".join(pdf.text(officer.follow(officer.get(address)).content)).replace("\n", " ")

    assert "This form" not in meaning(f"{base}/blank-forms/decline")
    with staff.database.write() as session:
        session.get_one(Credential, person.credential_id).locale = "en"
    chosen = re.search(r'value="en"[^>]*selected', officer.open(f"{base}/entry").text)
    assert chosen is not None
    said = meaning(f"{base}/blank-forms/decline")
    assert "辞退届" in said
    with use_locale("en"):
        english = meaning_of(staff.site.program)[0]
    assert english in said
    assert english not in meaning(f"{base}/blank-forms?form=decline&language=ja")
    assert english in meaning(f"{base}/blank-forms?form=decline&language=en")
    for wrong in ("form=other&language=en", "form=decline&language=xx", ""):
        assert officer.get(f"{base}/blank-forms?{wrong}").headers["location"] == f"{base}/entry"
    for form in ("alternative", "redelivery", "change"):
        assert officer.get(f"{base}/blank-forms/{form}?language=zh-Hans").status_code == 200


def test_who_has_no_account_reads_in_the_language_of_the_last_request(
    sqlite_staff: StaffSite,
) -> None:
    person = give_family(sqlite_staff)
    with use_locale("ko"):
        decline_online(sqlite_staff, person, 1)
    with sqlite_staff.database.write() as session:
        session.get_one(Credential, person.credential_id).locale = None
        assert language_of(session, person.household_id) == "ko"
        assert language_of(session, 999) == "ja"


def test_a_late_form_for_a_redelivery_is_kept_and_said_to_be_late(sqlite_staff: StaffSite) -> None:
    staff, post = sqlite_staff, make_post(sqlite_staff.database)
    person = post.household()
    last = staff.site.program.windows.redelivery.last_day
    staff.clock.instant = day_end(last) + timedelta(days=1)
    officer = enter(staff, person)
    typed = PAPER | {"received_on": (last + timedelta(days=1)).isoformat(), "item": "letter"}
    for channel, status in (("phone", 422), ("fax", 303)):
        address = place(person, "redelivery", channel)
        officer.open(address)
        answer = officer.post(address + "/submit", typed | {"form_key": channel})
        assert answer.status_code == status
    (row,) = requests(staff)
    assert (row.state, row.result, row.reply) == ("closed", "refused", "late")
    page = officer.open(f"/households/{person.household_id}/entries/{row.id}").text
    assert row.receipt_no in page
    assert "遅れた申し込みとして断り" in page
