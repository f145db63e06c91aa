"""Three worlds, as in ``test_twin_worlds``: somebody of the contractor sends a form, signed out.

What is written is a protected family's, in part a protected family's, or nobody's. No page of the
contractor tells which it was, before it is matched and after it, nor when the ward has decided.
"""

import re
from collections.abc import Mapping

from portal.domain.foundation.actors import Role
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.models import Request
from tests.functional.desk.admin.test_twin_worlds import shape
from tests.functional.requests.recipients.test_typed_off_papers import KEPT
from tests.functional.requests.redeliveries.support import make_post, wish
from tests.support.databases.statements import counted_statements
from tests.support.databases.twins import differing, steady, undone
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

Told = dict[str, object]
FORMS = {
    "theirs": wish(),
    "theirs in part": wish(postal_code="1390002"),
    "nobody's": wish(name="鷺沢　茜", postal_code="1390002"),
}
PAGES = ("/", "/today", "/reviews", "/reviews?kind=redelivery&state=closed", "/reviews?warned=1")
MORE = ("/calendar", "/trends", "/trends/day", "/board", "/management", "/settlement", "/jobs")
HIDDEN = "この申請は見つかりませんでした"


WRITTEN = re.compile("|".join({f"{one.name}|139-?{one.postal_code[3:]}" for one in FORMS.values()}))


def told(visitors: Mapping[Role, Visitor], row: Request, *, waits: bool = False) -> Told:
    """What the contractor's people are told on every page that lists or counts requests.

    Of a form that still waits to be matched nobody decides, but an officer takes it, and reads it.
    """
    one, number = f"/reviews/{row.id}", row.receipt_no
    pages = (*PAGES, *MORE, one, f"/households?receipt={number}", f"/find?q={number}")
    found: Told = {}
    if waits:
        visitors[Role.OFFICER].post(f"{one}/claim")
    for role, visitor in visitors.items():
        answers = {page: visitor.get(page) for page in pages}
        if not waits:
            form = {"version": str(row.version), "action": "to_ward"}
            answers["decides"] = visitor.post(f"{one}/decide", form)
        for what, answer in answers.items():
            told_of = " ".join(map(str, steady(answer))).replace(number, "NUMBER")
            found[f"{role.value} {what}".replace(number, "NUMBER")] = WRITTEN.sub("-", told_of)
    return found


def world(staff: StaffSite, visitors: Mapping[Role, Visitor], written: Wish) -> dict[str, Told]:
    """What is told of a form: as it waits, once it is matched, and once the ward has decided."""
    post = make_post(staff.database)
    row = post.ask_outside(written, form_key="the same")
    seen = {"waits": told(visitors, row, waits=True)}
    with counted_statements(staff.database) as ran:
        visitors[Role.OFFICER].get(f"/reviews/{row.id}")
    seen["waits"]["statements"] = shape([one for one in ran if not KEPT.search(one)])
    post.match()
    row = post.fresh(row)
    seen["matched"] = told(visitors, row)
    post.decide(row, "refuse", actor=post.ward, reason="other")
    seen["decided"] = told(visitors, row)
    return seen


def test_the_contractor_is_told_the_same_of_nobody_and_of_a_protected_family(
    sqlite_staff: StaffSite,
) -> None:
    staff = sqlite_staff
    staff.add_household(protected=True)
    visitors = {role: staff.enter_as(role) for role in (Role.OFFICER, Role.SUPERVISOR, Role.AGENT)}
    with undone(staff.database):
        world(staff, visitors, FORMS["nobody's"])  # makes the index
    worlds = {}
    for what, written in FORMS.items():
        with undone(staff.database):
            worlds[what] = world(staff, visitors, written)
    nobodys = worlds.pop("nobody's")
    assert "合う世帯が見つかりません" in str(nobodys["waits"])
    assert HIDDEN in str(nobodys["matched"])
    for what, seen in worlds.items():
        for when, one in seen.items():
            lines = differing(one, nobodys[when])
            assert not lines, f"{what}, {when}:\n" + "\n".join(lines)
