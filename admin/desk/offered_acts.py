"""What the household's page at the call desk shows of acts.

Which are possible now, why not the others, what was done.
"""

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
    """Return what ``desk_acts.html`` needs.

    ``household`` is a row or a view, its key is all that is read.
    """
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
