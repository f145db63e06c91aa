"""The definition of a kind of request, and the one way in which requests of every kind are decided.

Each kind's slice makes its ``Kind``; ``all_kinds`` holds them for the callers that handle every
kind: the review desk, the residents' list, entry, documents and exports.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _, _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.deciders import Deciders, agreed
from portal.domain.requests.requests.decisions import ACCEPTING, REASONED, Decided, Decision
from portal.domain.requests.requests.evidence import refuse_without_evidence
from portal.domain.requests.requests.fields import WrittenForm
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import for_decision
from portal.domain.requests.requests.steps import Step

R = TypeVar("R")


class Kind(Struct, Generic[R], frozen=True):
    """Everything that distinguishes one kind of request from the others.

    Attributes:
        code: How the kind is stored.
        written: What is written on it: fields, record, stored form, and where each field shows.
        states: The states of its parts (one for each child, or for the letter or parcel).
        deciders: Who may accept a request as it is now; ``decide`` asks nobody else.
        prepare: Checks that a request can be accepted at all, before its deciders are asked;
            returns the ward's instruction where the reviewer typed one.
        decisions: How each decision is carried out on a locked request, in the order offered.
        reasons: Standard reasons; the label is what the resident reads.
        warnings: What a reviewer must look at; the label is for staff.
        offered: Which decisions the request allows as it is now.
        effects_of: What accepting would do, in the staff's language.
        steps_of: What happened and what comes next, in the resident's language.
    """

    code: RequestKind
    written: WrittenForm[R]
    states: StateMachine
    deciders: Callable[[Work, Request], Deciders]
    prepare: Callable[[Work, Request, Decided], Instruction | None]
    decisions: Mapping[Decision, Callable[[Work, Request, Decided], Request]]
    reasons: type[Labeled]
    warnings: type[Labeled]
    offered: Callable[[Work, Request], tuple[Decision, ...]]
    effects_of: Callable[[Work, Request], Sequence[str]]
    steps_of: Callable[[Session, Request], Sequence[Step]]

    def needs_reason(self, decided: Decided) -> bool:
        """Tell whether a decision whose reason the resident reads has no reason of the kind."""
        return decided.action in REASONED and self.reasons.known(decided.reason) is None

    def warning_text(self, code: str) -> str:
        """Return a stored warning in the staff's language."""
        return label_of(self.warnings, code)


def decide(work: Work, kind: Kind[R], request_id: int, version: int, decided: Decided) -> Request:
    """Decide about a request that a page showed in ``version``.

    An acceptance is only proposed where the kind's deciders are two and this is the first of them.

    Raises:
        NotFoundError: no such request of the kind, or only the ward may know of it.
        ConflictError: changed since, or another person is deciding it now.
        InputError: no decision or reason of the kind.
        NotAllowedError: the actor is not among the deciders.
        DomainError: as the kind's rule of the decision raises.
    """
    row = for_decision(work, request_id, version)
    refuse_strangers(work, row, kind.code)
    action = Decision.known(decided.action)
    if action is None or action not in kind.decisions or kind.needs_reason(decided):
        raise InputError(_s("どうするかと、住民に伝える理由を選んでください。"))
    if action in ACCEPTING:
        instruction = kind.prepare(work, row, decided)
        refuse_without_evidence(work.session, row)
        if not agreed(work, row, kind.deciders(work, row), instruction):
            return row
    return kind.decisions[action](work, row, decided)


def refuse_strangers(work: Work, row: Request, code: RequestKind) -> None:
    """Refuse a request of another kind, or one of which only the ward may know.

    Raises NotFoundError.
    """
    household = work.session.get(Household, row.household_id or 0)
    for_ward = row.ward_only or (household is not None and household.protected)
    if row.kind != code or (for_ward and work.actor.organization is not Organization.WARD):
        raise NotFoundError(_("この申請は見つかりませんでした。"))


def chosen(possible: Mapping[Decision, bool]) -> tuple[Decision, ...]:
    """Return the decisions that are possible, in their order."""
    return tuple(decision for decision, can in possible.items() if can)
