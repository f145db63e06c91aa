"""The page of a paper form: read blind by a second person, completed, corrected with history."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import PaperForm
from tests.functional.requests.admin.entries import PAPER, enter, give_family, place
from tests.support.people import Person
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

PAGE = "/reviews/1/papers/1"
SEEN = {"signed_by": "householder", "received_on": "2023-07-31", "postmark_on": ""}


@pytest.fixture
def family(sqlite_staff: StaffSite) -> Person:
    return give_family(sqlite_staff)


def entered(staff: StaffSite, family: Person) -> Visitor:
    """An officer who entered a decline by post without a scan."""
    officer = enter(staff, family)
    officer.open(place(family, "decline"))
    page = officer.send(place(family, "decline") + "/submit", PAPER)
    assert "ほかの人が紙を見て読むまで、承認できません" in page.text
    assert PAGE in page.text
    return officer


def test_a_scan_or_a_reason_is_asked_for(sqlite_staff: StaffSite, family: Person) -> None:
    officer = enter(sqlite_staff, family)
    officer.open(place(family, "decline"))
    answer = officer.post(place(family, "decline") + "/submit", PAPER | {"no_scan": ""})
    assert answer.status_code == 422
    assert 'id="no_scan-error"' in answer.text
    assert sqlite_staff.count(PaperForm) == 0


def test_the_second_person_reads_the_paper_without_what_was_entered(
    sqlite_staff: StaffSite, family: Person
) -> None:
    first = entered(sqlite_staff, family)
    assert "ほかの人が紙を見て読むか" in first.open(PAGE).text
    second = sqlite_staff.enter_as(Role.OFFICER)
    second.open("/reviews/1")
    review = second.send("/reviews/1/claim", {"form_key": "claim"}).text
    page = second.open(PAGE).text
    for shown in (review, page):
        assert "2023-07-31" not in shown
        assert "<dd>世帯主" not in shown
    assert first.post(f"{PAGE}/read", SEEN | {"form_key": "a"}).status_code == 422
    wrong = second.post(f"{PAGE}/read", SEEN | {"received_on": "x", "form_key": "b"})
    assert wrong.status_code == 422
    page = second.send(f"{PAGE}/read", SEEN | {"form_key": "c"}).text
    assert "入力と同じでした" in page
    assert "同じ内容を読みました" in page


def test_readings_that_differ_stand_side_by_side_and_are_corrected_with_history(
    sqlite_staff: StaffSite, family: Person
) -> None:
    first = entered(sqlite_staff, family)
    second = sqlite_staff.enter_as(Role.OFFICER)
    second.open(PAGE)
    page = second.send(f"{PAGE}/read", SEEN | {"received_on": "2023-07-30", "form_key": "c"}).text
    assert "もう一人が紙で読んだ内容" in page
    page = first.open(PAGE).text
    for day in ("2023-07-31", "2023-07-30"):
        assert day in page
    page = first.send(f"{PAGE}/correct", SEEN | {"received_on": "2023-07-30", "form_key": "d"}).text
    assert "入力を直しました" in page
    assert "前の内容" in page
    assert "同じ内容を読みました" in page
    assert "2023-07-31" in page.split("前の内容</h2>")[1]


def test_the_scan_is_added_later(sqlite_staff: StaffSite, family: Person) -> None:
    first = entered(sqlite_staff, family)
    first.open(PAGE)
    nothing = first.post(f"{PAGE}/scan", {"form_key": "n"}, files={"x": ("", b"", "")})
    assert nothing.status_code in {400, 422}
    file = {"scan": ("a.png", picture(), "image/png")}
    answer = post_looked_at(first, f"{PAGE}/scan", {"form_key": "s"}, file)
    assert answer.status_code == 303
    assert "スキャンをつけました" in first.follow(answer).text
    assert sqlite_staff.count(PaperForm, scan_id=None) == 0


def test_who_may_not_know_of_the_request_finds_no_paper_of_it(
    sqlite_staff: StaffSite, family: Person
) -> None:
    first = entered(sqlite_staff, family)
    with sqlite_staff.database.write() as session:
        session.get_one(Household, family.household_id).protected = True
    assert first.get(PAGE).status_code == 404
    for step in ("read", "correct", "scan"):
        assert first.post(f"{PAGE}/{step}", SEEN | {"form_key": step}).status_code == 404
    assert sqlite_staff.enter_as(Role.WARD_OFFICER).get(PAGE).status_code == 200
    assert sqlite_staff.enter_as(Role.AUDITOR).get(PAGE).status_code == 403


def test_accepting_is_offered_once_there_is_evidence(
    sqlite_staff: StaffSite, family: Person
) -> None:
    """Until then neither the choice nor the box about what it would do is shown."""
    entered(sqlite_staff, family)
    second = sqlite_staff.enter_as(Role.OFFICER)
    second.open("/reviews/1")
    review = second.send("/reviews/1/claim", {"form_key": "claim"}).text
    assert 'value="accept"' not in review
    assert "<strong>承認すると</strong>" not in review
    assert "まだ承認できません" in review
    second.open(PAGE)
    second.send(f"{PAGE}/read", SEEN | {"form_key": "c"})
    review = second.open("/reviews/1").text
    assert 'value="accept"' in review
    assert "<strong>承認すると</strong>" in review
