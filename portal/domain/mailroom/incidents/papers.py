"""Submit reports about an incident to the ward, which confirms them or gives them back.

A submitted report is frozen, as data and as PDF; the ward gives one back with a reason.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal, seal_json, unseal, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.kinds import ReportKind
from portal.domain.mailroom.incidents.models import Incident, IncidentReport
from portal.domain.mailroom.incidents.queries import report_by_id, reports_of
from portal.domain.mailroom.incidents.register import check_words, locked, record_step
from portal.domain.mailroom.incidents.states import INCIDENT, INCIDENT_REPORT, ReportState


@dataclass(frozen=True, slots=True)
class FinishedReport:
    """A report as it is submitted: its kind (a ``ReportKind``), its content as data and as PDF."""

    kind: str
    content: Mapping[str, Any] = field(repr=False)
    pdf: bytes = field(repr=False)


def keep_report(work: Work, incident_id: int, finished: FinishedReport) -> IncidentReport:
    """Freeze a report about an incident, as data and as PDF, and submit it to the ward.

    Raises:
        NotFoundError: no incident has this key.
        InputError: no such kind of report (code ``kind``).
        NotAllowedError: one of this kind is waiting for the ward (``waiting``), or the actor has no
            account.
    """
    kind, pdf = finished.kind, finished.pdf
    row = locked(work.session, incident_id)
    _check_new(work, row.id, kind)
    key, wrapped = work.vault.new_data_key()
    number = next_number(work.session, row.id, kind)
    place = _report_place(row.id, kind, number)
    text = json.dumps(finished.content, ensure_ascii=False, sort_keys=True).encode()
    report = IncidentReport(
        incident_id=row.id,
        kind=kind,
        number=number,
        written_by=work.actor.id,
        written_at=work.now,
        wrapped_key=wrapped,
        sha256=hashlib.sha256(text).hexdigest(),
        sealed=seal_json(key, finished.content, place),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        sealed_pdf=seal(key, pdf, f"{place}:pdf".encode()),
    )
    work.session.add(report)
    work.session.flush()
    record_step(
        work,
        row,
        "report_written",
        kind=kind,
        number=number,
        sha256=report.sha256,
        pdf_sha256=report.pdf_sha256,
    )
    return report


def _check_new(work: Work, incident_id: int, kind: str) -> None:
    """Refuse an unknown kind, a system actor, and a second report that waits. As keep_report."""
    if ReportKind.known(kind) is None:
        raise InputError(_s("報告書の種類を選んでください。"), code="kind")
    if work.actor.id is None:
        raise NotAllowedError(_s("報告書を書けるのは、アカウントのある職員だけです。"))
    if any(
        one.kind == kind and one.state == INCIDENT_REPORT.initial
        for one in reports_of(work.session, incident_id)
    ):
        raise NotAllowedError(_s("同じ種類の報告書が、区の確認を待っています。"), code="waiting")


def next_number(session: Session, incident_id: int, kind: str) -> int:
    """Return the next version number of a kind of report; the caller has locked the incident."""
    return sum(one.kind == kind for one in reports_of(session, incident_id)) + 1


def report_pdf(vault: Vault, report: IncidentReport) -> bytes:
    """Return the PDF as submitted to the ward. Raises IntegrityFaultError."""
    place = _report_place(report.incident_id, report.kind, report.number)
    return unseal(vault.unwrap(report.wrapped_key), report.sealed_pdf, f"{place}:pdf".encode())


def report_content(vault: Vault, report: IncidentReport) -> dict[str, Any]:
    """Return the content of a report as submitted. Raises IntegrityFaultError."""
    place = _report_place(report.incident_id, report.kind, report.number)
    opened: dict[str, Any] = unseal_json(vault.unwrap(report.wrapped_key), report.sealed, place)
    return opened


def confirm_report(work: Work, report_id: int) -> IncidentReport:
    """Confirm a report as the ward; the first confirmed one marks the incident as reported.

    Raises:
        NotFoundError: no report has this key.
        NotAllowedError: the actor wrote it.
        WrongStateError: it was decided before.
    """
    found = _decide(work, report_id, "confirm")
    row = work.session.get_one(Incident, found.incident_id)
    if found.kind in {ReportKind.FIRST, ReportKind.FINAL} and INCIDENT.can(row.state, "report"):
        row.state, row.reported_at = INCIDENT.next(row.state, "report"), work.now
    record_step(work, row, "report_confirm", kind=found.kind, number=found.number)
    return found


def give_back_report(work: Work, report_id: int, reason: str) -> IncidentReport:
    """Give a report back to its writers as the ward; the reason is sealed in the audit log.

    Raises:
        InputError: no reason, a text that is too long, or one that contains a secret (code
            ``reason``).
        NotFoundError, NotAllowedError, WrongStateError: as ``confirm_report``.
    """
    words = reason.strip()
    if not words:
        raise InputError(_s("理由を書いてください。"), code="reason")
    check_words(work, "reason", words)
    found = _decide(work, report_id, "give_back")
    row = work.session.get_one(Incident, found.incident_id)
    sealed = seal_json(
        work.vault.unwrap(found.wrapped_key), {"reason": words}, _reason_place(found)
    )
    record_step(work, row, "report_give_back", sealed=sealed, kind=found.kind, number=found.number)
    return found


def _decide(work: Work, report_id: int, action: str) -> IncidentReport:
    found = report_by_id(work.session, report_id)
    row = locked(work.session, found.incident_id)
    work.session.refresh(found, with_for_update=True)
    state = INCIDENT_REPORT.next(found.state, action)
    if work.actor.id is None or work.actor.id == found.written_by:
        raise NotAllowedError(
            _s("自分の書いた報告書は、自分では確認できません。区のほかの人が確認してください。")
        )
    found.state, found.decided_by, found.decided_at = state, work.actor.id, work.now
    row.changed_at = work.now
    return found


def given_back_because(work: Work, report: IncidentReport) -> str:
    """Return the ward's reason for giving a report back, or an empty text.

    Raises IntegrityFaultError.
    """
    if report.state != ReportState.GIVEN_BACK:
        return ""
    events = select(AuditEvent.detail, AuditEvent.sealed).where(
        AuditEvent.subject == "incident",
        AuditEvent.subject_id == report.incident_id,
        AuditEvent.action == "incident.report_give_back",
        AuditEvent.sealed.is_not(None),
    )
    for detail, sealed in work.session.execute(events):
        if (detail.get("kind"), detail.get("number")) == (report.kind, report.number):
            opened = unseal_json(
                work.vault.unwrap(report.wrapped_key), sealed, _reason_place(report)
            )
            return str(opened["reason"])
    return ""


def _report_place(incident_id: int, kind: str, number: int) -> str:
    return f"incident_report:{incident_id}:{kind}:{number}"


def _reason_place(report: IncidentReport) -> str:
    return f"{_report_place(report.incident_id, report.kind, report.number)}:reason"
