"""What the review desk and the residents' list ask of this kind of request."""

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.redeliveries.approving import needs_ward, status_for
from portal.domain.requests.redeliveries.choosing import (
    ACTIVATED,
    ADDRESS,
    NO_MATCH,
    NOT_SURE,
    SEVERAL,
    WARD,
)
from portal.domain.requests.redeliveries.queries import LETTER, NONE, redelivery_of
from portal.domain.requests.redeliveries.services import approve_with_terms, choose, refuse, to_ward
from portal.domain.requests.redeliveries.states import OPEN, REDELIVERY
from portal.domain.requests.redeliveries.words import REASONS, steps_of
from portal.domain.requests.redeliveries.written import WRITTEN
from portal.domain.requests.requests.deciding import Deciders, Kind, chosen
from portal.domain.requests.requests.decisions import Decision
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import LATE


def can_withdraw(session: Session, request: Request) -> bool:
    """Tell whether the requester may still take it back."""
    return redelivery_of(session, request.id).state in {"submitted", "approved"}


def can_answer(session: Session, request: Request) -> bool:
    """Tell whether the owner of the account is asked whether the request is theirs."""
    return (
        request.state == "with_resident" and redelivery_of(session, request.id).confirmed_at is None
    )


def was_confirmed(session: Session, request: Request) -> bool:
    """Tell whether the owner of the account said that the request is theirs."""
    return redelivery_of(session, request.id).confirmed_at is not None


def effects_of(work: Work, request: Request) -> tuple[str, ...]:
    """Say what approving would do, in the staff's language."""
    row = redelivery_of(work.session, request.id)
    if request.household_id is None:
        return (_s("先に、世帯を選びます。選ぶだけでは、何も送られません。"),)
    status = status_for(work.at(request.changed_at), request, row)
    limit = work.program.requests.redeliveries
    count = _s("再配送は、%(limit)d回のうち%(count)d回目になります。") % {
        "limit": limit,
        "count": status.used + 1,
    }
    if row.item == LETTER:
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


def warning_text(code: str) -> str:
    """Say what a warning means, in the staff's language."""
    return {
        ACTIVATED: _s(
            "もうサインインしている世帯です。承認の前に、登録された連絡先で本人に確かめてください。"
        ),
        SEVERAL: _s("合う世帯が、いくつかあります。"),
        NOT_SURE: _s("一部だけ合う世帯があります。"),
        NO_MATCH: _s("合う世帯が、見つかりません。"),
        WARD: _s("区の職員が決めます。"),
        ADDRESS: _s("宛先不明で戻りました。区が住所を確かめます。"),
        LATE: _s(
            "受付の期間のあとに届いた書類です。遅れた申し込みとして断り、世帯に知らせました。"
        ),
    }.get(code, code)


def _offered(work: Work, row: Request) -> tuple[Decision, ...]:
    item = redelivery_of(work.session, row.id)
    of_ward = work.actor.organization is Organization.WARD
    known = row.household_id is not None
    return chosen(
        {
            Decision.APPROVE: known and item.state == "submitted",
            Decision.CHOOSE: not known and item.proof == NONE and item.state == "submitted",
            Decision.TO_WARD: not of_ward and not item.ward_only and item.state in OPEN,
            Decision.REFUSE: item.state in OPEN and (of_ward or (known and not item.ward_only)),
        }
    )


REDELIVERY_KIND = Kind(
    code=RequestKind.REDELIVERY,
    written=WRITTEN,
    states=REDELIVERY,
    deciders=Deciders.WARD_WHERE_IN_QUESTION,
    decisions={
        Decision.APPROVE: approve_with_terms,
        Decision.CHOOSE: choose,
        Decision.TO_WARD: to_ward,
        Decision.REFUSE: refuse,
    },
    reasons=REASONS,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
    warning_text=warning_text,
)
