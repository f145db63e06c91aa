"""Two people decide who receives, and the ward is one of them, or its written instruction is attached."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.actors import Actor, Organization
from portal.domain.approvals.services import Instruction, propose, turn_down
from portal.domain.errors import NotAllowedError, NotFoundError
from portal.domain.program.schema import Program
from portal.domain.recipients.newcomer import of_ward
from portal.domain.requests.four_eyes import ACCEPT, may_accept, proposal_of
from portal.domain.requests.models import Request, Scan
from portal.domain.requests.services import written_in
from portal.domain.texts import _s
from portal.domain.vault import Vault


def propose_request(
    session: Session,
    row: Request,
    actor: Actor,
    now: datetime,
    instruction: Instruction | None,
    scan_id: int | None,
) -> None:
    """Make the entry of a request the proposal that a second person confirms; its scan is as secret as the request."""
    propose(session, ACCEPT, "request", row.id, actor, now, instruction=instruction)
    if scan_id is not None:
        session.get_one(Scan, scan_id).ward_only = row.ward_only
    session.flush()


def refuse_stranger(row: Request, actor: Actor) -> None:
    """Refuse whoever may not know of a request that is the ward's alone. Raises NotFoundError."""
    if row.ward_only and not of_ward(actor):
        raise NotFoundError(_s("この申請は見つかりませんでした。"))


def confirmed(
    session: Session, vault: Vault, program: Program, row: Request, actor: Actor, now: datetime
) -> bool:
    """Tell whether a second person confirmed; False when this call only proposed it.

    Raises:
        NotAllowedError: the own entry; or nobody of the ward and no instruction attached as a file.
        NotFoundError: the request is the ward's alone.
    """
    refuse_stranger(row, actor)
    proposal = proposal_of(session, row.id)
    if proposal is not None:
        ward = Organization.WARD.value in {proposal.proposed_organization, (actor.organization or "")}
        attached = (
            proposal.instruction_no is not None
            and written_in(vault, row)["instruction"]["scan_id"] is not None
        )
        if not ward and not attached:
            raise NotAllowedError(
                _s(
                    "受託者の二人だけでは決められません。区の職員に承認を頼むか、区の指示書のスキャンをつけて、入力しなおしてください。"
                ),
                code="ward_needed",
            )
    return may_accept(session, program, row, actor, now, always=True, ward_needed=True)


def drop_proposal(session: Session, row: Request, actor: Actor, now: datetime) -> None:
    """End the open proposal of a request that is refused or taken back."""
    proposal = proposal_of(session, row.id)
    if proposal is not None:
        turn_down(session, proposal.id, actor, now)
