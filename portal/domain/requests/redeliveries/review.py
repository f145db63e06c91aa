"""The definition of the kind, for the review desk and the residents' list."""

from sqlalchemy.orm import Session

from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.redeliveries.approving import (
    approve,
    deciders_of,
    needs_ward,
    prepare,
    status_for,
)
from portal.domain.requests.redeliveries.queries import RedeliveryCase, redelivery_of
from portal.domain.requests.redeliveries.reasons import RedeliveryReason, RedeliveryWarning
from portal.domain.requests.redeliveries.services import choose, refuse, to_ward
from portal.domain.requests.redeliveries.states import (
    OPEN,
    REDELIVERY,
    MissingItem,
    Proof,
    RedeliveryState,
)
from portal.domain.requests.redeliveries.words import steps_of
from portal.domain.requests.redeliveries.written import WRITTEN
from portal.domain.requests.requests.deciders import is_of_ward
from portal.domain.requests.requests.deciding import Kind, chosen
from portal.domain.requests.requests.decisions import Decision
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState


def can_withdraw(session: Session, request: Request) -> bool:
    """Tell whether the requester may still withdraw it."""
    return redelivery_of(session, request.id).state in OPEN


def can_answer(session: Session, request: Request) -> bool:
    """Tell whether the owner of the account is asked whether the request is theirs."""
    return (
        request.state == RequestState.WITH_RESIDENT
        and redelivery_of(session, request.id).confirmed_at is None
    )


def was_confirmed(session: Session, request: Request) -> bool:
    """Tell whether the owner of the account confirmed that the request is theirs."""
    return redelivery_of(session, request.id).confirmed_at is not None


def effects_of(work: Work, request: Request) -> tuple[str, ...]:
    """Return what approving would do, in the staff's language."""
    row = redelivery_of(work.session, request.id)
    if request.household_id is None:
        return (_s("先に、世帯を選びます。選ぶだけでは、何も送られません。"),)
    status = status_for(work.at(request.changed_at), RedeliveryCase(request, row))
    limit = work.program.requests.redeliveries
    count = _s("再配送は、%(limit)d回のうち%(count)d回目になります。") % {
        "limit": limit,
        "count": status.used + 1,
    }
    if row.item == MissingItem.LETTER:
        does = _s(
            "次の印刷で、新しいIDとパスワードの手紙を1通作ります。前のIDとパスワードは、"
            "印刷したときに使えなくなります。"
        )
    else:
        does = _s("戻った荷物を、もう一度送れるようになります。")
    found = [does, count]
    if row.elsewhere is not None:
        found.append(_s("区の指示書にある、別の住所に送ります。登録された住所は変わりません。"))
    if needs_ward(row, status):
        found.append(
            _s(
                "区の職員が決めます。ほかの人が提案したときは、区の職員か、"
                "指示書のスキャンが必要です。"
            )
        )
    return tuple(found)


def _offered(work: Work, row: Request) -> tuple[Decision, ...]:
    item, of_ward = redelivery_of(work.session, row.id), is_of_ward(work.actor)
    known, submitted = row.household_id is not None, item.state == RedeliveryState.SUBMITTED
    is_open = item.state in OPEN
    return chosen(
        {
            Decision.APPROVE: known and submitted,
            Decision.CHOOSE: not known and item.proof == Proof.NONE and submitted,
            Decision.TO_WARD: is_open and not of_ward and not item.ward_only,
            Decision.REFUSE: is_open and (of_ward or (known and not item.ward_only)),
        }
    )


REDELIVERY_KIND = Kind(
    code=RequestKind.REDELIVERY,
    written=WRITTEN,
    states=REDELIVERY,
    deciders=deciders_of,
    prepare=prepare,
    decisions={
        Decision.APPROVE: approve,
        Decision.CHOOSE: choose,
        Decision.TO_WARD: to_ward,
        Decision.REFUSE: refuse,
    },
    reasons=RedeliveryReason,
    warnings=RedeliveryWarning,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
)
