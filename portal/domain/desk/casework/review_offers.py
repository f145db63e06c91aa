"""Which decisions a request allows as it stands now, so that nobody is offered what its rule would refuse."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from sqlalchemy import select

from portal.domain.foundation.actors import Channel, Organization
from portal.domain.foundation.work import Work
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.states import FOR_WARD
from portal.domain.requests.declines.declaring import ADULT_WARD, COUNTERSIGN, WEAK
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.redeliveries.queries import NONE, redelivery_of
from portal.domain.requests.redeliveries.states import OPEN
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.four_eyes import proposal_of
from portal.domain.requests.requests.models import Request

ACCEPTING = ("accept", "approve")
ENDED = frozenset({"withdrawn", "refused", "accepted"})


def offered(work: Work, row: Request) -> tuple[str, ...]:
    """Return the decisions that this person may make on a request now, in the order of its kind.

    None for the own entry.
    """
    if row.state == "closed" or (row.entered_by is not None and row.entered_by == work.actor.id):
        return ()
    found = _OF_KIND[row.kind](work, row)
    proposal = proposal_of(work.session, row.id)
    if proposal is not None and proposal.proposed_by == work.actor.id:
        found = tuple(code for code in found if code not in ACCEPTING)
    return found


def _decline(work: Work, row: Request) -> tuple[str, ...]:
    states = set(
        work.session.scalars(select(DeclineItem.state).where(DeclineItem.request_id == row.id))
    )
    going = states - ENDED
    warnings = set(row.warnings)
    for_ward = ADULT_WARD in warnings and work.actor.organization is not Organization.WARD
    acceptable = row.state == "waiting" and bool(going & {"submitted", "awaiting_stop"})
    undecided = bool(going) and going <= {"submitted"} and row.state == "waiting"
    possible = {
        "accept": acceptable and not warnings & WEAK and not for_ward,
        "return": undecided,
        "refuse": going <= {"submitted", "unclear"} and row.state in {"waiting", "with_resident"},
        # what the resident chose on the own screen is as clear as it can be
        "mark_unclear": undecided and row.channel != Channel.PORTAL,
        "clarify": row.state == "with_resident" and going == {"unclear"},
        "countersigned": row.state in {"waiting", "with_resident"}
        and COUNTERSIGN in warnings
        and bool(going),
    }
    return _chosen(possible)


def _alternative(work: Work, row: Request) -> tuple[str, ...]:
    states = set(
        work.session.scalars(
            select(AlternativeItem.state).where(AlternativeItem.request_id == row.id)
        )
    )
    possible = {
        "accept": row.state == "waiting" and "submitted" in states,
        "return": row.state == "waiting" and states == {"submitted"},
        "refuse": bool(states & {"submitted", *FOR_WARD}),
    }
    return _chosen(possible)


def _redelivery(work: Work, row: Request) -> tuple[str, ...]:
    item = redelivery_of(work.session, row.id)
    of_ward = work.actor.organization is Organization.WARD
    known = row.household_id is not None
    possible = {
        "approve": known and item.state == "submitted",
        "choose": not known and item.proof == NONE and item.state == "submitted",
        "to_ward": not of_ward and not item.ward_only and item.state in OPEN,
        "refuse": item.state in OPEN and (of_ward or (known and not item.ward_only)),
    }
    return _chosen(possible)


def _recipient(work: Work, row: Request) -> tuple[str, ...]:
    del work
    return ("accept", "refuse") if row.state == "waiting" else ()


def _chosen(possible: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(code for code, can in possible.items() if can)


def needs_reason(codes: Collection[str]) -> bool:
    """Tell whether one of the decisions tells the resident why."""
    return not REASONED.isdisjoint(codes)


REASONED = frozenset({"return", "refuse", "mark_unclear"})
_OF_KIND: Mapping[str, Callable[[Work, Request], tuple[str, ...]]] = MappingProxyType(
    {
        kinds.DECLINE: _decline,
        kinds.ALTERNATIVE: _alternative,
        kinds.REDELIVERY: _redelivery,
        kinds.RECIPIENT_CHANGE: _recipient,
        kinds.ADDITION: _recipient,
    }
)
