"""A request of a person as its steps take it: the row, locked, and what stands sealed in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.registers.models import PersonRequest
from portal.domain.oversight.registers.states import PERSON_REQUEST
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may
from portal.domain.people.staff.queries import staff_user

SUBJECT = "person_request"


@dataclass(frozen=True, slots=True)
class Words:
    """What is sealed: the typed number, why the ward refuses, and the order of an extract."""

    number: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    persons: tuple[int, ...] = ()
    reserved: tuple[Reserved, ...] = ()
    read: tuple[str, ...] = ()
    black: tuple[str, ...] = field(default=(), repr=False)
    protection_considered: bool = False


def words_of(work: Work, row: PersonRequest) -> Words:
    """Return what is sealed in a request; nothing after its household was disposed of."""
    if row.sealed is None or row.wrapped_key is None:
        return Words()
    found = unseal_json(work.vault.unwrap(row.wrapped_key), row.sealed, sealed_under(row.entry_id))
    return Words(
        found["number"],
        found["reason"],
        tuple(found["persons"]),
        tuple(Reserved(one) for one in found["reserved"]),
        tuple(found["read"]),
        tuple(found["black"]),
        found["protection_considered"],
    )


def keep_words(work: Work, row: PersonRequest, words: Words) -> None:
    """Seal what was typed, under a new key."""
    key, row.wrapped_key = work.vault.new_data_key()
    values: Mapping[str, Any] = {
        "number": words.number,
        "reason": words.reason,
        "persons": list(words.persons),
        "reserved": [one.value for one in words.reserved],
        "read": list(words.read),
        "black": list(words.black),
        "protection_considered": words.protection_considered,
    }
    row.sealed = seal_json(key, values, sealed_under(row.entry_id))


def sealed_under(entry_id: int) -> str:
    """Return the context of what is sealed, by which a look at a request names it."""
    return f"person_request:{entry_id}"


def locked(work: Work, request_id: int) -> PersonRequest:
    """Return a request, locked.

    Raises:
        NotFoundError: there is none.
    """
    row = work.session.scalar(
        select(PersonRequest)
        .where(PersonRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise unknown()
    return row


def unknown() -> NotFoundError:
    """Return the refusal of a number that is none."""
    return NotFoundError(_s("この請求は見つかりませんでした。"))


def step(
    work: Work, row: PersonRequest, action: str, said: Mapping[str, object] | None = None
) -> None:
    """Take a step, on record with what is ``said``; the event stands in no family's timeline.

    Raises:
        WrongStateError: the state has no such step.
    """
    row.state = PERSON_REQUEST.next(row.state, action)
    row.changed_at = work.now
    work.session.flush()
    record(
        work,
        f"person_request.{action}",
        SUBJECT,
        row.id,
        kind=row.kind,
        said=dict(said or {}),
    )


def keeper(work: Work) -> StaffUser:
    """Return the actor's account, if it may have to do with requests.

    Raises:
        NotAllowedError: it may not.
    """
    return _holder(work, Permission.KEEP_PERSON_REQUESTS)


def answerer(work: Work) -> StaffUser:
    """Return the actor's account, if it answers requests for the ward.

    Raises:
        NotAllowedError: it does not.
    """
    return _holder(work, Permission.ANSWER_PERSON_REQUESTS)


def _holder(work: Work, permission: Permission) -> StaffUser:
    user = staff_user(work.session, work.actor.id)
    if user is None or not may(user, permission):
        raise NotAllowedError(_s("開示の請求に答えるのは、区の職員だけです。"))
    return user


def partner(work: Work, staff_id: int | None) -> Actor:
    """Return the other person of a step, if it is another one who still answers requests.

    Raises:
        NotAllowedError: it is the actor, or somebody who may not any more.
    """
    user = staff_user(work.session, staff_id)
    if user is None or user.id == work.actor.id:
        raise NotAllowedError(_s("区のふたりで行います。別の人が確認してください。"))
    if not may(user, Permission.ANSWER_PERSON_REQUESTS):
        raise NotAllowedError(
            _s("もうひとりは、いまは開示の請求に答えられません。はじめからやりなおしてください。")
        )
    return Actor(Role(user.role), user.id, Organization(user.organization))
