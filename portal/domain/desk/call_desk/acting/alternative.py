"""Requesting paper instead of electronic coupons, for a caller."""

from collections.abc import Mapping

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act, spoken
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.work import Work
from portal.domain.requests.alternatives.services import PaperRequest, submit
from portal.domain.requests.alternatives.written import PaperWish


def ask_alternative(
    work: Work, household_id: int, wishes: Mapping[int, str], written: PaperWish
) -> DeskAct:
    """Request paper for each child in ``wishes`` (its number in the household: product).

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
        InputError: no child was chosen, or there is no such child or product.
        ConflictError: an entitlement is decided already, or has another open request.
        NotAllowedError: a yen was spent, or the coupon was shown and can never be stopped.
    """
    admitted = admit(work, Act.ALTERNATIVE, household_id)
    request = submit(
        work.acting_as(admitted.actor),
        PaperRequest(household_id, wishes, written, received_at=admitted.effective_at),
    )
    request.language = spoken(admitted.call)
    return record_act(work, admitted, ActSubject.of_request(request))
