"""Suggesting the subject of a call from the acts in it, so that one key records most calls."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.models import DeskAct

ABOUT: Mapping[Act, tuple[str, str]] = {
    Act.REDELIVERY: ("delivery", "redelivery"),
    Act.NEW_LETTER: ("signin", "lost_letter"),
    Act.UNLOCK: ("signin", "lost_letter"),
    Act.LOST: ("signin", "lost_letter"),
    Act.ALTERNATIVE: ("alternative", "how_to_ask"),
    Act.DECLINE_FORM: ("decline", "how_to_decline"),
    Act.CHANNEL: ("signin", "new_phone"),
    Act.COUPON_FAULT: ("coupon", "error"),
}
"""The subject of a call for each act on behalf of a resident."""
OPENED = ("delivery", "not_arrived")
"""The subject of a call in which a household was opened and nothing was done.

Callers ask first where the letter is (``domain.md`` §5.4).
"""
MOST = 3


def suggest(session: Session, call: Call) -> list[tuple[str, str]]:
    """Return at most three categories with subcategories for the acts of a call, the last first."""
    acts = session.scalars(
        select(DeskAct.act).where(DeskAct.call_id == call.id).order_by(DeskAct.id.desc()).limit(20)
    )
    found = dict.fromkeys(ABOUT[Act(act)] for act in acts)
    if (
        session.scalar(select(CallHousehold.id).where(CallHousehold.call_id == call.id).limit(1))
        is not None
    ):
        found.setdefault(OPENED)
    return list(found)[:MOST]
