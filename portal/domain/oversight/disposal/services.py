"""Begin a disposal, and note each step of it that is done."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.models import Disposal
from portal.domain.oversight.disposal.obstacles import obstacles, sentences
from portal.domain.oversight.disposal.recording import attesting
from portal.domain.oversight.disposal.states import DISPOSAL
from portal.domain.people.staff.both_sides import require_both_sides
from portal.domain.people.staff.models import StaffUser

SUBJECT = "disposal"
CLOSED_LOGIN, CLOSED_NAME = "closed-{}", "閉じたアカウント {}"


def the_disposal(session: Session) -> Disposal | None:
    """Return the disposal, None if none was begun."""
    return session.scalar(select(Disposal).limit(1))


def begin(
    work: Work, other: Actor, attested: Collection[Attested], found: Mapping[str, Any]
) -> Disposal:
    """Begin the disposal: from the end of this transaction on there is no way back.

    Raises:
        ConflictError: something is still to be done; the message lists it (code ``obstacles``).
        NotAllowedError: the two are not of contractor and ward.
        InputError: something was not attested; the message lists it.
    """
    if work.actor.id is None or other.id is None:
        raise NotAllowedError(_s("廃棄できるのは、アカウントのある職員だけです。"))
    require_both_sides(work.actor, other)
    if in_the_way := obstacles(work):
        raise ConflictError(
            _s("まだ廃棄できません。何も変わっていません。")
            + "".join(f"\n- {one}" for one in sentences(in_the_way)),
            code="obstacles",
        )
    if missing := [one for one in Attested if one not in attested]:
        raise InputError(
            _s("2人で確かめたことを、--attest で1つずつ指定してください。")
            + "".join(f"\n- {one.value}: {one.label}" for one in missing),
            code="attest",
        )
    people = attesting(work, (work.actor, other), tuple(Attested))
    row = Disposal(
        begun_by=work.actor.id,
        confirmed_by=other.id,
        begun_at=work.now,
        record=dict(found) | people,
    )
    work.session.add(row)
    work.session.flush()
    record(work, "disposal.begun", SUBJECT, row.id, with_staff=other.id, keys=found["keys"])
    return row


def note_keys_gone(work: Work, row: Disposal, names: list[str], host: str) -> None:
    """Note that the keys of a machine are gone; a later machine's are only recorded."""
    if DISPOSAL.can(row.state, "destroy_keys"):
        row.state, row.keys_gone_at = DISPOSAL.next(row.state, "destroy_keys"), work.now
    record(work, "disposal.keys_destroyed", SUBJECT, row.id, files=names, host=host)
    work.session.flush()


def note_rows_gone(work: Work, row: Disposal, rows: Mapping[str, int]) -> None:
    """Note, in the transaction that removed them, that the rows are gone; close all accounts."""
    row.state, row.rows_gone_at = DISPOSAL.next(row.state, "remove_rows"), work.now
    row.record = row.record | {"removed": dict(rows)}
    close_accounts(work.session)
    record(work, "disposal.rows_removed", SUBJECT, row.id, rows=sum(rows.values()))
    work.session.flush()


def close_accounts(session: Session) -> None:
    """Close every account, and take name, login and secrets from it; its number stays."""
    for key in session.scalars(select(StaffUser.id)).all():
        session.execute(
            update(StaffUser)
            .where(StaffUser.id == key)
            .values(
                login=CLOSED_LOGIN.format(key),
                display_name=CLOSED_NAME.format(key),
                active=False,
                password_hash="",
                totp_sealed=b"",
            )
        )


def complete(session: Session, now: datetime, head: str) -> Disposal:
    """Note the last head of the audit chain; nothing is recorded after it."""
    row = session.scalar(select(Disposal).with_for_update())
    if row is None:
        raise RuntimeError("no disposal was begun")
    row.state, row.completed_at = DISPOSAL.next(row.state, "complete"), now
    row.head = head
    session.flush()
    return row
