"""Replies that were written about a household before it came under protection.

They must not go out any more, and nobody outside the ward is told that they were written: a FAX of
a protected household looks like one of nobody known (decision 0045).
"""

from sqlalchemy import ColumnElement, and_, not_, or_, select

from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.states import FAX_REPLY, SENT, UNSENT
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household


def is_shown() -> ColumnElement[bool]:
    """Return the condition on a reply that everybody who handles the case may know of it.

    It is about no protected household, or it was sent: a sent one stays in the history, where its
    household is not named.
    """
    return or_(FaxReply.household_id.is_(None), not_(_is_hidden()))


def discard_hidden(work: Work, case: FaxCase) -> None:
    """Discard what waits and may not go out, so that a locked case is as if it had no reply."""
    waiting = select(FaxReply).where(
        FaxReply.case_id == case.id, FaxReply.state.in_(UNSENT), _is_hidden()
    )
    for reply in work.session.scalars(waiting.with_for_update()):
        reply.state = FAX_REPLY.next(reply.state, "discard")
        record(work, "fax.reply_discarded", "fax_case", case.id, reply=reply.id)


def _is_hidden() -> ColumnElement[bool]:
    protected = select(Household.id).where(Household.protected)
    return and_(FaxReply.state != SENT, FaxReply.household_id.in_(protected))
