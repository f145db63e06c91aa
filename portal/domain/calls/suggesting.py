"""What a call seems to have been about, from what was done in it: so that most calls are noted with one key."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.audit.models import AuditEvent
from portal.domain.calls.models import Call, CallHousehold

ACTS: Mapping[str, tuple[str, str]] = {
    "redelivery": ("delivery", "redelivery"),
    "alternative": ("alternative", "how_to_ask"),
    "decline_form": ("decline", "how_to_decline"),
    "unlock": ("signin", "lost_letter"),
    "new_letter": ("signin", "lost_letter"),
    "report_lost": ("signin", "lost_letter"),
    "channel": ("signin", "new_phone"),
}
"""What each act on behalf of a resident (event ``desk.<act>``) says about the call."""
OPENED = ("delivery", "not_arrived")
"""A household was opened and nothing done: where the letter is, is what callers ask first (``domain.md`` §5.4)."""
MOST = 3


def suggest(session: Session, call: Call) -> list[tuple[str, str]]:
    """Return categories with subcategories that fit what was done in a call, the likeliest first; at most three."""
    events = session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.subject == "call", AuditEvent.subject_id == call.id, AuditEvent.action.like("desk.%"))
        .order_by(AuditEvent.id.desc()).limit(20)
    )  # fmt: skip
    found = dict.fromkeys(
        about
        for action in events
        for act, about in ACTS.items()
        if action.removeprefix("desk.").startswith(act)
    )
    if session.scalar(select(CallHousehold.id).where(CallHousehold.call_id == call.id).limit(1)) is not None:
        found.setdefault(OPENED)
    return list(found)[:MOST]
