"""The acts on a household's page at the call desk: possible ones, done ones, and why not."""

from collections.abc import Sequence
from types import ModuleType

from msgspec import Struct

from admin.desk.in_call import act_words
from admin.page import Page
from portal.domain.contacts.calls.levels import Level, VerifiedCaller
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.offers import offers
from portal.domain.desk.call_desk.acting.receipts import acts_in_call
from portal.domain.desk.call_desk.models import DeskAct
from portal.platform.view import View

PLACES = {
    Act.REDELIVERY: "redelivery",
    Act.NEW_LETTER: "new-letter",
    Act.UNLOCK: "unlock",
    Act.LOST: "lost",
    Act.ALTERNATIVE: "alternative",
    Act.DECLINE_FORM: "decline-form",
    Act.CHANNEL: "channel",
    Act.COUPON_FAULT: "coupon-fault",
    Act.LETTER_SIZE: "letter-size",
}
"""The last part of each act's address."""


class OfferedAct(Struct, frozen=True):
    """An act, the address of its page, and why it is not possible now ("" if it is)."""

    act: str
    path: str
    why_not: str


class ActsView(View, frozen=True):
    """The part of a page that ``admin/desk/in_call/_acts.html`` draws."""

    acts: Sequence[OfferedAct]
    acts_done: Sequence[DeskAct]
    acts_household: int
    acts_verified: bool
    act_words: ModuleType


def acts_of(page: Page, caller: VerifiedCaller) -> ActsView:
    """Return what can be done for the caller's household now, and what was done in this call."""
    household_id = caller.household_id
    found = offers(page.work, caller)
    return ActsView(
        acts=[
            OfferedAct(offer.act.value, f"/desk/{household_id}/{PLACES[offer.act]}", offer.why_not)
            for offer in found
        ],
        acts_done=acts_in_call(page.session, caller.call.id, household_id),
        acts_household=household_id,
        acts_verified=caller.level >= Level.STATUS,
        act_words=act_words,
    )
