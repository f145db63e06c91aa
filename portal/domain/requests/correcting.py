"""Correct what was entered of a paper form, and weigh its request anew by the rules of its kind."""

from collections.abc import Sequence
from datetime import datetime

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.requests.alternatives import items as alternatives
from portal.domain.requests.alternatives.states import AlternativeState
from portal.domain.requests.declines import items as declines
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.requests.deciders import end_proposal
from portal.domain.requests.requests.evidence import PaperKey, SeenOnPaper, correct_entry
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import (
    FormFault,
    as_entry,
    instant_that_counts,
    weaknesses,
)
from portal.domain.requests.requests.queries import paper_forms_of
from portal.domain.requests.requests.services import due_day, warn

WEIGHED = (FormFault.LATE, FormFault.NO_ATTORNEY)


def correct(work: Work, key: PaperKey, seen: SeenOnPaper) -> Request:
    """Correct a form of an undecided request: who signed it, and its days.

    Instant and warnings of the request follow; children and coupons are bound or released where
    the form counts now, or no longer. A proposal to accept it ends.

    Raises:
        InputError: as ``evidence.correct_entry``; or a request for redelivery would become late, or
            no longer late.
        ConflictError, NotAllowedError: a child can not be bound; others as ``correct_entry``.
        NotFoundError, WrongStateError: as ``correct_entry``.
    """
    row, _form = correct_entry(work, key, seen)
    end_proposal(work, row)
    window = _window(work, row)
    forms = paper_forms_of(work.session, row.id)
    counts = {form.id: _counts(work, row, form) for form in forms}
    if row.kind == RequestKind.REDELIVERY:
        late = window.is_over(min(counts.values()))
        if late != window.is_over(row.received_at):
            raise InputError(
                _s(
                    "この日にすると、期限の内と外が変わります。新しい書類として、入力してください。"
                ),
                code="received_on",
            )
        return _with_instant(work, row, min(counts.values()))
    faults = {form.id: weaknesses(window, as_entry(form), counts[form.id]) for form in forms}
    good = [form.id for form in forms if not faults[form.id]]
    weak: Sequence[FormFault] = () if good else faults[forms[-1].id]
    _with_instant(work, row, min(counts[one] for one in good or counts))
    _weigh(work, row, weak)
    return row


def _window(work: Work, row: Request) -> Window:
    windows = work.program.windows
    return {
        RequestKind.ALTERNATIVE: windows.alternative,
        RequestKind.REDELIVERY: windows.redelivery,
    }.get(RequestKind(row.kind), windows.decline)


def _counts(work: Work, row: Request, form: PaperForm) -> datetime:
    """Return the instant that counts; a receipt of before the deadline counts on."""
    earlier = row.received_at if form.detail.get("evidence") else None
    return instant_that_counts(work.program, as_entry(form), earlier)


def _with_instant(work: Work, row: Request, counts: datetime) -> Request:
    row.received_at, row.due_on = counts, due_day(work.program, counts)
    return row


def _weigh(work: Work, row: Request, weak: Sequence[FormFault]) -> None:
    was_weak = bool(set(WEIGHED) & set(row.warnings))
    others = [code for code in row.warnings if code not in WEIGHED]
    warn(row, (*(fault.value for fault in weak), *others), work.now)
    work.session.flush()
    if FormFault.UNCLEAR in row.warnings or was_weak == bool(weak):
        return
    if row.kind == RequestKind.ALTERNATIVE:
        _bind_paper(work, row, binding=not weak)
    else:
        _bind_decline(work, row, binding=not weak)


def _bind_decline(work: Work, row: Request, *, binding: bool) -> None:
    items = [
        item
        for item in declines.items_of(work.session, row.id)
        if item.state == DeclineState.SUBMITTED
    ]
    if binding and items:
        declines.bind(work, row, [item.entitlement_id for item in items])
    for item in () if binding else items:
        declines.release_child(work, row, item)


def _bind_paper(work: Work, row: Request, *, binding: bool) -> None:
    items = [
        item
        for item in alternatives.items_of(work.session, row.id)
        if item.state == AlternativeState.SUBMITTED
    ]
    ids = [item.entitlement_id for item in items]
    if binding and ids:
        household_id = row.household_id or 0
        claims.claim(work, household_id, ids, claims.ALTERNATIVE, row.id)
        stopping.hide_all(work, ids, household_id, reason=alternatives.REASON)
    for item in () if binding else items:
        alternatives.release_child(work, item)
