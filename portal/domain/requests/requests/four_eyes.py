"""Accepting a request: alone, or by two people where the program or a rule says so.

Nobody confirms an own entry.
"""

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import Instruction, confirm, propose
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import touch

ACCEPT = "accept_request"


def refuse_own_entry(row: Request, actor: Actor) -> None:
    """Refuse a decision by the person who entered the request. Raises NotAllowedError."""
    if row.entered_by is not None and row.entered_by == actor.id:
        raise NotAllowedError(
            _s("自分が入力した申請は、自分では決められません。ほかの人が審査してください。"),
            code="own_entry",
        )


def proposal_of(session: Session, request_id: int) -> Approval | None:
    """Return the open proposal to accept a request."""
    return open_for(session, ACCEPT, "request", [request_id]).get(request_id)


def may_accept(
    work: Work,
    row: Request,
    *,
    always: bool = False,
    ward_needed: bool = False,
    instruction: Instruction | None = None,
) -> bool:
    """Tell whether a locked request may be accepted now.

    False when this call only proposed it to a second person.

    Two people are needed when the program says so for the kind (``[review] four_eyes``), when
    ``always`` or when ``ward_needed`` (then one of them is of the ward, or the ward's instruction
    is attached).

    Raises:
        NotAllowedError: an own entry, the own proposal, or nobody of the ward.
    """
    refuse_own_entry(row, work.actor)
    if not (always or ward_needed or row.kind in work.program.requests.four_eyes):
        return True
    open_proposal = proposal_of(work.session, row.id)
    if open_proposal is None:
        propose(
            work, ACCEPT, "request", row.id, instruction=instruction, household_id=row.household_id
        )
        row.claimed_by, row.claimed_until = None, None
        touch(row, work.now)
        work.session.flush()
        return False
    confirm(
        work,
        open_proposal.id,
        ward_needed=ward_needed,
        household_id=row.household_id,
        instruction=instruction,
    )
    return True
