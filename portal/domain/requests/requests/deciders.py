"""Who decides about a request: the one rule that every acceptance passes.

Each kind says who its deciders are for a request as it is now (``Kind.deciders``); ``agreed`` holds
an acceptance to that. Nobody ever decides about a request that they entered.
"""

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import Instruction, confirm, propose, turn_down
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import touch

ACCEPT = "accept_request"


def _only_accounts() -> str:
    return _s("提案できるのは、アカウントのある職員だけです。")


class Deciders(Labeled):
    """Who may accept a request; the label is the sentence that refuses anybody else."""

    OFFICE = "office", _only_accounts
    """One person of the office, or two where the program says so for the kind."""
    WARD_FOR_ADULTS = (
        "ward_for_adults",
        lambda: _s("18歳以上のこどもの分は、区の担当者だけが受け入れられます。"),
    )
    """As the office, but only people of the ward: somebody of 18 or older is concerned."""
    WARD_OR_INSTRUCTED = "ward_or_instructed", _only_accounts
    """One person of the ward; or two others, with its written instruction attached."""
    WARD_AND_ANOTHER = "ward_and_another", _only_accounts
    """Two people always: one of the ward, or its written instruction attached."""


def refuse_own_entry(row: Request, actor: Actor) -> None:
    """Refuse a decision by the person who entered the request. Raises NotAllowedError."""
    if row.entered_by is not None and row.entered_by == actor.id:
        raise NotAllowedError(
            _s("自分が入力した申請は、自分では決められません。ほかの人が審査してください。"),
            code="own_entry",
        )


def is_of_ward(actor: Actor) -> bool:
    """Tell whether the actor belongs to the ward."""
    return actor.organization is Organization.WARD


def proposal_of(session: Session, request_id: int) -> Approval | None:
    """Return the open proposal to accept a request."""
    return open_for(session, ACCEPT, "request", [request_id]).get(request_id)


def end_proposal(work: Work, row: Request) -> None:
    """Close the open proposal to accept a request that was refused, returned or withdrawn."""
    if (proposal := proposal_of(work.session, row.id)) is not None:
        turn_down(work, proposal.id, household_id=row.household_id)


def agreed(
    work: Work, row: Request, deciders: Deciders, instruction: Instruction | None = None
) -> bool:
    """Tell whether the deciders of a locked request have agreed to accept it.

    False where this call proposed it to a second person: the program wants two people for the kind
    (``[review] four_eyes``), the deciders are two, or somebody proposed it before.

    Raises:
        NotAllowedError: the actor has no account, entered or proposed the request, or is not among
            the deciders; or nobody of the ward agreed and no instruction of it is attached.
    """
    refuse_own_entry(row, work.actor)
    _refuse_outsider(work.actor, deciders)
    proposal = proposal_of(work.session, row.id)
    ward_needed = deciders is Deciders.WARD_AND_ANOTHER or (
        deciders is Deciders.WARD_OR_INSTRUCTED and not is_of_ward(work.actor)
    )
    by_program = row.kind in work.program.requests.four_eyes
    if not (ward_needed or by_program or proposal is not None):
        return True
    if proposal is None:
        _propose(work, row, instruction)
        return False
    confirm(
        work,
        proposal.id,
        ward_needed=ward_needed,
        household_id=row.household_id,
        instruction=instruction,
    )
    return True


def _refuse_outsider(actor: Actor, deciders: Deciders) -> None:
    if actor.id is None or actor.organization is None:
        raise NotAllowedError(_only_accounts())
    if deciders is Deciders.WARD_FOR_ADULTS and not is_of_ward(actor):
        raise NotAllowedError(deciders.label, code="adult_ward")


def _propose(work: Work, row: Request, instruction: Instruction | None) -> None:
    propose(work, ACCEPT, "request", row.id, instruction=instruction, household_id=row.household_id)
    row.claimed_by, row.claimed_until = None, None
    touch(row, work.now)
    work.session.flush()
