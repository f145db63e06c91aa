"""The definitions of additions and changes of recipient, for the review desk and their own list."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _, _s, _sn
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.stopping import live_coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.queries import open_holds
from portal.domain.people.households.records import open_child
from portal.domain.requests.recipients import additions, changes
from portal.domain.requests.recipients.approving import deciders_of, refuse_stranger
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.reasons import RecipientReason, RecipientWarning
from portal.domain.requests.recipients.states import CHANGE
from portal.domain.requests.recipients.written import (
    ADDITION_WRITTEN,
    CHANGE_WRITTEN,
    known_recipient,
)
from portal.domain.requests.requests.deciders import end_proposal, refuse_own_entry
from portal.domain.requests.requests.deciding import Kind
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import close, locked, set_reply
from portal.domain.requests.requests.states import OPEN, REQUEST, RequestState
from portal.domain.requests.requests.steps import Step


def _prepare(work: Work, row: Request, _decided: Decided) -> None:
    """Check that an addition or a change can be decided."""
    refuse_stranger(row, work.actor)
    refuse_own_entry(row, work.actor)
    if row.state != RequestState.WAITING:
        raise WrongStateError(_s("この申請は、もう決まっています。"))


def _accept_addition(work: Work, row: Request, _decided: Decided) -> Request:
    return additions.accept(work, row)


def _accept_change(work: Work, row: Request, _decided: Decided) -> Request:
    return changes.accept(work, row)


def _refuse(work: Work, row: Request, decided: Decided) -> Request:
    _prepare(work, row, decided)
    set_reply(work.vault, row, decided.reply)
    if row.kind == RequestKind.RECIPIENT_CHANGE:
        return changes.refuse(work, row)
    end_proposal(work, row)
    return close(work, row, Result.REFUSED)


def withdraw(work: Work, request_id: int) -> Request:
    """Withdraw an entry before it is decided.

    Raises NotFoundError, or WrongStateError once it was decided.
    """
    row = locked(work.session, request_id)
    refuse_stranger(row, work.actor)
    if row.kind == RequestKind.RECIPIENT_CHANGE:
        return changes.withdraw(work, row)
    if row.state not in OPEN:
        raise WrongStateError(_s("この申請は、もう決まっています。"))
    end_proposal(work, row)
    return close(work, row, Result.WITHDRAWN)


def steps_of(_session: Session, request: Request) -> tuple[Step, ...]:
    """Return what happened and what comes next, as the new recipient reads it."""
    steps = [Step(request.received_at, _("受け付けました"))]
    if request.closed_at is not None:
        steps.append(Step(request.closed_at, _closed(request)))
        if request.result in {Result.ACCEPTED, Result.PARTLY}:
            steps.append(Step(None, _("お手紙ができたら、お届けします。")))
    else:
        steps.append(Step(None, _("区が内容を確認します。")))
    return tuple(steps)


def _closed(request: Request) -> str:
    words: dict[str, str] = {
        Result.ACCEPTED: _("手続きが終わりました"),
        Result.PARTLY: _("一部のこどもの分の手続きが終わりました"),
        Result.WITHDRAWN: _("取り下げました"),
    }
    return words.get(request.result or "", _("お受けできませんでした"))


def effects_of(work: Work, request: Request) -> tuple[str, ...]:
    """Return what accepting will do, in the staff's language."""
    if request.kind == RequestKind.ADDITION:
        return (*_to_protected(work, request), *_added(request))
    lines = _to_protected(work, request)
    for item in changes.items_of(work.session, request.id):
        lines += _moved(work, item)
    lines.append(
        _s("元の世帯の画面には、このこどもが「確認中」とだけ出ます。理由、日付、行き先は出ません。")
    )
    return tuple(lines)


def _to_protected(work: Work, request: Request) -> list[str]:
    recipient = work.session.get(Household, known_recipient(work.vault, request) or 0)
    if recipient is None or not recipient.protected:
        return []
    return [_s("受け取る世帯は、支援措置の対象です。")]


def _added(request: Request) -> tuple[str, ...]:
    sentence = _sn(
        "こども%(n)d人、%(yen)s円を追加します。",
        "こども%(n)d人、%(yen)s円を追加します。",
        request.children,
    )
    return (
        sentence % {"n": request.children, "yen": f"{request.amount_yen:,}"},
        _s("クーポンは次の割り当てで、手紙は次の印刷で作られます。"),
    )


def _moved(work: Work, item: RecipientChange) -> list[str]:
    entitlement = work.session.get_one(Entitlement, item.entitlement_id)
    child = work.session.scalars(select(Child).where(Child.id == entitlement.child_id)).one()
    household = work.session.get_one(Household, child.household_id)
    name = open_child(
        work.vault.unwrap(household.wrapped_key), child.sealed, child.person_digest
    ).name
    lines = [
        _s("%(name)s（世帯 %(household)d の%(ordinal)d人目、%(yen)s円）の支給先が変わります。")
        % {
            "name": name,
            "household": item.from_household_id,
            "ordinal": item.ordinal,
            "yen": f"{entitlement.amount_yen:,}",
        }
    ]
    coupon = live_coupon(work.session, entitlement.id)
    if coupon is None:
        lines.append(_s("コードはまだ割り当てていません。"))
    elif coupon.revealed_at is None:
        lines.append(
            _s("まだ表示していない古いコードを無効にし、新しいコードを同時に割り当てます。")
        )
    else:
        lines.append(
            _s(
                "古いコードは表示ずみです。発行者が未使用と確認したあとに、"
                "新しいコードを割り当てます。"
            )
        )
    if open_holds(work.session, item.from_household_id):
        lines.append(_s("元の世帯の保留は、このこどもの分には及ばなくなります。"))
    return lines


def _offered(_work: Work, row: Request) -> tuple[Decision, ...]:
    waiting = row.state == RequestState.WAITING
    return (Decision.ACCEPT, Decision.REFUSE) if waiting else ()


ADDITION_KIND = Kind(
    code=RequestKind.ADDITION,
    written=ADDITION_WRITTEN,
    states=REQUEST,
    deciders=deciders_of,
    prepare=_prepare,
    decisions={Decision.ACCEPT: _accept_addition, Decision.REFUSE: _refuse},
    reasons=RecipientReason,
    warnings=RecipientWarning,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
)
CHANGE_KIND = Kind(
    code=RequestKind.RECIPIENT_CHANGE,
    written=CHANGE_WRITTEN,
    states=CHANGE,
    deciders=deciders_of,
    prepare=_prepare,
    decisions={Decision.ACCEPT: _accept_change, Decision.REFUSE: _refuse},
    reasons=RecipientReason,
    warnings=RecipientWarning,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
)
