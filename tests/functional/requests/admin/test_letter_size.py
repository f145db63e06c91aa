"""A wish for large print that came on paper: kept beside the form, and followed by the forms."""

from portal.domain.foundation.actors import Role
from portal.domain.people.households.large_print import POINTS, large_print_of
from tests.functional.requests.admin.entries import PAPER, enter, give_family, place
from tests.support.people import Person
from tests.support.reading import pdf
from tests.support.staff import StaffSite


def kept(staff: StaffSite, person: Person) -> str | None:
    with staff.database.read() as session:
        return large_print_of(session, person.household_id)


def test_an_officer_keeps_the_wish_and_ends_it(sqlite_staff: StaffSite) -> None:
    person = give_family(sqlite_staff)
    officer = enter(sqlite_staff, person)
    base = f"/households/{person.household_id}/entry"
    assert "いまは、ふつうの大きさです" in officer.open(base).text
    wish = {"size": "large", "large_language": "en", "form_key": "one"}
    page = officer.send(f"{base}/letter-size", wish).text
    assert "いまは、大きな文字（18ポイント、English）です" in page
    assert kept(sqlite_staff, person) == "en"
    form = officer.get(f"/households/{person.household_id}/blank-forms/decline?language=ja")
    assert pdf.smaller(form.content, POINTS) == ""
    blank = f"/households/{person.household_id}/blank-forms?language=ja&form="
    for kind, size, is_large in (
        ("decline", "", False),
        ("decline", "&size=large", True),
        ("change", "", False),
        ("change", "&size=large", True),
    ):
        chosen = officer.follow(officer.get(f"{blank}{kind}{size}")).content
        assert (pdf.smaller(chosen, POINTS) == "") == is_large, "who prints it has the last word"
    officer.open(base)
    officer.send(f"{base}/letter-size", wish | {"size": "usual", "form_key": "two"})
    assert kept(sqlite_staff, person) is None
    officer.open(base)
    answer = officer.send(f"{base}/letter-size", wish | {"size": "", "form_key": "three"})
    assert answer.status_code == 422
    assert "文字の大きさを選んでください" in answer.text


def test_a_tick_on_the_form_is_kept_with_it(sqlite_staff: StaffSite) -> None:
    person = give_family(sqlite_staff)
    officer = enter(sqlite_staff, person)
    address = place(person, "decline")
    assert "大きな文字の手紙を希望する印がある" in officer.open(address).text
    answer = officer.send(f"{address}/submit", PAPER | {"large_print": "yes"})
    assert answer.status_code == 200
    assert kept(sqlite_staff, person) == "ja"
    (event,) = sqlite_staff.events("household.large_print_wanted")
    assert event.channel == "post"


def test_nobody_without_the_household_opened_keeps_a_wish(sqlite_staff: StaffSite) -> None:
    person = give_family(sqlite_staff)
    wish = {"size": "large", "large_language": "ja", "form_key": "one"}
    base = f"/households/{person.household_id}/entry"
    for role in (Role.AUDITOR, Role.OFFICER):
        answer = sqlite_staff.enter_as(role).post(f"{base}/letter-size", wish)
        assert answer.status_code in {303, 403}
    assert kept(sqlite_staff, person) is None
