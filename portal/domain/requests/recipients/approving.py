"""Two people decide who receives, and the ward is one of them, or its written instruction is attached."""

from dataclasses import replace

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.services import Instruction, propose, turn_down
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.recipients.newcomer import of_ward
from portal.domain.requests.requests.four_eyes import ACCEPT, may_accept, proposal_of
from portal.domain.requests.requests.models import Request, Scan


def propose_request(
    work: Work, row: Request, instruction: Instruction | None, scan_id: int | None
) -> None:
    """Make the entry of a request the proposal that a second person confirms.

    Its scan is as secret as the request.
    """
    order = replace(instruction, scan_id=scan_id) if instruction is not None else None
    propose(work, ACCEPT, "request", row.id, instruction=order)
    if scan_id is not None:
        work.session.get_one(Scan, scan_id).ward_only = row.ward_only
    work.session.flush()


def refuse_stranger(row: Request, actor: Actor) -> None:
    """Refuse whoever may not know of a request that is the ward's alone. Raises NotFoundError."""
    if row.ward_only and not of_ward(actor):
        raise NotFoundError(_s("この申請は見つかりませんでした。"))


def confirmed(work: Work, row: Request) -> bool:
    """Tell whether a second person confirmed; False when this call only proposed it.

    Raises:
        NotAllowedError: the own entry; or nobody of the ward and no instruction attached as a file.
        NotFoundError: the request is the ward's alone.
    """
    refuse_stranger(row, work.actor)
    return may_accept(work, row, always=True, ward_needed=True)


def drop_proposal(work: Work, row: Request) -> None:
    """End the open proposal of a request that is refused or taken back."""
    proposal = proposal_of(work.session, row.id)
    if proposal is not None:
        turn_down(work, proposal.id)
