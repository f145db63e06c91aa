"""One door to the rules of every kind of request, for the review desk and for the residents' own list."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal.domain.foundation.work import Work
from portal.domain.requests.alternatives import review as alternatives
from portal.domain.requests.alternatives.written import WRITTEN as ALTERNATIVE_WRITTEN
from portal.domain.requests.declines import review as declines
from portal.domain.requests.declines.written import WRITTEN as DECLINE_WRITTEN
from portal.domain.requests.recipients import review as recipients
from portal.domain.requests.recipients.written import ADDITION_WRITTEN, CHANGE_WRITTEN
from portal.domain.requests.redeliveries import review as redeliveries
from portal.domain.requests.redeliveries.written import WRITTEN as REDELIVERY_WRITTEN
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.fields import WrittenForm
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.steps import Step


class KindRules(Protocol):
    """What each kind's slice offers to a reviewer, and to the requester's own list."""

    @property
    def DECISIONS(self) -> tuple[str, ...]:  # noqa: N802  (a constant of the slice's module)
        """What may be decided, as code words."""
        ...

    @property
    def REASONS(self) -> Mapping[str, Callable[[], str]]:  # noqa: N802  (a constant of the slice's module)
        """Standard reasons, and the sentence that a resident reads for each."""
        ...

    @property
    def decide(self) -> Callable[..., Request]:
        """Decide: ``(work, request_id, version, action, *, reason, text, **extra)``.

        ``version`` is what the page showed; ``extra`` are the fields that the kind's part of the
        page sends.
        """
        ...

    def effects_of(self, work: Work, request: Request) -> Sequence[str]:
        """Say what accepting would do, in the staff's language."""
        ...

    def steps_of(self, session: Session, request: Request) -> Sequence[Step]:
        """Return what happened and what comes next, in the resident's language."""
        ...

    def warning_text(self, code: str) -> str:
        """Say what a warning means, in the staff's language."""
        ...


RULES: Mapping[str, KindRules] = {
    kinds.DECLINE: declines,
    kinds.ALTERNATIVE: alternatives,
    kinds.REDELIVERY: redeliveries,
    kinds.RECIPIENT_CHANGE: recipients,
    kinds.ADDITION: recipients,
}


FORMS: Mapping[str, WrittenForm[Any]] = {
    kinds.DECLINE: DECLINE_WRITTEN,
    kinds.ALTERNATIVE: ALTERNATIVE_WRITTEN,
    kinds.REDELIVERY: REDELIVERY_WRITTEN,
    kinds.RECIPIENT_CHANGE: CHANGE_WRITTEN,
    kinds.ADDITION: ADDITION_WRITTEN,
}


def form_of(kind: str) -> WrittenForm[Any]:
    """Return what is written on requests of a kind."""
    return FORMS[kind]


def rules_of(kind: str) -> KindRules:
    """Return the rules of a kind of request."""
    return RULES[kind]
