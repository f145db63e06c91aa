"""Four eyes: one person proposes, another confirms; one of them is of the ward where it must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import APPROVAL
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work

INSTRUCTION_MAX = 40


@dataclass(frozen=True, slots=True)
class Instruction:
    """The ward's written order: its number, its date, and the stored scan of it, if attached."""

    number: str
    day: date
    scan_id: int | None = None


def propose(
    work: Work,
    kind: str,
    subject: str,
    subject_id: int | None,
    *,
    instruction: Instruction | None = None,
    household_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    sealed: bytes | None = None,
) -> Approval:
    """Propose something, or return the open proposal of the same kind for the same subject.

    Raises:
        NotAllowedError: the actor is not a person with an account.
        InputError: the instruction has no number.
    """
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("提案できるのは、アカウントのある職員だけです。"))
    if instruction is not None:
        _check_number(instruction)
    found = _open(work.session, kind, subject, subject_id)
    if found is not None:
        return found
    approval = Approval(
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        proposed_by=work.actor.id,
        proposed_at=work.now,
        proposed_organization=work.actor.organization.value,
        detail=dict(detail or {}),
        sealed=sealed,
    )
    if instruction is not None:
        _attach(approval, instruction)
    work.session.add(approval)
    work.session.flush()
    record(work, "approval.proposed", "approval", approval.id, household_id=household_id, kind=kind)
    return approval


def _check_number(instruction: Instruction) -> None:
    if not 0 < len(instruction.number.strip()) <= INSTRUCTION_MAX:
        raise InputError(_s("区の指示書の番号を、40文字までで入力してください。"))


def _open(session: Session, kind: str, subject: str, subject_id: int | None) -> Approval | None:
    """Return the open proposal of a kind for a subject, locked."""
    return session.scalar(
        select(Approval)
        .where(
            Approval.kind == kind,
            Approval.subject == subject,
            Approval.subject_id == subject_id,
            Approval.state == APPROVAL.initial,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def confirm(
    work: Work,
    approval_id: int,
    *,
    ward_needed: bool,
    household_id: int | None = None,
    instruction: Instruction | None = None,
) -> Approval:
    """Confirm another person's proposal; the caller then carries out what was proposed.

    ``instruction`` with its scan is attached if the proposal has none.

    Raises:
        NotFoundError: no approval has this key.
        NotAllowedError: the proposal is the actor's own; or the ward is needed (``ward_needed``),
            neither person is of the ward, and no scan of its written instruction is attached: a
            number typed by two people of the contractor is not the ward's agreement.
        WrongStateError: the proposal was decided before.
    """
    approval = _locked(work.session, approval_id)
    actor = work.actor
    if actor.id is None or actor.organization is None or actor.id == approval.proposed_by:
        raise NotAllowedError(
            _s("自分の提案は、自分では承認できません。ほかの人が承認してください。")
        )
    if instruction is not None and instruction.scan_id and approval.instruction_scan_id is None:
        _attach(approval, instruction)
    if ward_needed:
        _require_ward(approval, actor.organization)
    approval.state = APPROVAL.next(approval.state, "confirm")
    approval.confirmed_by = actor.id
    approval.confirmed_organization = actor.organization.value
    approval.confirmed_at = work.now
    work.session.flush()
    kind = approval.kind
    record(
        work, "approval.confirmed", "approval", approval_id, household_id=household_id, kind=kind
    )
    return approval


def _attach(approval: Approval, instruction: Instruction) -> None:
    approval.instruction_no = instruction.number.strip()
    approval.instruction_date = instruction.day
    approval.instruction_scan_id = instruction.scan_id


def _require_ward(approval: Approval, organization: Organization) -> None:
    of_ward = Organization.WARD.value in {approval.proposed_organization, organization.value}
    attached = approval.instruction_no is not None and approval.instruction_scan_id is not None
    if not of_ward and not attached:
        raise NotAllowedError(
            _s(
                "受託者の二人だけでは決められません。区の職員に承認を頼むか、"
                "区の指示書のスキャンをつけて、提案しなおしてください。"
            ),
            code="ward_needed",
        )


def turn_down(work: Work, approval_id: int, *, household_id: int | None = None) -> Approval:
    """Reject another person's proposal, or withdraw one's own.

    Raises:
        NotFoundError: no approval has this key.
        WrongStateError: it was decided before.
    """
    approval = _locked(work.session, approval_id)
    action = "withdraw" if approval.proposed_by == work.actor.id else "refuse"
    _end(work, approval, action, household_id)
    return approval


def overtake(
    work: Work, approval_id: int, *, why: str, household_id: int | None = None
) -> Approval:
    """Refuse a proposal that a newer event contradicts, whoever made it.

    ``why`` is the code of that event, which stands on record.

    Raises:
        NotFoundError: no approval has this key.
        WrongStateError: it was decided before.
    """
    approval = _locked(work.session, approval_id)
    _end(work, approval, "refuse", household_id, overtaken_by=why)
    return approval


def _end(
    work: Work, approval: Approval, action: str, household_id: int | None, **detail: Any
) -> None:
    approval.state = APPROVAL.next(approval.state, action)
    record(
        work,
        f"approval.{approval.state}",
        "approval",
        approval.id,
        household_id=household_id,
        kind=approval.kind,
        **detail,
    )
    work.session.flush()


def _locked(session: Session, approval_id: int) -> Approval:
    approval = session.get(Approval, approval_id, with_for_update=True, populate_existing=True)
    if approval is None:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    return approval
