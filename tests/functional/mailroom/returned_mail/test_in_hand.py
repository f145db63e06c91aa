"""An envelope in hand counts, whatever the post reported; an ID in use goes on until two decide."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.desk.casework import returned_in_use
from portal.domain.desk.casework.finishing import finish_by_hand
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.returned_mail.actions import NextAction
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.next_step import correct_reason
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import NewCredential, issue, move
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request
from tests.functional.mailroom.returned_mail.test_receiving import TODAY, number_of, take_in
from tests.functional.requests.redeliveries.support import (
    NOW,
    POSTED,
    PROGRAM,
    Post,
    with_rules,
)
from tests.support.login_ids import plain_login_id
from tests.support.work import work_in


def state_of_id(post: Post) -> str:
    with post.database.read() as session:
        return session.scalars(select(Credential.state)).one()


def task_of(post: Post) -> Task:
    with post.database.read() as session:
        task = session.scalars(select(Task)).one()
        session.expunge(task)
        return task


def by(post: Post, actor: Actor, act: Callable[..., object], *typed: object) -> None:
    with post.database.write() as session:
        act(work_in(session, actor, NOW, program=PROGRAM), task_of(post).id, *typed)


def test_an_id_in_use_goes_on_until_two_have_decided(post: Post) -> None:
    person = post.household(active=True)
    take_in(post, number_of(post, person))
    assert (state_of_id(post), task_of(post).kind) == ("active", "returned_in_use")
    with pytest.raises(WrongStateError, match="二人で決める"):
        by(post, post.officer, finish_by_hand)
    with pytest.raises(InputError, match="わかったこと"):
        by(post, post.officer, returned_in_use.propose, "nobody")
    with pytest.raises(NotFoundError):
        by(post, post.colleague, returned_in_use.confirm)
    by(post, post.officer, returned_in_use.propose, "stranger")
    with pytest.raises(NotAllowedError, match="自分の提案"):
        by(post, post.officer, returned_in_use.confirm)
    assert (state_of_id(post), task_of(post).state) == ("active", "open")
    by(post, post.colleague, returned_in_use.confirm)
    assert (state_of_id(post), task_of(post).state) == ("suspended", "done")
    with pytest.raises(WrongStateError):
        by(post, post.colleague, returned_in_use.confirm)


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        ("reached", "active"),
        ("at_counter", "active"),
        ("not_reached", "suspended"),
        ("stranger", "suspended"),
    ],
)
def test_only_a_finding_against_the_user_of_an_id_stops_it(
    post: Post, finding: str, state: str
) -> None:
    person = post.household(active=True)
    take_in(post, number_of(post, person))
    by(post, post.officer, returned_in_use.propose, finding)
    by(post, post.colleague, returned_in_use.turn_down)
    assert (state_of_id(post), task_of(post).state) == ("active", "open")
    by(post, post.officer, returned_in_use.propose, finding)
    by(post, post.colleague, returned_in_use.confirm)
    assert (state_of_id(post), task_of(post).state) == (state, "done")


def test_the_id_of_a_new_letter_is_not_stopped_for_what_was_found_about_the_old_one(
    post: Post,
) -> None:
    person = post.household(active=True)
    take_in(post, number_of(post, person))
    by(post, post.officer, returned_in_use.propose, "stranger")
    with post.database.write() as session:
        work = work_in(session, post.officer, NOW, program=PROGRAM)
        new = NewCredential(person.household_id, plain_login_id(), "no hash")
        move(work, issue(work, new), "activate")
    by(post, post.colleague, returned_in_use.confirm)
    with post.database.read() as session:
        states = session.scalars(select(Credential.state).order_by(Credential.id)).all()
    assert states == ["superseded", "active"]
    assert task_of(post).state == "done"


def test_a_letter_whose_id_is_in_use_is_not_replaced_unasked(post: Post) -> None:
    person = post.household(active=True)
    program = with_rules(first_redelivery_unasked=True)
    assert take_in(post, number_of(post, person), program=program).action is NextAction.ON_REQUEST
    with post.database.read() as session:
        assert session.scalars(select(Request)).all() == []


def test_nor_when_its_reason_is_corrected_after_two_found_the_family_uses_it(post: Post) -> None:
    person = post.household(active=True)
    program = with_rules(first_redelivery_unasked=True)
    item = take_in(post, number_of(post, person), program=program).item
    by(post, post.officer, returned_in_use.propose, "reached")
    by(post, post.colleague, returned_in_use.confirm)
    with post.database.write() as session:
        work = work_in(session, post.officer, NOW, program=program)
        corrected = correct_reason(work, item.id, "storage_ended")
        assert corrected.action == NextAction.ON_REQUEST
        assert session.scalars(select(Request)).all() == []


def test_only_such_a_task_is_decided_by_two(post: Post) -> None:
    person = post.household()
    take_in(post, number_of(post, person), "address_unknown")
    with pytest.raises(WrongStateError):
        by(post, post.officer, returned_in_use.propose, "reached")


@pytest.mark.parametrize("said", ["delivered", "lost"])
@pytest.mark.parametrize(("active", "state"), [(False, "suspended"), (True, "active")])
def test_a_letter_in_hand_is_taken_in_whatever_the_post_says(
    post: Post, said: str, state: str, *, active: bool
) -> None:
    person = post.household(active=active)
    if said == "delivered":
        post.mail(person, "deliver", POSTED + timedelta(days=2))
    else:
        post.mail(person, "lose")
    take_in(post, number_of(post, person))
    assert state_of_id(post) == state
    with post.database.read() as session:
        shipment = session.scalars(select(Shipment)).one()
        assert (shipment.state, shipment.returned_on) == ("returned", TODAY)
        delivered = POSTED + timedelta(days=2) if said == "delivered" else None
        assert shipment.delivered_on == delivered, "what the post reported stays on record"
        assert session.scalars(select(ReturnedItem.state)).one() == "kept"
    with pytest.raises(ConflictError, match="もう受け取って"):
        take_in(post, number_of(post, person))
