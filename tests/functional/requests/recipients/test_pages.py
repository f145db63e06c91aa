"""The staff's pages.

Entering additions and changes, deciding them at the review desk, and the ward's counter.
"""

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.large_print import POINTS, wish_large_print
from portal.domain.people.households.models import Child, Household
from portal.domain.requests.recipients.models import CounterHandOver, RecipientChange
from portal.domain.requests.requests.models import Request, Scan
from tests.functional.desk.openings.support import ASKS
from tests.functional.requests.recipients.support import NEW_NAME, NEW_TOWN
from tests.support.people import Person
from tests.support.reading import pdf
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

NEW = {
    "hand_over": "address",
    "name": NEW_NAME,
    "kana": "サギヌマ チヅル",
    "birth": "昭和60年4月6日",
    "postal_code": "139-0009",
    "town": NEW_TOWN,
    "street": "８８番６６号",
}
ORDER = {"instruction_no": "指示第12号", "instruction_date": "令和5年7月28日"}
CHILD = {"child1_name": "鷺沼　小夜", "child1_birth": "2023-01-09", "child1_person_no": "p777"}
CHANGE = NEW | {"child-2": "1", "evidence": "mediation", "channel": "post"}


@pytest.fixture
def family(sqlite_staff: StaffSite) -> Person:
    person = sqlite_staff.add_household(active=True)
    sqlite_staff.give_coupons()
    return person


def enter(staff: StaffSite, role: Role, person: Person | None = None) -> Visitor:
    """Somebody signed in, with the household opened where one is given."""
    visitor = staff.enter(staff.hire(role))
    visitor.open("/recipients")
    if person is not None:
        place = f"/households/{person.household_id}/reason"
        visitor.open(place)
        visitor.send(f"{place}/submit", {"reason": "request", "form_key": "open"})
    return visitor


def only_request(staff: StaffSite) -> Request:
    with staff.database.read() as session:
        row = session.scalars(select(Request)).one()
        session.expunge_all()
    return row


def decide(visitor: Visitor, row: Request, **fields: str) -> str:
    """Claims and decides at the review desk; returns the page that follows."""
    visitor.open(f"/reviews/{row.id}")
    visitor.send(f"/reviews/{row.id}/claim")
    version = (
        next(iter(visitor.page.text.split('name="version" value="')[1:]), "0").split('"')[0]
        if visitor.page
        else "0"
    )
    return visitor.send(
        f"/reviews/{row.id}/decide", {"version": version, "form_key": "decide", **fields}
    ).text


def test_an_addition_from_the_form_to_the_household(
    sqlite_staff: StaffSite, family: Person
) -> None:
    officer = enter(sqlite_staff, Role.OFFICER)
    officer.open("/recipients/add")
    form = NEW | ORDER | CHILD | {"form_key": "add"}
    for _again in range(3):
        assert officer.post("/recipients/add/submit", form).status_code == 303
    row = only_request(sqlite_staff)
    assert (row.kind, row.children, row.entered_by is not None) == ("addition", 1, True)
    assert "区の職員だけが審査" in officer.open("/recipients?said=ward").text
    page = officer.open("/recipients").text
    assert "承認されるまで、受託者の一覧には出ません" in page
    assert row.receipt_no not in page
    ward = enter(sqlite_staff, Role.WARD_OFFICER)
    assert row.receipt_no in ward.open("/recipients").text
    ward.open(f"/reviews/{row.id}")
    shown = ward.send(f"/reviews/{row.id}/claim").text
    assert all(
        word in shown for word in (NEW_NAME, "鷺沼　小夜", "サギヌマ", NEW_TOWN, "住所に郵送する")
    )
    assert "承認" in decide(ward, row, action="accept")
    assert sqlite_staff.count(Child, added=True) == 1
    assert sqlite_staff.count(Household) == 2
    assert "追加したこどもが1人" in ward.open("/").text
    assert family.household_id


def test_what_is_missing_stands_beside_its_field(sqlite_staff: StaffSite) -> None:
    officer = enter(sqlite_staff, Role.OFFICER)
    officer.open("/recipients/add")
    whole = NEW | ORDER | CHILD
    for gap, field in (
        ({"instruction_no": "", "instruction_date": ""}, "instruction_no"),
        ({"hand_over": ""}, "hand_over"),
        ({"name": ""}, "name"),
        ({"birth": "1985"}, "birth"),
        ({"postal_code": "139"}, "postal_code"),
        ({"town": ""}, "town"),
        ({"street": ""}, "street"),
        ({"child1_birth": "2023"}, "child1_birth"),
        ({"child1_name": ""}, "child1_name"),
        ({"hand_over": "protected"}, "hand_over"),
    ):
        answer = officer.post("/recipients/add/submit", whole | gap)
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True), field
    assert sqlite_staff.count(Request) == 0


def test_a_change_from_the_households_page_to_the_new_recipient(
    sqlite_staff: StaffSite, family: Person
) -> None:
    officer = enter(sqlite_staff, Role.OFFICER, family)
    place = f"/households/{family.household_id}/change-recipient"
    assert officer.open(place).text.count('type="checkbox"') == 2
    assert officer.post(f"{place}/submit", CHANGE | {"evidence": ""}).status_code == 422
    assert (
        officer.post(f"{place}/submit", CHANGE | {"received_on": "2099-01-01"}).status_code == 422
    )
    for _again in range(3):
        assert officer.post(f"{place}/submit", CHANGE | {"form_key": "change"}).status_code == 303
    row = only_request(sqlite_staff)
    assert (row.kind, row.channel, row.household_id) == ("recipient_change", "post", None)
    listed = officer.send(f"{place}/submit", CHANGE | {"form_key": "change"})
    assert row.receipt_no in listed.text
    colleague = enter(sqlite_staff, Role.OFFICER)
    assert row.receipt_no in colleague.open("/recipients").text
    assert "受託者の二人だけ" in decide(colleague, row, action="accept")
    colleague.send(f"/reviews/{row.id}/release")
    ward = enter(sqlite_staff, Role.WARD_OFFICER)
    assert "承認" in decide(ward, row, action="accept")
    with sqlite_staff.database.read() as session:
        assert session.scalar(select(RecipientChange.state)) == "moved"
        assert (
            session.scalar(select(func.count()).where(Child.household_id == family.household_id))
            == 1
        )


def test_the_form_wants_an_opened_household(sqlite_staff: StaffSite, family: Person) -> None:
    officer = enter(sqlite_staff, Role.OFFICER)
    place = f"/households/{family.household_id}/change-recipient"
    assert officer.get(place).headers["location"].endswith("/reason")
    assert ASKS in officer.post(f"{place}/submit", CHANGE).text
    assert sqlite_staff.count(Request) == 0


def test_the_wards_own_requests_are_not_there_for_the_contractor(
    sqlite_staff: StaffSite, family: Person
) -> None:
    ward = enter(sqlite_staff, Role.WARD_OFFICER, family)
    place = f"/households/{family.household_id}/change-recipient"
    ward.open(place)
    assert ward.post(f"{place}/submit", CHANGE | {"hand_over": "protected"}).status_code == 303
    row = only_request(sqlite_staff)
    assert row.ward_only
    officer = enter(sqlite_staff, Role.OFFICER)
    for page in (officer.open("/recipients"), officer.open("/reviews")):
        assert row.receipt_no not in page.text
    assert officer.get(f"/reviews/{row.id}").status_code == 404
    assert officer.post(f"/recipients/{row.id}/withdraw").status_code == 404
    assert row.receipt_no in ward.open("/recipients").text
    assert ward.post(f"/recipients/{row.id}/withdraw").status_code == 303
    assert only_request(sqlite_staff).result == "withdrawn"


def test_only_who_entered_it_takes_it_back(sqlite_staff: StaffSite, family: Person) -> None:
    officer = enter(sqlite_staff, Role.OFFICER, family)
    place = f"/households/{family.household_id}/change-recipient"
    officer.open(place)
    officer.post(f"{place}/submit", CHANGE)
    row = only_request(sqlite_staff)
    other = enter(sqlite_staff, Role.OFFICER)
    assert other.post(f"/recipients/{row.id}/withdraw").status_code >= 400
    assert only_request(sqlite_staff).state == "waiting"


def letter_at_counter(staff: StaffSite) -> int:
    """A printed letter for the counter."""
    person = staff.add_household(protected=True)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).counter = True
        run = PrintRun(
            kind="credential",
            planned=1,
            children=2,
            total_yen=60_000,
            folder="",
            notice_date=staff.now.date(),
            created_at=staff.now,
            state="built",
        )
        session.add(run)
        session.flush()
        letter = Letter(
            number="M000000017",
            household_id=person.household_id,
            kind="credential",
            state="printed",
            counter=True,
            print_run_id=run.id,
            chunk_number=1,
            children=2,
            amount_yen=60_000,
            created_at=staff.now,
            printed_at=staff.now,
        )
        session.add(letter)
        session.flush()
        return letter.id


def test_a_letter_is_handed_over_at_the_counter(sqlite_staff: StaffSite) -> None:
    letter = letter_at_counter(sqlite_staff)
    ward = enter(sqlite_staff, Role.WARD_OFFICER)
    assert "M000000017" in ward.open("/counter").text
    assert ward.get(f"/counter/{letter}/receipt.pdf").content.startswith(b"%PDF")
    ward.open(f"/counter/{letter}")
    for gap in ({}, {"checked": "passport"}, {"signed": "1"}):
        assert ward.post(f"/counter/{letter}/hand", gap).status_code == 422
    form = {"checked": "passport", "signed": "1", "form_key": "hand"}
    answers = [ward.post(f"/counter/{letter}/hand", form) for _again in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert sqlite_staff.count(CounterHandOver) == 1
    assert "お渡しを記録しました" in ward.follow(answers[-1]).text
    assert sqlite_staff.count(Scan) == 0


def test_the_counter_is_the_wards_alone(sqlite_staff: StaffSite) -> None:
    letter = letter_at_counter(sqlite_staff)
    officer = enter(sqlite_staff, Role.OFFICER)
    for path in ("/counter", f"/counter/{letter}", f"/counter/{letter}/receipt.pdf"):
        assert officer.get(path).status_code == 403
    assert (
        officer.post(f"/counter/{letter}/hand", {"checked": "passport", "signed": "1"}).status_code
        == 403
    )


def test_the_blank_form_is_there_to_print(sqlite_staff: StaffSite) -> None:
    officer = enter(sqlite_staff, Role.OFFICER)
    assert officer.get("/recipients/change-form.pdf").content.startswith(b"%PDF")
    large = "/recipients/change-form.pdf?size=large"
    assert large in officer.open("/recipients").text
    assert pdf.smaller(officer.get(large).content, POINTS) == ""


def test_the_receipt_of_the_counter_has_the_size_that_the_household_wants(
    sqlite_staff: StaffSite,
) -> None:
    letter = letter_at_counter(sqlite_staff)
    ward = enter(sqlite_staff, Role.WARD_OFFICER)
    address = f"/counter/{letter}/receipt.pdf"
    assert pdf.smaller(ward.get(address).content, POINTS) != ""
    with sqlite_staff.database.write() as session:
        home = session.get_one(Letter, letter).household_id
        wish_large_print(work_in(session), home, "ja")
    receipt = ward.get(address).content
    assert pdf.smaller(receipt, POINTS) == ""
    assert "M000000017" in "".join(pdf.text(receipt))


def test_an_attached_instruction_is_as_secret_as_its_request(
    sqlite_staff: StaffSite, family: Person
) -> None:
    ward, officer = (
        enter(sqlite_staff, Role.WARD_OFFICER, family),
        enter(sqlite_staff, Role.OFFICER, family),
    )
    place = f"/households/{family.household_id}/change-recipient"
    for visitor, form in (
        (ward, CHANGE | {"hand_over": "protected"}),
        (officer, {k: v for k, v in CHANGE.items() if k != "child-2"} | {"child-1": "1"}),
    ):
        visitor.open(place)
        files = {"scan": ("a.png", picture(), "image/png")}
        assert post_looked_at(visitor, f"{place}/submit", form, files).status_code == 303
    with sqlite_staff.database.read() as session:
        secret, other = session.scalars(select(Scan.id).order_by(Scan.id)).all()
        homes = set(session.scalars(select(Scan.household_id)))
    assert homes == {family.household_id}, "it goes when the household is disposed of"
    assert [officer.get(f"/scans/{scan}").status_code for scan in (secret, other)] == [404, 200]
    assert [ward.get(f"/scans/{scan}").status_code for scan in (secret, other)] == [200, 200]


def test_all_faults_of_a_form_are_said_at_once(sqlite_staff: StaffSite, family: Person) -> None:
    officer = enter(sqlite_staff, Role.OFFICER, family)
    place = f"/households/{family.household_id}/change-recipient"
    officer.open(place)
    answer = officer.post(f"{place}/submit", {"hand_over": "address"})
    wrong = ("children", "evidence", "name", "birth", "postal_code", "town", "street")
    assert [field for field in wrong if f'href="#{field}"' not in answer.text] == []


def test_the_ward_chooses_the_counter_when_it_releases_a_protection(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household(protected=True)
    with sqlite_staff.database.write() as session:
        hold = put_hold(
            work_in(session, now=sqlite_staff.now),
            session.get_one(Household, person.household_id),
            "W01_PROTECTED",
        )
    first, second = (
        sqlite_staff.enter(sqlite_staff.hire(Role.WARD_OFFICER)),
        sqlite_staff.hire(Role.WARD_OFFICER),
    )
    assert "区の窓口で渡す" in first.open(f"/holds/{hold.id}").text
    assert first.post(f"/holds/{hold.id}/propose", {"counter": "1"}).status_code == 303
    confirms = sqlite_staff.enter(second)
    assert "区の窓口で渡します" in confirms.open(f"/holds/{hold.id}").text
    assert (
        confirms.post(
            f"/holds/{hold.id}/confirm", {"code": second.code(sqlite_staff.now)}
        ).status_code
        == 303
    )
    assert sqlite_staff.count(Household, protected=True, counter=True) == 1
