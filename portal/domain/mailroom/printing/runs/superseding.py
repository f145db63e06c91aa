"""Supersede the letters of a whole run at once, with their IDs and passwords.

The next run makes new ones.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record_many
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import CREDENTIAL as WITH_ID
from portal.domain.letters.letters.kinds import Kind, kind_of
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.orders import reopen_orders
from portal.domain.people.authn import passkeys
from portal.domain.people.authn.sessions import RESIDENT, end_many
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CREDENTIAL, CredentialState

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Superseded:
    """How many letters were superseded, and how many IDs were closed with them."""

    letters: int
    credentials: int


class Superseding(Struct, frozen=True):
    """Which letters of a run are superseded, by their states, and for which reason (a code word).

    Letters for the ward's counter are included only with ``counter``.
    """

    states: Collection[str]
    reason: str
    counter: bool


def supersede_letters(work: Work, run_id: int, wanted: Superseding) -> Superseded:
    """Supersede letters of a run and their IDs.

    Their orders (for a redelivery, a reissue or another address) are reopened. The caller must have
    locked the run.
    """
    kind = kind_of(work.session, run_id)
    table = kind.table
    mine = [table.print_run_id == run_id, table.state.in_(wanted.states)]
    if not wanted.counter:
        mine.append(kind.by_post)
    letters = work.session.execute(
        select(table.id, table.household_id, table.state)
        .where(*mine)
        .order_by(table.id)
        .with_for_update()
    ).all()
    found = (
        work.session.scalars(select(Letter.credential_id).where(*mine)).all()
        if kind is WITH_ID
        else []
    )
    keys = [key for key in found if key is not None]
    by_state: dict[str, list[int]] = {}
    for row in letters:
        by_state.setdefault(row.state, []).append(row.id)
    _supersede(work.session, kind, by_state)
    if kind is WITH_ID:
        for part in _parts([row.id for row in letters]):
            reopen_orders(work, part)
    record_many(
        work,
        f"{kind.subject}.supersede",
        kind.subject,
        [(row.id, row.household_id) for row in letters],
        reason=wanted.reason,
    )
    closed = sum(_close(work, part, wanted.reason) for part in _parts(keys))
    return Superseded(len(letters), closed)


def _supersede(session: Session, kind: Kind, by_state: Mapping[str, Sequence[int]]) -> None:
    """Supersede letters, given by their state."""
    for state, keys in by_state.items():
        after = kind.machine.next(state, "supersede")
        for part in _parts(keys):
            session.execute(
                update(kind.table)
                .where(kind.table.id.in_(part))
                .values(state=after)
                .execution_options(synchronize_session="fetch")
            )


def _close(work: Work, ids: Sequence[int], reason: str) -> int:
    rows = work.session.scalars(
        select(Credential)
        .where(
            Credential.id.in_(ids),
            Credential.state.not_in((CredentialState.SUPERSEDED, CredentialState.CLOSED)),
        )
        .order_by(Credential.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    # in bulk, like the letters: fifty thousand single steps would block everybody for minutes
    for state in {row.state for row in rows}:
        work.session.execute(
            update(Credential)
            .where(Credential.id.in_([row.id for row in rows if row.state == state]))
            .values(state=CREDENTIAL.next(state, "supersede"), changed_at=work.now)
            .execution_options(synchronize_session=False)
        )
    keys = [row.id for row in rows]
    end_many(work.session, RESIDENT, keys)
    passkeys.forget_all(work.session, keys)
    events = [(row.id, row.household_id) for row in rows]
    record_many(work, "credential.supersede", "credential", events, reason=reason)
    for row in rows:
        work.session.expire(row)
    return len(events)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
