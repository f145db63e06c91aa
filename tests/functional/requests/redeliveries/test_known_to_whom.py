"""Which requests without sign-in the contractor sees: those that name a family that all may know.

Every other is the ward's, whoever it names: what vanished would tell where a family in danger is.
"""

from datetime import date

import pytest
from sqlalchemy import select

from portal.domain.desk.casework.reviews.queue import known_to
from portal.domain.foundation.errors import NotFoundError
from portal.domain.mailroom.roster.holds.naming import named_by_extract
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind, load_list
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import claim
from tests.functional.requests.redeliveries.support import NOW, Post, days, wish
from tests.functional.requests.redeliveries.test_without_sign_in import events, matches
from tests.support.people import Person
from tests.support.work import work_in


def protect(post: Post, person: Person) -> None:
    with post.database.write() as session:
        session.get_one(Household, person.household_id).protected = True


def known_outside_the_ward(post: Post) -> list[int]:
    """The keys of the open requests that a contractor's officers have in their queue."""
    with post.database.read() as session:
        shown = select(Request.id).where(known_to(include_protected=False))
        return list(session.scalars(shown.where(Request.state != "closed").order_by(Request.id)))


def test_a_request_that_names_nobody_of_whom_all_may_know_is_the_wards_whoever_it_names(
    post: Post,
) -> None:
    """Were only a protected family's gone, whoever reviews could try names and postal codes."""
    hidden, other = post.household(), post.household(numbered=True)
    protect(post, hidden)
    forms = {
        "everything fits": post.ask_outside(),
        "in part": post.ask_outside(wish(postal_code="1390002")),
        "nobody": post.ask_outside(wish(name="鷺沢　茜")),
    }
    named = post.ask_outside(wish(name="金糸雀2", postal_code="1390002"))
    post.match()
    assert known_outside_the_ward(post) == [named.id]
    assert {what: post.fresh(row).warnings for what, row in forms.items()} == {
        "everything fits": [],
        "in part": ["not_sure"],
        "nobody": ["not_sure"],
    }, "the ward reads what is so: the birth date and the postal code are those of both"
    for row in forms.values():
        for action in ("to_ward", "refuse", "choose"):
            with pytest.raises(NotFoundError, match="この申請は見つかりませんでした"):
                post.decide(row, action, reason="other", extra_household=str(other.household_id))


def test_what_fits_is_the_same_whether_a_protected_household_fits_as_well(post: Post) -> None:
    """A form may fit the sender's own family in part, and try another name's birth date by it."""
    own = post.household(children=1)
    wishes = (
        wish(),
        wish(postal_code="1390002"),
        wish(birth=date(1960, 1, 1)),
        wish(birth=date(2014, 5, 2)),  # in all parts the other's, whose second child it is
    )
    seen = []
    for protected in (False, True):
        if protected:
            protect(post, post.household(children=2))
        rows = [post.ask_outside(one, address=f"198.51.100.{at}") for at, one in enumerate(wishes)]
        post.match()
        found = [
            [agrees for household, agrees in matches(post, row) if household == own.household_id]
            for row in rows
        ]
        fresh = [post.fresh(row) for row in rows]
        seen.append((found, [(row.household_id, row.warnings, row.ward_only) for row in fresh]))
        for row in rows:
            post.decide(row, "refuse", actor=post.ward, reason="other")
    assert seen[0] == seen[1]
    unsure = (None, ["not_sure"], False)
    assert seen[0][1] == [(own.household_id, [], False), unsure, unsure, unsure]


@pytest.mark.parametrize("source", ["list", "extract"])
def test_a_request_is_the_wards_when_the_only_one_it_named_comes_under_protection(
    post: Post, source: str
) -> None:
    person, slip = post.household(), wish(postal_code="1390002")
    row, settled = post.ask_outside(slip), post.ask_outside(slip)
    post.match()
    post.decide(settled, "refuse", actor=post.ward, reason="other")
    assert known_outside_the_ward(post) == [row.id]
    with post.database.write() as session:
        claim(work_in(session, post.officer, NOW), row.id)
    if source == "list":
        with post.database.write() as session:
            listed = ListedNumbers(NumberKind.HOUSEHOLD, ("9700000001",))
            assert load_list(work_in(session, post.ward, NOW), listed).unknown == ()
    else:  # which protects the families that it names before it is brought in line with the rest
        protect(post, person)
        with post.database.write() as session:
            named_by_extract(work_in(session, post.ward, NOW), import_id=0)
    assert known_outside_the_ward(post) == []
    assert post.fresh(row).claimed_by is None
    post.decide(row, "choose", actor=post.ward, extra_household=str(person.household_id))


def test_what_the_ward_finds_to_be_nobodys_is_gone_like_what_it_finds_to_be_a_protected_familys(
    post: Post,
) -> None:
    post.household()
    hidden = post.household(numbered=True)
    protect(post, hidden)
    slip = wish(postal_code="1390002")
    nobodys, theirs = post.ask_outside(slip), post.ask_outside(slip)
    post.match()
    for row in (nobodys, theirs):
        post.decide(row, "to_ward")
    assert known_outside_the_ward(post) == [nobodys.id, theirs.id]
    post.decide(theirs, "choose", actor=post.ward, extra_household=str(hidden.household_id))
    post.decide(nobodys, "refuse", actor=post.ward, reason="other")
    with post.database.read() as session:
        assert (
            session.scalars(select(Request.id).where(known_to(include_protected=False))).all() == []
        )


def test_the_ward_gives_a_request_back_by_choosing_a_household_of_which_all_may_know(
    post: Post,
) -> None:
    person = post.household()
    row = post.ask_outside(wish(name="鷺沢　茜"))
    post.match()
    assert known_outside_the_ward(post) == []
    post.decide(row, "choose", actor=post.ward, extra_household=str(person.household_id))
    assert known_outside_the_ward(post) == [row.id]
    post.decide(row, now=NOW + days(1))
    assert post.orders(person) == [("redelivery", "open")]


def test_a_protected_household_is_the_wards_as_soon_as_it_is_matched(post: Post) -> None:
    person = post.household(protected=True)
    with post.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    row = post.ask_outside()
    with pytest.raises(NotFoundError):
        post.decide(row, "choose", extra_household=str(person.household_id))
    post.match()
    assert post.fresh(row).household_id == person.household_id
    with pytest.raises(NotFoundError):
        post.decide(row)
    assert events(post, person) == []
