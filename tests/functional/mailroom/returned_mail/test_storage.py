"""The shelf: lists without names, kept to the last day, destroyed by two people."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import ConflictError, NotAllowedError, WrongStateError
from portal.domain.letters.shipments.services import Absence
from portal.domain.mailroom.returned_mail import storage
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.states import RETURNED_ITEM
from portal.domain.mailroom.returned_mail.undelivered import by_reason, undelivered
from portal.domain.people.households.models import Household
from tests.functional.mailroom.returned_mail.test_receiving import PILE, TODAY, number_of, take_in
from tests.functional.requests.redeliveries.support import NOW, POSTED, PROGRAM, Post
from tests.support.work import work_in

OVER = NOW + timedelta(days=181)
LAST_DAY = NOW + timedelta(days=180)


def keep(post: Post, count: int = 1) -> list[int]:
    keys = []
    for _place in range(count):
        person = post.household()
        keys.append(take_in(post, number_of(post, person)).item.id)
    return keys


def propose(post: Post, keys: list[int], actor: Actor, now: datetime = OVER) -> int:
    with post.database.write() as session:
        return storage.propose_destruction(work_in(session, actor, now), keys)


def confirm(post: Post, keys: list[int], actor: Actor, now: datetime = OVER) -> int:
    with post.database.write() as session:
        return storage.confirm_destruction(work_in(session, actor, now), keys)


def test_what_lies_in_which_box(post: Post) -> None:
    keep(post, 3)
    with post.database.read() as session:
        assert storage.boxes(session, include_protected=False) == {"A-1": 3}
        rows = storage.in_storage(session, include_protected=False, box="A-1")
        assert [row.attempt for row in rows] == [0, 0, 0]
        assert (
            storage.in_storage(session, include_protected=False, after=rows[1].item.id)[0].item.id
            == rows[2].item.id
        )
        assert storage.in_storage(session, include_protected=False, box="B") == []


def test_a_letter_is_kept_to_its_last_day_and_then_destroyed_by_two(post: Post) -> None:
    keys = keep(post, 2)
    with pytest.raises(ConflictError, match=str(PILE.keep_until)):
        propose(post, keys, post.officer, LAST_DAY)
    with pytest.raises(NotAllowedError):
        confirm(post, keys, post.colleague)
    assert propose(post, keys, post.officer) == 2
    assert propose(post, keys, post.officer) == 0
    with pytest.raises(NotAllowedError):
        confirm(post, keys, post.officer)
    assert confirm(post, keys, post.colleague) == 2
    with pytest.raises(WrongStateError):
        confirm(post, keys, post.colleague)
    with post.database.read() as session:
        rows = session.scalars(select(ReturnedItem)).all()
        assert {(row.state, row.destruction_proposed_by, row.destroyed_by) for row in rows} == {
            ("destroyed", post.officer.id, post.colleague.id)
        }


def test_a_proposal_can_be_taken_back(post: Post) -> None:
    keys = keep(post)
    propose(post, keys, post.officer)
    with post.database.write() as session:
        storage.withdraw_proposal(work_in(session, post.officer, OVER), keys[0])
    with pytest.raises(NotAllowedError):
        confirm(post, keys, post.colleague)
    with post.database.write() as session, pytest.raises(ConflictError):
        storage.withdraw_proposal(work_in(session, post.officer, OVER), keys[0])


def test_one_that_must_be_kept_destroys_none_of_the_others(post: Post) -> None:
    keys = keep(post, 2)
    propose(post, keys, post.officer)
    with post.database.write() as session:
        session.get_one(ReturnedItem, keys[1]).keep_until = TODAY + timedelta(days=500)
    with pytest.raises(ConflictError):
        confirm(post, keys, post.colleague)
    with post.database.read() as session:
        assert {row.state for row in session.scalars(select(ReturnedItem))} == {"kept"}


@pytest.mark.parametrize("state", sorted(RETURNED_ITEM.states))
@pytest.mark.parametrize("action", sorted(RETURNED_ITEM.steps))
def test_an_item_leaves_the_shelf_once(state: str, action: str) -> None:
    if state == "kept":
        assert RETURNED_ITEM.next(state, action) != "kept"
    else:
        with pytest.raises(WrongStateError):
            RETURNED_ITEM.next(state, action)


def test_protected_households_are_on_no_list_of_the_contractor(post: Post) -> None:
    keys = keep(post, 2)
    with post.database.write() as session:
        household = session.get_one(ReturnedItem, keys[0]).household_id
        session.get_one(Household, household).protected = True
    with post.database.read() as session:
        for protected, count in ((False, 1), (True, 2)):
            assert sum(storage.boxes(session, include_protected=protected).values()) == count
            assert len(storage.in_storage(session, include_protected=protected)) == count
            assert (
                len(undelivered(work_in(session, program=PROGRAM), include_protected=protected))
                == count
            )
            assert by_reason(session, include_protected=protected) == {"storage_ended": count}
            over = OVER.date()
            assert len(storage.to_destroy(session, over, include_protected=protected)) == count


def test_the_undelivered_list_has_value_reason_and_what_was_offered(post: Post) -> None:
    person, absent, delivered = post.household(), post.household(), post.household()
    take_in(post, number_of(post, person), "refused")
    post.mail(absent, "absent", Absence(POSTED + timedelta(days=2)))
    post.mail(delivered, "deliver", POSTED + timedelta(days=2))
    with post.database.read() as session:
        rows = undelivered(work_in(session, program=PROGRAM), include_protected=False)
    assert [(row.household_id, row.state, row.reason) for row in rows] == [
        (person.household_id, "returned", "refused"),
        (absent.household_id, "at_post_office", None),
    ]
    assert {(row.children, row.yen, row.sent_again, row.offered) for row in rows} == {
        (2, 60_000, 0, 2)
    }
