"""What an issuer's report about one code means: a step of our state machine, or a difference."""

from dataclasses import dataclass

from portal.domain.people.coupons.statement_layout import (
    EXCHANGED,
    EXPIRED,
    PART_USED,
    STOPPED,
    UNUSED,
)
from portal.domain.people.coupons.states import DEAD, STOCK

UNKNOWN_CODE, CONTRADICTION, SPENT_IN_STOCK, SPENT_UNSEEN, SPENT_WHILE_HIDDEN, SPENT_BEFORE_STOP = (
    "unknown_code",
    "contradiction",
    "spent_in_stock",
    "spent_unseen",
    "spent_while_hidden",
    "spent_before_stop",
)
(
    SPENT_AFTER_STOP,
    NOT_STOPPED,
    STOPPED_NOT_BY_US,
    STOP_TO_NOTE,
    LESS_THAN_BEFORE,
    DECIDED_OTHERWISE,
) = (
    "spent_after_stop",
    "not_stopped",
    "stopped_not_by_us",
    "stop_to_note",
    "less_than_before",
    "decided_otherwise",
)
KINDS = (
    UNKNOWN_CODE,
    CONTRADICTION,
    SPENT_IN_STOCK,
    SPENT_UNSEEN,
    SPENT_WHILE_HIDDEN,
    SPENT_BEFORE_STOP,
    SPENT_AFTER_STOP,
    NOT_STOPPED,
    STOPPED_NOT_BY_US,
    STOP_TO_NOTE,
    LESS_THAN_BEFORE,
    DECIDED_OTHERWISE,
)


@dataclass(frozen=True, slots=True)
class Ours:
    """What we know of a code; ``free``: its entitlement is in progress and in no open request."""

    state: str
    seen: bool
    used_yen: int
    face_yen: int
    free: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Steps of the coupon's state machine, in order, and the difference if there is one."""

    steps: tuple[str, ...] = ()
    difference: str | None = None


AGREED = Verdict()


def judge(ours: Ours, status: str, used_yen: int) -> Verdict:
    """Compare one row with one code; ``used_yen`` is within the face value.

    Never guesses: what does not fit becomes a difference.
    """
    spent = used_yen > 0 or status in {PART_USED, EXCHANGED}
    if ours.state == STOCK:
        return (
            _unless(SPENT_IN_STOCK, spent)
            or _unless(STOPPED_NOT_BY_US, status == STOPPED)
            or AGREED
        )
    if used_yen < ours.used_yen:
        return Verdict(difference=LESS_THAN_BEFORE)
    if ours.state in DEAD:
        return _dead(ours, status, spent=spent)
    if ours.state == "stop_requested":
        stopped = _unless(STOP_TO_NOTE, status == STOPPED)
        return _unless(SPENT_BEFORE_STOP, spent) or stopped or AGREED
    if status == STOPPED:
        return Verdict(difference=STOPPED_NOT_BY_US)
    if ours.state in {"assigned", "suspended"}:
        hidden = SPENT_UNSEEN if not ours.seen else SPENT_WHILE_HIDDEN
        ended = Verdict(("expire",)) if status == EXPIRED else None
        return _unless(hidden, spent) or ended or AGREED
    return _shown(ours, status, used_yen)


def _unless(kind: str, found: bool) -> Verdict | None:
    return Verdict(difference=kind) if found else None


def _dead(ours: Ours, status: str, *, spent: bool) -> Verdict:
    if ours.state == "expired":
        # what was spent before the end may be reported after it, if anybody could see the code
        return Verdict(difference=SPENT_UNSEEN) if spent and not ours.seen else AGREED
    if spent:
        return Verdict(difference=SPENT_AFTER_STOP)
    # a code that nobody ever saw was voided without asking its issuer
    return Verdict(difference=NOT_STOPPED) if status == UNUSED and ours.seen else AGREED


def _shown(ours: Ours, status: str, used_yen: int) -> Verdict:
    """Judge a code that the household has seen: revealed, partly used, or exchanged."""
    whole = used_yen == ours.face_yen
    if ours.state == "exchanged":
        return AGREED if whole else Verdict(difference=LESS_THAN_BEFORE)
    if whole:
        return Verdict(("import_full",)) if ours.free else Verdict(difference=DECIDED_OTHERWISE)
    steps = ("import_part",) if used_yen > 0 and ours.state == "revealed" else ()
    return Verdict((*steps, "expire")) if status == EXPIRED else Verdict(steps)
