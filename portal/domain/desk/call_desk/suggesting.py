"""Suggesting the subject of a call from the acts in it, so that one key records most calls."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.categories import Category, Subcategory
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.models import DeskAct

ABOUT: Mapping[Act, tuple[Category, Subcategory]] = {
    Act.REDELIVERY: (Category.DELIVERY, Subcategory.REDELIVERY),
    Act.NEW_LETTER: (Category.SIGN_IN, Subcategory.LOST_LETTER),
    Act.UNLOCK: (Category.SIGN_IN, Subcategory.LOST_LETTER),
    Act.LOST: (Category.SIGN_IN, Subcategory.LOST_LETTER),
    Act.ALTERNATIVE: (Category.ALTERNATIVE, Subcategory.HOW_TO_ASK),
    Act.DECLINE_FORM: (Category.DECLINE, Subcategory.HOW_TO_DECLINE),
    Act.CHANNEL: (Category.SIGN_IN, Subcategory.NEW_PHONE),
    Act.COUPON_FAULT: (Category.COUPON, Subcategory.ERROR),
}
"""The subject of a call for each act on behalf of a resident."""
OPENED = (Category.DELIVERY, Subcategory.NOT_ARRIVED)
"""The subject of a call in which a household was opened and nothing was done.

Callers ask first where the letter is (``domain.md`` §5.4).
"""
MOST = 3


def suggest(session: Session, call: Call) -> list[tuple[Category, Subcategory]]:
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
