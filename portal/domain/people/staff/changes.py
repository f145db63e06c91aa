"""What happened to the accounts of the staff: shown to the ward, who decides with whom it works."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.texts import Labeled, _s, label_of
from portal.domain.people.staff.models import StaffUser

ROWS = 100


class Change(Labeled):
    """What can happen to an account, as the ward reads it; each is an audit event."""

    ADDED = "staff.added", lambda: _s("追加")
    UNLOCKED = "staff.unlocked", lambda: _s("間違いの記録を消し、またサインインできるようにした")
    ENROLLED = "staff.enrolled", lambda: _s("本人がパスワードと認証アプリのキーを登録")
    RENEWED = "staff.renewed", lambda: _s("パスワードと認証アプリのキーを作りなおした")
    KEY_ADDED = "staff.key_added", lambda: _s("セキュリティキーを登録")
    KEY_ENDED = "staff.key_ended", lambda: _s("セキュリティキーを消した")
    DEACTIVATED = "staff.deactivated", lambda: _s("停止")
    WITHOUT_ADMINISTRATOR = (
        "staff.without_administrator",
        lambda: _s("管理者の番号なしで、root が実行"),
    )


class AccountChange(Struct, frozen=True):
    """One event of an account.

    Attributes:
        at: When it happened (UTC).
        what: What happened, in words.
        name: The name of the account's owner, with the organization and role of the account.
        by: The names of who decided, with the second person where there was one; the system, for a
            command without a person.
        by_role: Organization and role of each of them, for papers without persons.
        machine_user: The operating system's user of a command, else an empty text.
    """

    at: datetime
    what: str
    name: str
    organization: str
    role: str
    by: str
    by_role: str
    machine_user: str


def recent_changes(session: Session) -> list[AccountChange]:
    """Return the newest hundred changes, the newest first."""
    return _changes(session, ROWS)


def changes_of(session: Session, staff_id: int) -> list[AccountChange]:
    """Return the newest changes of one account, the newest first: its owner is told of them."""
    return _changes(session, ROWS, AuditEvent.subject_id == staff_id)


def changes_between(session: Session, start: datetime, end: datetime) -> list[AccountChange]:
    """Return the changes from ``start`` until before ``end`` (UTC), the newest first."""
    return _changes(session, None, AuditEvent.at >= start, AuditEvent.at < end)


def _changes(
    session: Session, limit: int | None, *wanted: ColumnElement[bool]
) -> list[AccountChange]:
    query = (
        select(AuditEvent)
        .where(AuditEvent.subject == "staff_user", AuditEvent.action.in_(list(Change)), *wanted)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    events = session.scalars(query).all()
    people = _people(session, events)
    return [_shown(event, people) for event in events]


def _people(session: Session, events: Iterable[AuditEvent]) -> dict[int, StaffUser]:
    keys: set[Any] = set()
    for event in events:
        keys |= {event.subject_id, event.actor_id, event.detail.get("confirmed_by")}
    keys.discard(None)
    rows = session.scalars(select(StaffUser).where(StaffUser.id.in_(keys)))
    return {one.id: one for one in rows}


def _shown(event: AuditEvent, people: dict[int, StaffUser]) -> AccountChange:
    owner = people.get(event.subject_id or 0)
    deciders = [
        people[key] for key in (event.actor_id, event.detail.get("confirmed_by")) if key in people
    ]
    return AccountChange(
        event.at,
        label_of(Change, event.action),
        owner.display_name if owner is not None else "",
        owner.organization if owner is not None else "",
        owner.role if owner is not None else "",
        "、".join(one.display_name for one in deciders) or Role.SYSTEM.label,
        "、".join(_place(one) for one in deciders) or Role.SYSTEM.label,
        str(event.detail.get("os_user", "")),
    )


def _place(user: StaffUser) -> str:
    return f"{label_of(Organization, user.organization)}・{label_of(Role, user.role)}"
