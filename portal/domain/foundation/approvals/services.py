"""Four eyes: one person proposes, another confirms.

Where the ward must agree, one of them is of the ward.
"""

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
    """The ward's written order.

    Its number, its date, and the stored scan of it where it is attached.
    """

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
    detail: dict[str, Any] | None = None,
    sealed: bytes | None = None,
) -> Approval:
    """Propose something.

    An open proposal of the same kind for the same subject is returned instead of a second one.

    Raises:
        NotAllowedError: the actor is no person with an account.
        InputError: the instruction has no number.
    """
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("提案できるのは、アカウントのある職員だけです。"))
    if instruction is not None and not 0 < len(instruction.number.strip()) <= INSTRUCTION_MAX:
        raise InputError(_s("区の指示書の番号を、40文字までで入力してください。"))
    same = select(Approval).where(
        Approval.kind == kind,
        Approval.subject == subject,
        Approval.subject_id == subject_id,
        Approval.state == APPROVAL.initial,
    )
    found = work.session.scalar(same.with_for_update())
    if found is not None:
        return found
    approval = Approval(
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        proposed_by=work.actor.id,
        proposed_at=work.now,
        proposed_organization=work.actor.organization.value,
        detail=detail or {},
        sealed=sealed,
        instruction_no=instruction.number.strip() if instruction else None,
        instruction_date=instruction.day if instruction else None,
        instruction_scan_id=instruction.scan_id if instruction else None,
    )
    work.session.add(approval)
    work.session.flush()
    record(work, "approval.proposed", "approval", approval.id, household_id=household_id, kind=kind)
    return approval


def confirm(
    work: Work,
    approval_id: int,
    *,
    ward_needed: bool,
    household_id: int | None = None,
    instruction: Instruction | None = None,
) -> Approval:
    """Confirm another person's proposal; what was proposed is then the caller's to carry out.

    ``instruction`` with its scan is attached where the proposal has none.

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the own proposal; or nobody of the ward, and its written instruction is not
            attached as a file: a number that two people of the contractor type is no agreement of
                the ward (``ward_needed``).
        WrongStateError: it was decided before.
    """
    approval = _locked(work.session, approval_id)
    if (
        work.actor.id is None
        or work.actor.organization is None
        or work.actor.id == approval.proposed_by
    ):
        raise NotAllowedError(
            _s("自分の提案は、自分では承認できません。ほかの人が承認してください。")
        )
    of_ward = Organization.WARD.value in {
        approval.proposed_organization,
        work.actor.organization.value,
    }
    if instruction is not None and instruction.scan_id and approval.instruction_scan_id is None:
        approval.instruction_no, approval.instruction_date = (
            instruction.number.strip(),
            instruction.day,
        )
        approval.instruction_scan_id = instruction.scan_id
    attached = approval.instruction_no is not None and approval.instruction_scan_id is not None
    if ward_needed and not of_ward and not attached:
        raise NotAllowedError(
            _s(
                "受託者の二人だけでは決められません。区の職員に承認を頼むか、"
                "区の指示書のスキャンをつけて、提案しなおしてください。"
            ),
            code="ward_needed",
        )
    approval.state = APPROVAL.next(approval.state, "confirm")
    approval.confirmed_by = work.actor.id
    approval.confirmed_organization = work.actor.organization.value
    approval.confirmed_at = work.now
    work.session.flush()
    record(
        work,
        "approval.confirmed",
        "approval",
        approval.id,
        household_id=household_id,
        kind=approval.kind,
    )
    return approval


def turn_down(work: Work, approval_id: int, *, household_id: int | None = None) -> Approval:
    """Refuse another person's proposal, or withdraw the own one.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it was decided before.
    """
    approval = _locked(work.session, approval_id)
    action = "withdraw" if approval.proposed_by == work.actor.id else "refuse"
    approval.state = APPROVAL.next(approval.state, action)
    record(
        work,
        f"approval.{approval.state}",
        "approval",
        approval.id,
        household_id=household_id,
        kind=approval.kind,
    )
    work.session.flush()
    return approval


def _locked(session: Session, approval_id: int) -> Approval:
    approval = session.scalar(select(Approval).where(Approval.id == approval_id).with_for_update())
    if approval is None:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    return approval
