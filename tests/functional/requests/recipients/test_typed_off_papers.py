"""Two worlds, as in ``test_twin_worlds``: an officer of the contractor types who receives.

In one world what is typed is a protected family's, in the other it is nobody's. The entry, every
list and count after it, and what a colleague tries with it are alike in status, headers, text and
statements; the ward finds out which it was.
"""

import re
from collections.abc import Mapping

import pytest

from portal.domain.foundation.actors import Role
from tests.functional.desk.admin.test_twin_worlds import shape
from tests.functional.requests.recipients.test_pages import (
    CHANGE,
    CHILD,
    NEW,
    ORDER,
    decide,
    enter,
    only_request,
)
from tests.support.databases.statements import counted_statements
from tests.support.databases.twins import differing, steady, undone
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.reading.files import picture
from tests.support.requests.looking import NO_FILE, post_looked_at
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

NOBODYS, THEIRS = "9800009999", "9800000002"
BORN = {"child1_birth": "2013-05-01"}
ADD = NEW | ORDER | CHILD | BORN
Typed = Mapping[str, str]
PAPERS: dict[str, tuple[Typed, Typed]] = {
    "number": (ADD | {"number": NOBODYS}, ADD | {"number": THEIRS}),
    "child-number": (
        ADD | {"child1_person_no": f"p{NOBODYS}-1"},
        ADD | {"child1_person_no": f"p{THEIRS}-1"},
    ),
    "child-name": (
        ADD | {"child1_name": "鶉野　瑪瑙"},
        ADD | {"child1_name": CANARY_CHILDREN[0][0]},
    ),
    "change": (
        CHANGE | ORDER | {"number": NOBODYS},
        CHANGE | ORDER | {"number": THEIRS},
    ),
}
"""What is typed: of nobody, and off the protected family's papers."""
KEPT = re.compile("site_notice|opening_hours|search_feed")
"""What a process reads anew now and then."""
KNOWN = re.compile("もう対象者です|この世帯番号の世帯は、もうあります")
PAGES = ("/recipients?said=ward", "/recipients", "/reviews", "/households", "/")


@pytest.fixture
def family(sqlite_staff: StaffSite) -> Person:
    """Whose child may leave; the protected family is there as well."""
    person = sqlite_staff.add_household(active=True, numbered=True)
    sqlite_staff.give_coupons()
    sqlite_staff.add_household(protected=True)
    return person


def sent(visitor: Visitor, family: Person, typed: Typed) -> tuple[str, object]:
    """Enter it with the ward's order; returns the form's page and the answer."""
    change = "evidence" in typed
    place = f"/households/{family.household_id}/change-recipient" if change else "/recipients/add"
    visitor.open(place)
    files = {"scan": ("a.png", picture(), "image/png")} if "number" in typed else NO_FILE
    return place, steady(post_looked_at(visitor, f"{place}/submit", typed, files))


def told(
    staff: StaffSite, family: Person, people: list[Visitor], typed: Typed
) -> dict[str, object]:
    """What is told of an entry, and of all that may be tried with it."""
    officer, colleague = people
    found: dict[str, object] = {}
    with counted_statements(staff.database) as ran:
        place, found["entered"] = sent(officer, family, typed)
    found["statements"] = shape([one for one in ran if not KEPT.search(one)])
    found["entered again"] = sent(officer, family, typed)[1]
    row = only_request(staff)
    for who, visitor in (("officer", officer), ("colleague", colleague)):
        for page in (*PAGES, place, f"/reviews/{row.id}", "/scans/1"):
            found[f"{who} {page}"] = steady(visitor.get(page))
        for act in ("reviews/{}/claim", "reviews/{}/release", "recipients/{}/withdraw"):
            found[f"{who} {act}"] = steady(visitor.post("/" + act.format(row.id)))
        form = {"version": str(row.version), "action": "accept"}
        found[f"{who} decides"] = steady(visitor.post(f"/reviews/{row.id}/decide", form))
    return found


@pytest.mark.parametrize("what", PAPERS)
def test_the_contractor_is_told_the_same_of_nobody_and_of_a_protected_family(
    sqlite_staff: StaffSite, family: Person, what: str
) -> None:
    people = [enter(sqlite_staff, Role.OFFICER, family) for _each in range(2)]
    ward = enter(sqlite_staff, Role.WARD_OFFICER)
    worlds, known = [], []
    nobodys, theirs = PAPERS[what]
    with undone(sqlite_staff.database):  # makes the index
        sent(people[0], family, nobodys)
    for typed in (nobodys, theirs):
        with undone(sqlite_staff.database):
            worlds.append(told(sqlite_staff, family, people, typed))
            row = only_request(sqlite_staff)
            read = ward.open(f"/reviews/{row.id}").text + decide(ward, row, action="accept")
            known.append(bool(KNOWN.search(read)))
    assert not (lines := differing(worlds[1], worlds[0])), "\n".join(lines)
    assert "said=ward" in str(worlds[0]["entered"])
    assert known == [False, True]
