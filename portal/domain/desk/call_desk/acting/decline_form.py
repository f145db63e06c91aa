"""Sending the decline form to a caller; a call alone is never a decline."""

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.work import Work
from portal.domain.requests.declines.wishes import NextStep, phone_wish


def ask_decline_form(work: Work, household_id: int) -> DeskAct:
    """Order a decline form to the registered address; no entitlement or coupon is changed.

    Asking twice gives one task.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
    """
    admitted = admit(work, Act.DECLINE_FORM, household_id)
    task = phone_wish(work.acting_as(admitted.actor), household_id, NextStep.FORM)
    return record_act(work, admitted, ActSubject("task", task.id, task.receipt_no))
