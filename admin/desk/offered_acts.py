"""The acts on a household's page at the call desk: possible ones, done ones, and why not."""

from typing import Any

from admin.desk import act_words
from admin.page import Page
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.offers import offers
from portal.domain.desk.call_desk.acting.receipts import acts_in_call

PLACES = {
    Act.REDELIVERY: "redelivery",
    Act.NEW_LETTER: "new-letter",
    Act.UNLOCK: "unlock",
    Act.LOST: "lost",
    Act.ALTERNATIVE: "alternative",
    Act.DECLINE_FORM: "decline-form",
    Act.CHANNEL: "channel",
    Act.COUPON_FAULT: "coupon-fault",
}
"""The last part of each act's address."""


def acts_context(page: Page, call: Call, household: Any, level: Level) -> dict[str, Any]:
    """Return the values for ``desk_acts.html``; of ``household`` only the key is read."""
    found = offers(page.work, call, household.id, level)
    return {
        "acts": [
            {
                "act": offer.act.value,
                "path": f"/desk/{household.id}/{PLACES[offer.act]}",
                "why_not": offer.why_not,
            }
            for offer in found
        ],
        "acts_done": acts_in_call(page.session, call.id, household.id),
        "acts_household": household.id,
        "acts_verified": level >= Level.STATUS,
        "act_words": act_words,
    }
