"""The decisions that a person may make on a request now, as the rules would allow them."""

from collections.abc import Collection

from portal.domain.foundation.work import Work
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.requests.deciders import proposal_of
from portal.domain.requests.requests.decisions import ACCEPTING, REASONED, Decision
from portal.domain.requests.requests.evidence import wants_evidence
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState


def offered(work: Work, row: Request) -> tuple[Decision, ...]:
    """Return the decisions that this person may make on a request now, in the order of its kind.

    There are none for a request that this person entered, and nobody accepts a form on paper before
    it has its evidence.
    """
    if row.state == RequestState.CLOSED or (
        row.entered_by is not None and row.entered_by == work.actor.id
    ):
        return ()
    found = kind_of(row.kind).offered(work, row)
    proposal = proposal_of(work.session, row.id)
    own = proposal is not None and proposal.proposed_by == work.actor.id
    if own or wants_evidence(work.session, row):
        found = tuple(decision for decision in found if decision not in ACCEPTING)
    return found


def needs_reason(decisions: Collection[Decision]) -> bool:
    """Return whether one of the decisions needs a reason that the resident reads."""
    return not REASONED.isdisjoint(decisions)
