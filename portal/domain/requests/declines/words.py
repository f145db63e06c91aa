"""A decline in words: replies and steps for residents, effects of accepting it for the staff."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.declines.items import items_of
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.reasons import DeclineReason, DeclineWarning
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.requests.kinds import Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.steps import Step
from portal.domain.requests.requests.words import (
    LiveCodes,
    check_words,
    live_codes,
    reply_words,
)


def reply_lines(vault: Vault, program: Program, row: Request) -> tuple[str, ...]:
    """Return what a resident reads about a return or a refusal, and whom to call.

    A resident whose code was used gets the ward's own telephone number (``domain.md`` §4.3).
    """
    lines = reply_words(vault, row, DeclineReason)
    return (*lines, ward_line(program)) if row.reply == DeclineReason.SPENT else lines


def ward_line(program: Program) -> str:
    """Return the ward's telephone number in words."""
    return _("区の電話番号: %(telephone)s") % {"telephone": program.contact.escalation_telephone}


def effects_of(work: Work, request: Request) -> tuple[str, ...]:
    """Return what accepting does: children and yen, what becomes of the codes, and obstacles."""
    ids = [
        item.entitlement_id
        for item in items_of(work.session, request.id)
        if item.state in {DeclineState.SUBMITTED, DeclineState.AWAITING_STOP}
    ]
    if not ids:
        return (_s("まだ受け入れられません。本人の返事か書類を待っています。"),)
    yen = work.session.scalar(
        select(func.sum(Entitlement.amount_yen)).where(Entitlement.id.in_(ids))
    )
    lines = [
        _s("こども%(children)s人、%(yen)s円が「辞退」になります。")
        % {"children": len(ids), "yen": f"{yen or 0:,}"},
        *_code_lines(live_codes(work.session, ids)),
    ]
    if open_holds(work.session, request.household_id or 0):
        lines.append(_s("この世帯は保留中です。保留が解けるまで、受け入れられません。"))
    day = work.program.windows.decline.last_day.isoformat()
    lines.append(_s("本人は、%(day)sまで取り下げられます。") % {"day": day})
    return tuple(lines)


def _code_lines(codes: LiveCodes) -> Iterable[str]:
    if codes.unseen:
        yield _s("まだ表示していないコード%(n)s件は、すぐに無効になります。") % {"n": codes.unseen}
    if codes.shown:
        yield _s(
            "表示したコード%(n)s件は、発行者に停止を頼みます。"
            "使われていないとわかったときに、辞退になります。"
        ) % {"n": codes.shown}


def steps_of(session: Session, request: Request) -> tuple[Step, ...]:
    """Return what happened and what comes next, in the resident's language.

    Nothing in it reveals a hold or a protection.
    """
    items = items_of(session, request.id)
    if not items:
        return _wish_steps(request)
    taken = Step(request.received_at, _("辞退の申請を受け付けました。"))
    return (taken, *_later_steps(request, items))


def _wish_steps(request: Request) -> tuple[Step, ...]:
    said = Step(
        request.received_at, _("お電話での、辞退の希望を聞きました。まだ辞退にはなっていません。")
    )
    if request.state == RequestState.CLOSED:
        return said, Step(request.closed_at, _("この希望は、終わりにしました。"))
    return said, Step(None, _("辞退するときは、このサイトで手続きをしてください。"))


def _later_steps(request: Request, items: list[DeclineItem]) -> tuple[Step, ...]:
    states = {item.state for item in items}
    if request.state == RequestState.CLOSED:
        return _end_steps(request)
    if request.state == RequestState.IN_PROGRESS:
        return (
            Step(request.changed_at, _("申請の内容を確かめました。クーポンを止めています。")),
            Step(None, _("クーポンが使われていないことを確かめてから、辞退になります。")),
        )
    if DeclineState.RETURNED_FOR_CORRECTION in states:
        return (
            Step(request.changed_at, _("直してほしいところがあります。")),
            Step(None, _("内容を確かめて、もう一度送ってください。")),
        )
    if DeclineState.UNCLEAR in states:
        return (
            Step(
                request.changed_at,
                _("書かれていることがわからなかったため、まだ辞退にはなっていません。"),
            ),
            Step(None, _("電話か手紙で、お気持ちをおたずねします。")),
        )
    if DeclineWarning.COUNTERSIGN in request.warnings:
        return (
            Step(None, _("18歳以上の方の分は、本人の署名がある書類が届いてから、確認します。")),
        )
    return (Step(None, check_words(request)),)


def _end_steps(request: Request) -> tuple[Step, ...]:
    refused = _("辞退になりませんでした。")
    words = {
        Result.ACCEPTED: _("辞退の手続きが終わりました。"),
        Result.WITHDRAWN: _("辞退を取り下げました。クーポンは、またこのサイトに表示されます。"),
        Result.PARTLY: _("一部のこどもの分だけ、辞退になりました。"),
    }
    result = Result.known(request.result)
    return (Step(request.closed_at, words.get(result, refused) if result else refused),)
