"""外字: an image in place of a name is proposed, seen by a second person, and then printed."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.models import Hold, Household, PrintText
from portal.domain.people.households.print_texts import print_fields
from tests.support.reading.files import picture
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite
from tests.support.work import work_in


@pytest.fixture
def number(sqlite_staff: StaffSite) -> int:
    person = sqlite_staff.add_household()
    with sqlite_staff.database.write() as session:
        household = session.get_one(Household, person.household_id)

        return put_hold(work_in(session, now=sqlite_staff.now), household, "W02_GAIJI").id


def opened(staff: StaffSite, colleague: Colleague, number: int) -> Visitor:
    visitor = staff.enter(colleague)
    visitor.open(f"/holds/{number}/print-text")
    visitor.send(f"{visitor.place}/submit", {"reason": "hold", "form_key": "o"})
    visitor.open(f"/holds/{number}/print-text")
    return visitor


def send(visitor: Visitor, number: int, image: bytes, **typed: str) -> int:
    files = {"image": ("鶉野.png", image, "image/png")}
    return visitor.post(
        f"/holds/{number}/print-text/submit", {"form_key": "g"} | typed, files=files
    ).status_code


def test_the_second_person_sees_the_image_before_it_is_approved(
    sqlite_staff: StaffSite, number: int
) -> None:
    officer, ward = sqlite_staff.hire(Role.OFFICER), sqlite_staff.hire(Role.WARD_OFFICER)
    proposer = opened(sqlite_staff, officer, number)
    image = picture(size=(300, 60))
    assert [send(proposer, number, image) for _ in range(2)] == [303, 303]
    address = f"/holds/{number}/print-text/image"
    assert address in proposer.open(f"/holds/{number}").text
    own = {"code": officer.code(sqlite_staff.now), "form_key": "c"}
    assert proposer.post(f"/holds/{number}/confirm", own).status_code == 403
    visitor = sqlite_staff.enter(ward)
    assert address in visitor.open(f"/holds/{number}").text
    shown = visitor.get(address)
    assert (shown.content, shown.headers["content-type"]) == (image, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    visitor.open(f"/holds/{number}")
    code = {"code": ward.code(sqlite_staff.now), "form_key": "c"}
    assert visitor.post(f"/holds/{number}/confirm", code).status_code == 303
    assert (sqlite_staff.count(PrintText), sqlite_staff.count(Hold, state="open")) == (1, 0)
    with sqlite_staff.database.read() as session:
        row = session.query(PrintText).one()
        kept = print_fields(work_in(session), row.household_id)
    assert kept is not None
    assert kept.image == image


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (picture("JPEG"), "PNGにしてください"),
        (picture()[:60], "PNGにしてください"),
        (picture(size=(4001, 2)), "PNGにしてください"),
        (picture() + b"x" * 200_000, "PNGにしてください"),
        (picture() + b"x" * 1_000_000, "1メガバイトまで"),
        (b"", "少なくとも1つ"),
    ],
    ids=["jpeg", "half", "wide", "over 200 kB", "over 1 MB", "none"],
)
def test_another_image_is_refused_on_the_same_page_and_the_texts_stay(
    sqlite_staff: StaffSite, number: int, image: bytes, said: str
) -> None:
    visitor = opened(sqlite_staff, sqlite_staff.hire(Role.OFFICER), number)
    typed = {"instruction_no": "児発第7号", "instruction_date": "2023-07-03"}
    assert send(visitor, number, image, **typed) == 422
    assert visitor.page is not None
    assert said in visitor.page.text
    assert 'value="児発第7号"' in visitor.page.text
    assert "ファイルは、もう一度選んでください" in visitor.page.text
    assert sqlite_staff.events("approval.proposed") == []


def test_a_form_with_a_file_needs_the_sessions_token(sqlite_staff: StaffSite, number: int) -> None:
    visitor = opened(sqlite_staff, sqlite_staff.hire(Role.OFFICER), number)
    assert send(visitor, number, picture(), form_token="foreign") == 403
    assert sqlite_staff.events("approval.proposed") == []


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in_with_any_file(
    sqlite_staff: StaffSite, number: int
) -> None:
    visitor = sqlite_staff.visitor()
    visitor.get("/signin")
    assert send(visitor, number, b"x" * 2_000_000) == 303
    assert visitor.page is not None
    assert visitor.page.headers["location"].startswith("/signin")


@pytest.mark.asvs("5.2.1")
def test_a_body_beyond_all_limits_is_not_read(sqlite_staff: StaffSite, number: int) -> None:
    visitor = opened(sqlite_staff, sqlite_staff.hire(Role.OFFICER), number)
    assert send(visitor, number, b"x" * 64_000_001) == 413


def test_without_a_proposal_there_is_no_image(sqlite_staff: StaffSite, number: int) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    assert visitor.get(f"/holds/{number}/print-text/image").status_code == 404
