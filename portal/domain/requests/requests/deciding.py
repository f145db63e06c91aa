"""A kind of request as one definition, and the way in which every kind is decided.

Each kind's slice makes its ``Kind``; ``all_kinds`` holds them for whoever works on requests of every
kind: the review desk, the residents' list, entry, documents and exports.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Sentence, _, _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.decisions import REASONED, Decided, Decision
from portal.domain.requests.requests.fields import WrittenForm
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import for_decision
from portal.domain.requests.requests.steps import Step

R = TypeVar("R")


class Deciders(StrEnum):
    """Who decides about a kind; nobody ever decides about an own entry."""

    OFFICE = "office"
    """One person of the office, or two where the program says so for the kind."""
    WARD_WHERE_IN_QUESTION = "ward_where_in_question"
    """As the office; the ward alone where an address or a person is in question."""
    WARD_AND_ANOTHER = "ward_and_another"
    """Two people always, one of them of the ward or with its attached instruction."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """Everything that tells one kind of request from the others.

    Attributes:
        code: How the kind is stored.
        written: What is written on it: fields, record, stored form, and where each field shows.
        states: The states of its parts (one for each child, or for the letter or parcel).
        deciders: Who decides.
        decisions: How each decision is carried out on a locked request, in the order offered.
        reasons: Standard reasons, with the sentence that a resident reads.
        offered: Which decisions the request allows as it stands now.
        effects_of: What accepting would do, in the staff's language.
        steps_of: What happened and what comes next, in the resident's language.
        warning_text: What a warning means, in the staff's language.
    """

    code: RequestKind
    written: WrittenForm[R]
    states: StateMachine
    deciders: Deciders
    decisions: Mapping[Decision, Callable[[Work, Request, Decided], Request]]
    reasons: Mapping[str, Sentence]
    offered: Callable[[Work, Request], tuple[Decision, ...]]
    effects_of: Callable[[Work, Request], Sequence[str]]
    steps_of: Callable[[Session, Request], Sequence[Step]]
    warning_text: Callable[[str], str]

    def needs_reason(self, decided: Decided) -> bool:
        """Tell whether a decision that tells the resident why has no reason of the kind."""
        return decided.action in REASONED and decided.reason not in self.reasons


def decide(work: Work, kind: Kind[R], request_id: int, version: int, decided: Decided) -> Request:
    """Decide about a request that a page showed in ``version``.

    Raises:
        NotFoundError: no such request of the kind, or it is the ward's alone to know.
        ConflictError: changed since, or decided by somebody else now.
        InputError: no decision or reason of the kind.
        DomainError: as the kind's rule of the decision says.
    """
    row = for_decision(work, request_id, version)
    _refuse_strangers(work, row, kind.code)
    action = Decision.known(decided.action)
    if action is None or action not in kind.decisions or kind.needs_reason(decided):
        raise InputError(_s("どうするかと、住民に伝える理由を選んでください。"))
    return kind.decisions[action](work, row, decided)


def _refuse_strangers(work: Work, row: Request, code: RequestKind) -> None:
    household = work.session.get(Household, row.household_id or 0)
    for_ward = row.ward_only or (household is not None and household.protected)
    if row.kind != code or (for_ward and work.actor.organization is not Organization.WARD):
        raise NotFoundError(_("この申請は見つかりませんでした。"))


def chosen(possible: Mapping[Decision, bool]) -> tuple[Decision, ...]:
    """Return the decisions that are possible, in their order."""
    return tuple(decision for decision, can in possible.items() if can)
