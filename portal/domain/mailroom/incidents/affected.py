"""Find in the audit log whose data was read, printed or exported between two instants.

Events contain no names, so neither does the result: households by key, with counts
(``security.md`` SEC-D2).
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import folded
from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import STAFF
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.households.queries import protected_among
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import STAFF_ROLES

CHUNK = 500


class What(Labeled):
    """What was done with the data."""

    LOOKED = "looked", lambda: _s("見た")
    PRINTED = "printed", lambda: _s("印刷した・渡した")
    TAKEN = "taken", lambda: _s("持ち出した（ファイル）")
    ANY = "any", lambda: _s("すべての操作")


LOOKED = (
    VIEWED,
    "household.opened",
    "household.unmasked",
    "scan.viewed",
    "escalation.read",
    "call.read",
    "call.number_shown",
    "fax.sender_read",
    "fax.number_read",
    "coupon_fault.read",
    "coupon.revealed",
    "coupon.viewed",
    "print_proof.viewed",
)
PRINTED = (
    "letter.printed",
    "letter.handed_over",
    "letter.handed_at_counter",
    "letter.posted",
    "notice.printed",
    "bare_letter.printed",
    "bare_letter.handed_over",
    "bare_letter.post",
)
ARCHIVES = ("print_archive.sent", "print_archive.taken")
"""Events of an archive that left the office; their detail names the run."""
TAKEN = (
    "report.taken",
    "person_list.fetched",
    "coupon.stop_list",
    "escalation.sheet_taken",
    *ARCHIVES,
)
RUNS = "print_run.%"
"""Events of a whole print run name only the run; they concern the households of its letters."""


class Search(Struct, frozen=True):
    """What to search for, from ``start`` to ``end`` (exclusive, UTC).

    It can be narrowed to one staff member, one session, or one print run.
    """

    start: datetime
    end: datetime
    what: What = What.LOOKED
    login: str = ""
    session_id: int | None = None
    print_run_id: int | None = None


class AffectedRow(Struct, frozen=True):
    """One affected household: the number of events, and the first and last of them (UTC)."""

    household_id: int
    events: int
    first_at: datetime
    last_at: datetime


class Affected(Struct, frozen=True):
    """The result of a search.

    ``of_ward_alone`` households are counted, but visible to the ward only. ``elsewhere`` counts the
    matching events that name no household (a list, a report), by action.
    """

    households: int
    of_ward_alone: int
    children: int
    events: int
    rows: tuple[AffectedRow, ...]
    elsewhere: tuple[tuple[str, int], ...]


def find(session: Session, search: Search, page: ListPage) -> Affected:
    """Return the affected households; ``rows`` are those of the page, the earliest event first.

    Raises:
        InputError: the period is empty, or there is no such person or session (code: the field).
    """
    found = _households(session, search)
    protected = protected_among(session, found)
    listed = sorted(
        (
            row
            for row in found.values()
            if page.include_protected or row.household_id not in protected
        ),
        key=lambda row: (row.first_at, row.household_id),
    )
    return Affected(
        len(found),
        len(protected),
        _children(session, found),
        sum(row.events for row in found.values()),
        tuple(listed[page.offset : page.offset + page.limit]),
        tuple(_elsewhere(session, search)),
    )


def household_ids(session: Session, search: Search) -> list[int]:
    """Return every affected household, including protected ones: to be recorded, not to be shown.

    Raises as ``find``.
    """
    return sorted(_households(session, search))


def _households(session: Session, search: Search) -> dict[int, AffectedRow]:
    if search.end <= search.start:
        raise InputError(_s("終わりは、始まりよりあとにしてください。"), code="to_on")
    conditions = _conditions(session, search)
    found: dict[int, AffectedRow] = {}
    rows = session.execute(
        select(
            AuditEvent.household_id, func.count(), func.min(AuditEvent.at), func.max(AuditEvent.at)
        )
        .where(AuditEvent.household_id.is_not(None), *conditions, *_of_run(search))
        .group_by(AuditEvent.household_id)
    )
    for household, count, first_at, last_at in rows:
        if household is not None:
            found[household] = AffectedRow(household, count, first_at, last_at)
    for household, at in households_of_runs(session, search):
        found.setdefault(household, AffectedRow(household, 1, at, at))
    for household, at in _looked_at(session, search):
        known = found.get(household, AffectedRow(household, 0, at, at))
        first_at, last_at = min(known.first_at, at), max(known.last_at, at)
        found[household] = AffectedRow(household, known.events + 1, first_at, last_at)
    return found


def _looked_at(session: Session, search: Search) -> Iterator[tuple[int, datetime]]:
    """Return the households of pages and lists that were shown; an event names all of them."""
    if search.print_run_id is not None or search.what not in {What.LOOKED, What.ANY}:
        return
    looks = select(AuditEvent.detail, AuditEvent.at).where(
        AuditEvent.action == VIEWED, *_conditions(session, search)
    )
    for detail, at in session.execute(looks):
        for household in named_households(detail):
            yield household, at


def _of_run(search: Search) -> list[ColumnElement[bool]]:
    if search.print_run_id is None:
        return []
    return [
        or_(
            *(
                and_(
                    AuditEvent.subject == name,
                    AuditEvent.subject_id.in_(
                        select(table.id).where(table.print_run_id == search.print_run_id)
                    ),
                )
                for name, table in (("letter", Letter), ("bare_letter", LetterWithoutId))
            )
        )
    ]


def households_of_runs(session: Session, search: Search) -> Iterator[tuple[int, datetime]]:
    """Return the households of print runs that were touched as a whole, and when first (UTC)."""
    if search.what not in {What.PRINTED, What.TAKEN, What.ANY}:
        return
    kinds = [*_who(session, search), AuditEvent.at >= search.start, AuditEvent.at < search.end]
    first: dict[int, datetime] = {}
    whole = select(AuditEvent.subject_id, AuditEvent.at).where(
        AuditEvent.subject == "print_run", AuditEvent.action.like(RUNS), *kinds
    )
    archives = select(AuditEvent.detail, AuditEvent.at).where(
        AuditEvent.action.in_(ARCHIVES), *kinds
    )
    touched = [(run, at) for run, at in session.execute(whole) if run is not None]
    touched += [(int(detail["run"]), at) for detail, at in session.execute(archives)]
    for run, at in touched:
        if search.print_run_id in {None, run}:
            first[run] = min(at, first.get(run, at))
    for run, at in first.items():
        for table in (Letter, LetterWithoutId):
            households = select(table.household_id).distinct()
            for household in session.scalars(
                households.where(table.print_run_id == run, table.household_id.is_not(None))
            ):
                if household is not None:
                    yield household, at


def _conditions(session: Session, search: Search) -> list[ColumnElement[bool]]:
    conditions = [AuditEvent.at >= search.start, AuditEvent.at < search.end, *_who(session, search)]
    wanted = {What.LOOKED: LOOKED, What.PRINTED: PRINTED, What.TAKEN: TAKEN}.get(search.what)
    if wanted is not None:
        conditions.append(AuditEvent.action.in_(wanted))
    return conditions


def _who(session: Session, search: Search) -> list[ColumnElement[bool]]:
    if search.session_id is not None:
        return _in_session(session, search.session_id)
    if not search.login.strip():
        return []
    staff = session.scalar(
        select(StaffUser.id).where(StaffUser.login == folded(search.login).lower())
    )
    if staff is None:
        raise InputError(_s("このログイン名の職員はいません。"), code="login")
    return [
        AuditEvent.actor_id == staff,
        AuditEvent.actor_role.in_([role.value for role in STAFF_ROLES]),
    ]


def _in_session(session: Session, session_id: int) -> list[ColumnElement[bool]]:
    row = session.get(AuthSession, session_id)
    if row is None or row.owner_id is None:
        raise InputError(
            _s("この番号のセッションはありません。終わったものは、職員と時刻でさがしてください。"),
            code="session",
        )
    roles = [role.value for role in STAFF_ROLES] if row.site == STAFF else [Role.RESIDENT.value]
    return [
        AuditEvent.actor_id == row.owner_id,
        AuditEvent.actor_role.in_(roles),
        AuditEvent.at >= row.created_at,
        AuditEvent.at < row.ends_at,
    ]


def _children(session: Session, keys: Collection[int]) -> int:
    return sum(
        session.scalar(
            select(func.count()).select_from(Entitlement).where(Entitlement.household_id.in_(chunk))
        )
        or 0
        for chunk in _chunks(keys)
    )


def _chunks(keys: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for first in range(0, len(ordered), CHUNK):
        yield ordered[first : first + CHUNK]


def _elsewhere(session: Session, search: Search) -> list[tuple[str, int]]:
    if search.print_run_id is not None:
        return []
    rows = session.scalars(
        select(AuditEvent.action).where(
            AuditEvent.household_id.is_(None),
            AuditEvent.action.not_in((*ARCHIVES, VIEWED)),
            *_conditions(session, search),
        )
    )
    return sorted(Counter(rows).items())
