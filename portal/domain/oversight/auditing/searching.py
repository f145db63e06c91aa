"""The auditor's search: who did what, when, with which family."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded
from portal.domain.foundation.work import Work
from portal.domain.people.households.looks import (
    OF_WARD_ALONE,
    VIEWED,
    named_households,
    names_household,
)
from portal.domain.people.households.queries import household_id_of, protected_among
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import STAFF_ROLES

ROLES = [role.value for role in STAFF_ROLES]
LISTED = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to search for, from ``start`` to ``end`` (exclusive, UTC).

    Attributes:
        login: A member of the staff; "" for everybody.
        household: The ward's number of a household, or its key as ``#123``; "" for all.
        action: The beginning of an action (``household.``); "" for all.
        before: Only events with a lower key, for the next page.
    """

    start: datetime
    end: datetime
    login: str = ""
    household: str = ""
    action: str = ""
    before: int | None = None


class AuditRow(Struct, frozen=True):
    """One event as the auditor sees it.

    Attributes:
        id: Its key.
        at: When (UTC).
        role: The role of who did it; ``who`` and ``login`` are empty for residents and programs.
        who: The name of the member of the staff.
        login: Their login.
        action: What was done, a stable code.
        page: Where it was seen, for looks.
        households: The keys of the families.
        hidden: Whether it is about a family that only the ward may know of.
    """

    id: int
    at: datetime
    role: str
    who: str
    login: str
    action: str
    page: str
    households: tuple[int, ...]
    hidden: bool


def search(
    work: Work, wanted: Wanted, *, include_protected: bool, limit: int = LISTED
) -> list[AuditRow]:
    """Return events, the newest first.

    Without ``include_protected`` a protected family is not found, and its events name no family.

    Raises:
        InputError: the period is empty, or there is no such account or family (code: the field).
    """
    found = _events(
        work.session, conditions(work, wanted, include_protected=include_protected), limit
    )
    concerned = {key for event in found for key in _families(event)}
    hidden = set() if include_protected else protected_among(work.session, concerned)
    return [_row(event, hidden, include_protected) for event in found]


def _events(session: Session, conditions: list[ColumnElement[bool]], limit: int) -> Sequence[Any]:
    statement = (
        select(
            AuditEvent.id,
            AuditEvent.at,
            AuditEvent.actor_role,
            AuditEvent.action,
            AuditEvent.subject,
            AuditEvent.household_id,
            AuditEvent.detail,
            StaffUser.display_name,
            StaffUser.login,
        )
        .outerjoin(
            StaffUser, and_(StaffUser.id == AuditEvent.actor_id, AuditEvent.actor_role.in_(ROLES))
        )
        .where(*conditions)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    return session.execute(statement).all()


def conditions(work: Work, wanted: Wanted, *, include_protected: bool) -> list[ColumnElement[bool]]:
    """Return what an event must fulfill.

    Raises:
        InputError: as for ``search``.
    """
    if wanted.end <= wanted.start:
        raise InputError(_s("終わりは、始まりよりあとにしてください。"), code="to_on")
    found: list[ColumnElement[bool]] = [
        AuditEvent.at >= wanted.start,
        AuditEvent.at < wanted.end,
    ]
    if wanted.before is not None:
        found.append(AuditEvent.id < wanted.before)
    if wanted.action:
        found.append(AuditEvent.action.startswith(wanted.action, autoescape=True))
    if wanted.login.strip():
        found += _of_staff(work.session, wanted.login)
    if wanted.household.strip():
        key = _household(work, wanted.household, include_protected)
        found.append(or_(AuditEvent.household_id == key, names_household(key)))
    return found


def _of_staff(session: Session, login: str) -> Iterator[ColumnElement[bool]]:
    key = session.scalar(select(StaffUser.id).where(StaffUser.login == folded(login).lower()))
    if key is None:
        raise InputError(_s("このログイン名の職員はいません。"), code="login")
    yield AuditEvent.actor_id == key
    yield AuditEvent.actor_role.in_(ROLES)


def _household(work: Work, typed: str, include_protected: bool) -> int:
    key = household_id_of(work, typed)
    if key is None or (not include_protected and protected_among(work.session, [key])):
        raise InputError(_s("この番号の世帯は見つかりませんでした。"), code="household")
    return key


def _families(event: Any) -> list[int]:
    if event.action == VIEWED:
        return named_households(event.detail)
    return [event.household_id] if event.household_id is not None else []


def _row(event: Any, protected: set[int], include_protected: bool) -> AuditRow:
    families = _families(event)
    hidden = any(key in protected for key in families) or (
        event.subject == OF_WARD_ALONE and not include_protected
    )
    return AuditRow(
        event.id,
        event.at,
        Role(event.actor_role).label,
        event.display_name or "",
        event.login or "",
        event.action,
        "" if hidden else str(event.detail.get("page", "")),
        () if hidden else tuple(families),
        hidden,
    )
