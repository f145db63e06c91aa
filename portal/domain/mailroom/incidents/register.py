"""Keep the register of incidents (clause 7(6)②, 13).

An incident is opened, described in nine fields, contained, reported and closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.kinds import IncidentKind, ReportField, ReportKind
from portal.domain.mailroom.incidents.models import Incident
from portal.domain.mailroom.incidents.queries import reports_of
from portal.domain.mailroom.incidents.states import INCIDENT, IncidentState, ReportState
from portal.domain.people.tasks.services import new_receipt_no

FIELD_MAX = 2_000


class Opening(Struct, frozen=True):
    """The facts with which an incident is opened; instants are UTC."""

    kind: str
    known_at: datetime
    occurred_at: datetime | None = None
    malicious: bool = False
    summary: str = ""


def open_incident(work: Work, opening: Opening) -> Incident:
    """Open an incident; its deadlines count from the day of knowledge.

    Raises:
        InputError: no kind, a future instant, an occurrence after the knowledge of it, or a summary
            that is missing, too long or contains a secret (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("事故を記録できるのは、アカウントのある職員だけです。"))
    if IncidentKind.known(opening.kind) is None:
        raise InputError(_s("事故の種類を選んでください。"), code="kind")
    if opening.known_at > work.now:
        raise InputError(_s("知った時は、今かそれより前にしてください。"), code="known_on")
    if opening.occurred_at is not None and opening.occurred_at > opening.known_at:
        raise InputError(_s("起きた時は、知った時より前にしてください。"), code="occurred_on")
    check_words(work, "summary", opening.summary)
    if not opening.summary.strip():
        raise InputError(_s("何が起きたかを書いてください。"), code="summary")
    key, wrapped = work.vault.new_data_key()
    number = new_receipt_no()
    row = Incident(
        number=number,
        kind=opening.kind,
        malicious=opening.malicious,
        known_at=opening.known_at,
        occurred_at=opening.occurred_at,
        opened_by=work.actor.id,
        opened_at=work.now,
        changed_at=work.now,
        wrapped_key=wrapped,
        sealed=seal_json(key, {"summary": opening.summary.strip()}, _place(number)),
    )
    work.session.add(row)
    work.session.flush()
    record_step(work, row, "opened", kind=row.kind, malicious=row.malicious)
    return row


def fields_of(vault: Vault, row: Incident) -> dict[str, str]:
    """Return the nine fields; those not written yet are empty."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, _place(row.number))
    return {name: str(opened.get(name, "")) for name in ReportField}


@dataclass(frozen=True, slots=True)
class Description:
    """The description of an incident: texts by field, and whether somebody meant harm."""

    texts: Mapping[str, str] = field(repr=False)
    malicious: bool = False


def write_fields(work: Work, incident_id: int, description: Description) -> Incident:
    """Update the nine fields; those that are not given are kept.

    Raises:
        NotFoundError: no incident has this key.
        WrongStateError: it is closed.
        InputError: a text is too long, or contains a secret (code: the field).
    """
    row = locked(work.session, incident_id)
    if row.state == IncidentState.CLOSED:
        raise WrongStateError(
            _s("この事故は終わっています。書き直すときは、先に再開してください。")
        )
    fields = fields_of(work.vault, row)
    for name, text in description.texts.items():
        if ReportField.known(name) is not None:
            check_words(work, name, text)
            fields[name] = text.strip()
    row.sealed = seal_json(work.vault.unwrap(row.wrapped_key), fields, _place(row.number))
    row.malicious, row.changed_at = description.malicious, work.now
    written = sorted(name for name, text in fields.items() if text)
    record_step(work, row, "written", malicious=row.malicious, fields=written)
    return row


def check_words(work: Work, name: str, text: str) -> None:
    """Refuse a text that is too long or contains a secret.

    Raises InputError (code: ``name``, the field).
    """
    if len(text) > FIELD_MAX:
        raise InputError(_s("2,000文字までで書いてください。"), code=name)
    try:
        refuse_secrets(text)
        refuse_coupons(work, text)
    except InputError as error:
        raise InputError(error.message, code=name) from None


def tell_ward(work: Work, incident_id: int, told_at: datetime) -> Incident:
    """Record when the ward was informed for the first time.

    Raises:
        NotFoundError: no incident has this key.
        WrongStateError: it was informed before.
        InputError: before it was known, or in the future (code ``told_on``).
    """
    row = locked(work.session, incident_id)
    if row.ward_told_at is not None:
        raise WrongStateError(_s("区には、もう知らせてあります。"))
    if not row.known_at <= told_at <= work.now:
        raise InputError(
            _s("区に知らせた時は、知った時よりあと、今より前にしてください。"), code="told_on"
        )
    row.ward_told_at, row.changed_at = told_at, work.now
    record_step(work, row, "ward_told")
    return row


def contain(work: Work, incident_id: int) -> Incident:
    """Record that the incident is contained: everything that could be stopped is stopped.

    Raises NotFoundError and WrongStateError.
    """
    row = locked(work.session, incident_id)
    state = INCIDENT.next(row.state, "contain")
    if row.contained_at is not None:
        raise WrongStateError(_s("もう、広がりを止めたと記録してあります。"))
    row.state, row.contained_at, row.changed_at = state, work.now, work.now
    record_step(work, row, "contain")
    return row


def close(work: Work, incident_id: int) -> Incident:
    """Close a contained incident whose final report or result the ward has confirmed.

    Raises:
        NotFoundError, WrongStateError: no such incident, or it was not reported yet.
        NotAllowedError: something is missing (code ``contained`` or ``final``).
    """
    row = locked(work.session, incident_id)
    state = INCIDENT.next(row.state, "close")
    if row.contained_at is None:
        raise NotAllowedError(_s("広がりを止めたことを、先に記録してください。"), code="contained")
    done = {
        one.kind for one in reports_of(work.session, row.id) if one.state == ReportState.CONFIRMED
    }
    if not done & {ReportKind.FINAL, ReportKind.RESULT}:
        raise NotAllowedError(
            _s("事故報告書（確報）か結果報告書を、区が確認してから終わりにしてください。"),
            code="final",
        )
    row.state, row.closed_at, row.changed_at = state, work.now, work.now
    record_step(work, row, "close")
    return row


def reopen(work: Work, incident_id: int) -> Incident:
    """Reopen a closed incident. Raises NotFoundError and WrongStateError."""
    row = locked(work.session, incident_id)
    row.state, row.closed_at, row.changed_at = INCIDENT.next(row.state, "reopen"), None, work.now
    record_step(work, row, "reopen")
    return row


def incident_by_id(session: Session, incident_id: int) -> Incident:
    """Return an incident. Raises NotFoundError."""
    row = session.get(Incident, incident_id)
    if row is None:
        raise _unknown()
    return row


def locked(session: Session, incident_id: int) -> Incident:
    """Return an incident, locked to the end of the transaction.

    Raises:
        NotFoundError: no incident has this key.
    """
    row = session.get(Incident, incident_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(_s("この事故の記録は見つかりませんでした。"))


def open_incidents(session: Session) -> int:
    """Return how many incidents are not closed."""
    return session.scalar(select(func.count()).where(Incident.state != IncidentState.CLOSED)) or 0


def _place(number: str) -> str:
    return f"incident:{number}"


def record_step(work: Work, row: Incident, action: str, **detail: Any) -> None:
    """Record a step of an incident in the audit log."""
    work.session.flush()
    record(work, f"incident.{action}", "incident", row.id, state=row.state, **detail)
