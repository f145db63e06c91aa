"""Three worlds, as in ``test_twin_worlds``: somebody of the contractor sends a form, signed out.

What is written is a protected family's, in part a protected family's, or nobody's. No page of the
contractor tells which it was, before it is matched and after it, nor when the ward has decided.
"""

from collections.abc import Mapping

from portal.domain.foundation.actors import Role
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.models import Request
from tests.functional.requests.redeliveries.support import make_post, wish
from tests.support.databases.twins import differing, steady, undone
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

FORMS = {
    "theirs": wish(),
    "theirs in part": wish(postal_code="1390002"),
    "nobody's": wish(name="鷺沢　茜", postal_code="1390002"),
}
PAGES = ("/", "/today", "/reviews", "/reviews?kind=redelivery&state=closed", "/reviews?warned=1")
MORE = ("/calendar", "/trends", "/trends/day", "/board", "/management", "/settlement", "/jobs")
HIDDEN = "この申請は見つかりませんでした"


def told(visitors: Mapping[Role, Visitor], row: Request) -> dict[str, object]:
    """What the contractor's people are told on every page that lists or counts requests."""
    one, number = f"/reviews/{row.id}", row.receipt_no
    pages = (*PAGES, *MORE, one, f"/households?receipt={number}", f"/find?q={number}")
    found: dict[str, object] = {}
    for role, visitor in visitors.items():
        answers = {page: visitor.get(page) for page in pages}
        form = {"version": str(row.version), "action": "to_ward"}
        answers["decides"] = visitor.post(f"{one}/decide", form)
        for what, answer in answers.items():
            told_of = repr(steady(answer)).replace(number, "NUMBER")
            found[f"{role.value} {what}".replace(number, "NUMBER")] = told_of
    return found


def world(
    staff: StaffSite, visitors: Mapping[Role, Visitor], written: Wish
) -> tuple[dict[str, object], dict[str, object]]:
    """What is told of a form once it is matched, and once the ward has decided about it."""
    post = make_post(staff.database)
    row = post.ask_outside(written, form_key="the same")
    post.match()
    row = post.fresh(row)
    matched = told(visitors, row)
    post.decide(row, "refuse", actor=post.ward, reason="other")
    return matched, told(visitors, row)


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
    assert HIDDEN in str(nobodys[0])
    for what, seen in worlds.items():
        for when, one, other in zip(("matched", "decided"), seen, nobodys, strict=True):
            assert not (lines := differing(one, other)), f"{what}, {when}:\n" + "\n".join(lines)
