"""Two people replace a code: one proposes it, another one confirms it."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import confirm, propose, turn_down
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.models import CouponFault

REPLACE = "replace_code"
SUBJECT = "coupon_fault"


def proposal_of(session: Session, fault_id: int) -> Approval | None:
    """Return the open proposal to replace the code of a case."""
    return open_for(session, REPLACE, SUBJECT, [fault_id]).get(fault_id)


def proposed_among(session: Session, fault_ids: Iterable[int]) -> Collection[int]:
    """Return those of the cases that wait for the second person."""
    return open_for(session, REPLACE, SUBJECT, fault_ids).keys()


def is_proposed() -> ColumnElement[bool]:
    """Return the SQL condition that a case waits for the second person."""
    return CouponFault.id.in_(
        select(Approval.subject_id).where(
            Approval.kind == REPLACE, Approval.subject == SUBJECT, Approval.state == PROPOSED
        )
    )


def propose_for(work: Work, row: CouponFault) -> Approval:
    """Propose to replace the code of a locked case, once.

    Raises:
        NotAllowedError: the actor is no person with an account.
    """
    return propose(work, REPLACE, SUBJECT, row.id, household_id=row.household_id)


def confirm_for(work: Work, row: CouponFault) -> None:
    """Confirm another person's proposal about a locked case.

    Raises:
        ConflictError: nobody proposes it (any more).
        NotAllowedError: the proposal is the actor's own.
    """
    found = proposal_of(work.session, row.id)
    if found is None:
        raise ConflictError(
            _s("差し替えの提案がありません。取り下げられたか、もう決まりました。"),
            code="no_proposal",
        )
    confirm(work, found.id, ward_needed=False, household_id=row.household_id)


def end_proposal(work: Work, row: CouponFault) -> None:
    """Withdraw or reject the open proposal about a locked case, if there is one."""
    found = proposal_of(work.session, row.id)
    if found is not None:
        turn_down(work, found.id, household_id=row.household_id)
