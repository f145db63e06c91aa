"""The register of incidents (clause 7(6)②, 13): opened, described in nine fields, contained, reported, closed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.models import AuditEvent
from portal.domain.audit.services import record
from portal.domain.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.errors import InputError, NotAllowedError, NotFoundError, WrongStateError
from portal.domain.incidents.kinds import FIELDS, FINAL, FIRST, INCIDENT_KINDS, REPORTS, RESULT
from portal.domain.incidents.models import Incident, IncidentReport
from portal.domain.incidents.states import INCIDENT, INCIDENT_REPORT
from portal.domain.tasks.services import new_receipt_no
from portal.domain.texts import _s
from portal.domain.vault import Vault, seal, seal_json, unseal, unseal_json

FIELD_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when an incident is opened; instants are UTC."""

    kind: str
    known_at: datetime
    occurred_at: datetime | None = None
    malicious: bool = False
    summary: str = ""


def open_incident(session: Session, vault: Vault, opening: Opening, actor: Actor, now: datetime) -> Incident:
    """Open an incident; its clocks run from the moment of knowing.

    Raises:
        InputError: no kind, an instant to come, what happened after it was known, or a fault in the words (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    if actor.id is None:
        raise NotAllowedError(_s("事故を記録できるのは、アカウントのある職員だけです。"))
    if opening.kind not in INCIDENT_KINDS:
        raise InputError(_s("事故の種類を選んでください。"), code="kind")
    if opening.known_at > now:
        raise InputError(_s("知った時は、今かそれより前にしてください。"), code="known_on")
    if opening.occurred_at is not None and opening.occurred_at > opening.known_at:
        raise InputError(_s("起きた時は、知った時より前にしてください。"), code="occurred_on")
    _check(session, vault, "summary", opening.summary)
    if not opening.summary.strip():
        raise InputError(_s("何が起きたかを書いてください。"), code="summary")
    key, wrapped = vault.new_data_key()
    number = new_receipt_no()
    row = Incident(
        number=number, kind=opening.kind, malicious=opening.malicious, known_at=opening.known_at,
        occurred_at=opening.occurred_at, opened_by=actor.id, opened_at=now, changed_at=now, wrapped_key=wrapped,
        sealed=seal_json(key, {"summary": opening.summary.strip()}, _place(number)),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, row, "opened", actor, now, kind=row.kind, malicious=row.malicious)
    return row


def fields_of(vault: Vault, row: Incident) -> dict[str, str]:
    """Return the nine fields; those not written yet are empty."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, _place(row.number))
    return {name: str(opened.get(name, "")) for name in FIELDS}


def write_fields(
    session: Session, vault: Vault, incident_id: int, texts: Mapping[str, str], *, malicious: bool, actor: Actor,
    now: datetime,
) -> Incident:  # fmt: skip
    """Write the nine fields anew; those that are not given stay.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it is closed.
        InputError: a text is too long, or holds a secret (code: the field).
    """
    row = locked(session, incident_id)
    if row.state == "closed":
        raise WrongStateError(_s("この事故は終わっています。書き直すときは、先に再開してください。"))
    fields = fields_of(vault, row)
    for name, text in texts.items():
        if name in FIELDS:
            _check(session, vault, name, text)
            fields[name] = text.strip()
    row.sealed = seal_json(vault.unwrap(row.wrapped_key), fields, _place(row.number))
    row.malicious, row.changed_at = malicious, now
    _note(
        session,
        row,
        "written",
        actor,
        now,
        malicious=malicious,
        fields=sorted(n for n, t in fields.items() if t),
    )
    return row


def _check(session: Session, vault: Vault, name: str, text: str) -> None:
    if len(text) > FIELD_MAX:
        raise InputError(_s("2,000文字までで書いてください。"), code=name)
    try:
        refuse_secrets(text)
        refuse_coupons(session, vault, text)
    except InputError as error:
        raise InputError(error.message, code=name) from None


def tell_ward(session: Session, incident_id: int, told_at: datetime, actor: Actor, now: datetime) -> Incident:
    """Note when the ward was told; the first time counts.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it was told before.
        InputError: before it was known, or a time to come (code ``told_on``).
    """
    row = locked(session, incident_id)
    if row.ward_told_at is not None:
        raise WrongStateError(_s("区には、もう知らせてあります。"))
    if not row.known_at <= told_at <= now:
        raise InputError(_s("区に知らせた時は、知った時よりあと、今より前にしてください。"), code="told_on")
    row.ward_told_at, row.changed_at = told_at, now
    _note(session, row, "ward_told", actor, now)
    return row


def contain(session: Session, incident_id: int, actor: Actor, now: datetime) -> Incident:
    """Note that it spreads no further: what could be stopped is stopped. Raises NotFoundError and WrongStateError."""
    row = locked(session, incident_id)
    state = INCIDENT.next(row.state, "contain")
    if row.contained_at is not None:
        raise WrongStateError(_s("もう、広がりを止めたと記録してあります。"))
    row.state, row.contained_at, row.changed_at = state, now, now
    _note(session, row, "contain", actor, now)
    return row


def close(session: Session, incident_id: int, actor: Actor, now: datetime) -> Incident:
    """End an incident: it is contained, and the ward has confirmed the final report or the result.

    Raises:
        NotFoundError, WrongStateError: no such incident, or it was not reported yet.
        NotAllowedError: something is missing (code ``contained`` or ``final``).
    """
    row = locked(session, incident_id)
    state = INCIDENT.next(row.state, "close")
    if row.contained_at is None:
        raise NotAllowedError(_s("広がりを止めたことを、先に記録してください。"), code="contained")
    done = {one.kind for one in reports_of(session, row.id) if one.state == "confirmed"}
    if not done & {FINAL, RESULT}:
        raise NotAllowedError(
            _s("事故報告書（確報）か結果報告書を、区が確認してから終わりにしてください。"), code="final"
        )
    row.state, row.closed_at, row.changed_at = state, now, now
    _note(session, row, "close", actor, now)
    return row


def reopen(session: Session, incident_id: int, actor: Actor, now: datetime) -> Incident:
    """Take a closed incident up again. Raises NotFoundError and WrongStateError."""
    row = locked(session, incident_id)
    row.state, row.closed_at, row.changed_at = INCIDENT.next(row.state, "reopen"), None, now
    _note(session, row, "reopen", actor, now)
    return row


def keep_report(
    session: Session,
    vault: Vault,
    incident_id: int,
    kind: str,
    content: Mapping[str, Any],
    pdf: bytes,
    actor: Actor,
    now: datetime,
) -> IncidentReport:
    """Freeze a report about an incident, as data and as paper; it goes to the ward now, which confirms it or gives it back.

    Raises:
        NotFoundError: there is none of that key.
        InputError: no such kind of report (code ``kind``).
        NotAllowedError: one of this kind waits for the ward already (``waiting``), or nobody acts.
    """
    row = locked(session, incident_id)
    if kind not in REPORTS:
        raise InputError(_s("報告書の種類を選んでください。"), code="kind")
    if actor.id is None:
        raise NotAllowedError(_s("報告書を書けるのは、アカウントのある職員だけです。"))
    mine = [one for one in reports_of(session, row.id) if one.kind == kind]
    if any(one.state == INCIDENT_REPORT.initial for one in mine):
        raise NotAllowedError(_s("同じ種類の報告書が、区の確認を待っています。"), code="waiting")
    key, wrapped = vault.new_data_key()
    number, place = len(mine) + 1, _report_place(row.id, kind, len(mine) + 1)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    report = IncidentReport(
        incident_id=row.id, kind=kind, number=number, written_by=actor.id, written_at=now, wrapped_key=wrapped,
        sha256=hashlib.sha256(text).hexdigest(), sealed=seal_json(key, content, place),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(), sealed_pdf=seal(key, pdf, f"{place}:pdf".encode()),
    )  # fmt: skip
    session.add(report)
    session.flush()
    _note(
        session,
        row,
        "report_written",
        actor,
        now,
        kind=kind,
        number=number,
        sha256=report.sha256,
        pdf_sha256=report.pdf_sha256,
    )
    return report


def next_number(session: Session, incident_id: int, kind: str) -> int:
    """Return the number of the version that a report of this kind would get, for who holds the incident's row."""
    return sum(one.kind == kind for one in reports_of(session, incident_id)) + 1


def report_pdf(vault: Vault, report: IncidentReport) -> bytes:
    """Return the paper as it went to the ward. Raises IntegrityFaultError."""
    place = _report_place(report.incident_id, report.kind, report.number)
    return unseal(vault.unwrap(report.wrapped_key), report.sealed_pdf, f"{place}:pdf".encode())


def report_content(vault: Vault, report: IncidentReport) -> dict[str, Any]:
    """Return a report as it was frozen. Raises IntegrityFaultError."""
    place = _report_place(report.incident_id, report.kind, report.number)
    opened: dict[str, Any] = unseal_json(vault.unwrap(report.wrapped_key), report.sealed, place)
    return opened


def confirm_report(session: Session, report_id: int, actor: Actor, now: datetime) -> IncidentReport:
    """Confirm a report as the ward; the first one confirmed moves the incident.

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the actor wrote it.
        WrongStateError: it was decided before.
    """
    return _decide(session, report_id, "confirm", actor, now)


def give_back_report(
    session: Session, vault: Vault, report_id: int, reason: str, actor: Actor, now: datetime
) -> IncidentReport:
    """Give a report back as the ward, and say why; the words are sealed with the event.

    Raises:
        InputError: no reason, a text that is too long, or one that holds a secret (code ``reason``).
        NotFoundError, NotAllowedError, WrongStateError: as ``confirm_report``.
    """
    words = reason.strip()
    if not words:
        raise InputError(_s("理由を書いてください。"), code="reason")
    _check(session, vault, "reason", words)
    report = report_by_id(session, report_id)
    sealed = seal_json(vault.unwrap(report.wrapped_key), {"reason": words}, _reason_place(report))
    return _decide(session, report_id, "give_back", actor, now, sealed=sealed)


def _decide(
    session: Session, report_id: int, action: str, actor: Actor, now: datetime, *, sealed: bytes | None = None
) -> IncidentReport:
    found = report_by_id(session, report_id)
    row = locked(session, found.incident_id)
    session.refresh(found, with_for_update=True)
    state = INCIDENT_REPORT.next(found.state, action)
    if actor.id is None or actor.id == found.written_by:
        raise NotAllowedError(
            _s("自分の書いた報告書は、自分では確認できません。区のほかの人が確認してください。")
        )
    found.state, found.decided_by, found.decided_at = state, actor.id, now
    if action == "confirm" and found.kind in {FIRST, FINAL} and INCIDENT.can(row.state, "report"):
        row.state, row.reported_at = INCIDENT.next(row.state, "report"), now
    row.changed_at = now
    _note(session, row, f"report_{action}", actor, now, sealed=sealed, kind=found.kind, number=found.number)
    return found


def given_back_because(session: Session, vault: Vault, report: IncidentReport) -> str:
    """Return why the ward gave a report back; empty where it did not. Raises IntegrityFaultError."""
    if report.state != "given_back":
        return ""
    events = select(AuditEvent.detail, AuditEvent.sealed).where(
        AuditEvent.subject == "incident", AuditEvent.subject_id == report.incident_id,
        AuditEvent.action == "incident.report_give_back", AuditEvent.sealed.is_not(None),
    )  # fmt: skip
    for detail, sealed in session.execute(events):
        if (detail.get("kind"), detail.get("number")) == (report.kind, report.number):
            opened = unseal_json(vault.unwrap(report.wrapped_key), sealed, _reason_place(report))
            return str(opened["reason"])
    return ""


def reports_of(session: Session, incident_id: int) -> list[IncidentReport]:
    """Return the reports about an incident, the newest first."""
    statement = select(IncidentReport).where(IncidentReport.incident_id == incident_id)
    return list(session.scalars(statement.order_by(IncidentReport.id.desc())))


def report_by_id(session: Session, report_id: int) -> IncidentReport:
    """Return one report. Raises NotFoundError."""
    found = session.get(IncidentReport, report_id)
    if found is None:
        raise NotFoundError(_s("この報告書は見つかりませんでした。"))
    return found


def incident_by_id(session: Session, incident_id: int) -> Incident:
    """Return an incident. Raises NotFoundError."""
    row = session.get(Incident, incident_id)
    if row is None:
        raise _unknown()
    return row


def locked(session: Session, incident_id: int) -> Incident:
    """Return an incident, locked to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    statement = select(Incident).where(Incident.id == incident_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(_s("この事故の記録は見つかりませんでした。"))


def open_incidents(session: Session) -> int:
    """Return how many incidents are not closed."""
    return session.scalar(select(func.count()).where(Incident.state != "closed")) or 0


def note(session: Session, row: Incident, action: str, actor: Actor, now: datetime, **detail: Any) -> None:
    """Log a step of an incident; other modules of this slice use it."""
    _note(session, row, action, actor, now, **detail)


def _place(number: str) -> str:
    return f"incident:{number}"


def _report_place(incident_id: int, kind: str, number: int) -> str:
    return f"incident_report:{incident_id}:{kind}:{number}"


def _reason_place(report: IncidentReport) -> str:
    return f"{_report_place(report.incident_id, report.kind, report.number)}:reason"


def _note(
    session: Session, row: Incident, action: str, actor: Actor, now: datetime, *, sealed: bytes | None = None,
    **detail: Any,
) -> None:  # fmt: skip
    session.flush()
    record(
        session,
        actor,
        now,
        f"incident.{action}",
        "incident",
        row.id,
        sealed=sealed,
        state=row.state,
        **detail,
    )
