"""A decline in words: standard reasons and steps for residents, effects and warnings for the staff."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import LIVE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.declines.declaring import (
    ADULT_WARD,
    COUNTERSIGN,
    CROSSED,
    HONORED,
    LATE,
    NO_ATTORNEY,
)
from portal.domain.requests.declines.items import items_of
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import reply_of
from portal.domain.requests.requests.steps import Step
from portal.domain.requests.requests.words import check_words

REASONS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "spent": lambda: _("クーポンが使われていたため、辞退にできませんでした。"),
        "late": lambda: _("受付の期間が終わったあとに届いたため、辞退にできませんでした。"),
        "not_authorized": lambda: _("世帯主の署名か、世帯主からの委任状が必要です。"),
        "unclear": lambda: _("書かれていることから、辞退かどうかがわかりませんでした。"),
        "incomplete": lambda: _("書き足りないところがあります。"),
        "no_decline": lambda: _("辞退ではないことを、ご本人に確かめました。"),
        "other": lambda: _("下の文を読んでください。"),
    }
)


def reply_lines(vault: Vault, program: Program, row: Request) -> tuple[str, ...]:
    """Return what a resident reads about a return or a refusal.

    The standard reason, the reviewer's words, whom to call.

    Who is told that the code was used gets the ward's own telephone number (``domain.md`` §4.3).
    """
    if row.reply is None:
        return ()
    lines = [REASONS.get(row.reply, REASONS["other"])(), reply_of(vault, row)]
    if row.reply == "spent":
        lines.append(ward_line(program))
    return tuple(line for line in lines if line)


def ward_line(program: Program) -> str:
    """Say whom at the ward to call."""
    return _("区の電話番号: %(telephone)s") % {"telephone": program.contact.escalation_telephone}


def warning_text(code: str) -> str:
    """Say what a warning means, in the staff's language."""
    return {
        LATE: _s("受付の期間のあとに届いた書類です。受け入れられません。"),
        NO_ATTORNEY: _s(
            "世帯主のほかの人の署名で、委任状がありません。委任状が届くまで、受け入れられません。"
        ),
        ADULT_WARD: _s("申し出た日に18歳以上のこどもがいます。区の担当者だけが受け入れられます。"),
        COUNTERSIGN: _s("申し出た日に18歳以上のこどもの署名を待っています。"),
        HONORED: _s(
            "サインインできない人が、期限の前に申し込んだものです。受付番号と本人を確かめました。"
        ),
        CROSSED: _s(
            "本人が取り下げたあとに届いた、それより前の書類です。本人の気持ちを確かめてください。"
        ),
    }.get(code, code)


def effects_of(work: Work, request: Request) -> tuple[str, ...]:
    """Say what accepting does.

    Children and yen, codes that become void at once or wait for the issuer, and hindrances.
    """
    ids = [
        item.entitlement_id
        for item in items_of(work.session, request.id)
        if item.state in {"submitted", "awaiting_stop"}
    ]
    if not ids:
        return (_s("まだ受け入れられません。本人の返事か書類を待っています。"),)
    yen = (
        work.session.scalar(select(func.sum(Entitlement.amount_yen)).where(Entitlement.id.in_(ids)))
        or 0
    )
    lines = [
        _s("こども%(children)s人、%(yen)s円が「辞退」になります。")
        % {"children": len(ids), "yen": f"{yen:,}"}
    ]
    shown = work.session.scalars(
        select(Coupon.revealed_at.is_not(None)).where(
            Coupon.entitlement_id.in_(ids), Coupon.state.in_(LIVE)
        )
    ).all()
    if unseen := len(shown) - sum(shown):
        lines.append(
            _s("まだ表示していないコード%(n)s件は、すぐに無効になります。") % {"n": unseen}
        )
    if sum(shown):
        lines.append(
            _s(
                "表示したコード%(n)s件は、発行者に停止を頼みます。"
                "使われていないとわかったときに、辞退になります。"
            )
            % {"n": sum(shown)}
        )
    if open_holds(work.session, request.household_id or 0):
        lines.append(_s("この世帯は保留中です。保留が解けるまで、受け入れられません。"))
    day = work.program.windows.decline.last_day.isoformat()
    lines.append(_s("本人は、%(day)sまで取り下げられます。") % {"day": day})
    return tuple(lines)


def steps_of(session: Session, request: Request) -> tuple[Step, ...]:
    """Return what happened and what comes next, in the resident's language.

    A hold or a protection shows in no word.
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
    if request.state == "closed":
        return said, Step(request.closed_at, _("この希望は、終わりにしました。"))
    return said, Step(None, _("辞退するときは、このサイトで手続きをしてください。"))


def _later_steps(request: Request, items: list[DeclineItem]) -> tuple[Step, ...]:
    states = {item.state for item in items}
    if request.state == "closed":
        return _end_steps(request)
    if request.state == "in_progress":
        return (
            Step(request.changed_at, _("申請の内容を確かめました。クーポンを止めています。")),
            Step(None, _("クーポンが使われていないことを確かめてから、辞退になります。")),
        )
    if "returned_for_correction" in states:
        return (
            Step(request.changed_at, _("直してほしいところがあります。")),
            Step(None, _("内容を確かめて、もう一度送ってください。")),
        )
    if "unclear" in states:
        return (
            Step(
                request.changed_at,
                _("書かれていることがわからなかったため、まだ辞退にはなっていません。"),
            ),
            Step(None, _("電話か手紙で、お気持ちをおたずねします。")),
        )
    if COUNTERSIGN in request.warnings:
        return (
            Step(None, _("18歳以上の方の分は、本人の署名がある書類が届いてから、確認します。")),
        )
    return (Step(None, check_words(request)),)


def _end_steps(request: Request) -> tuple[Step, ...]:
    words = {
        "accepted": _("辞退の手続きが終わりました。"),
        "withdrawn": _("辞退を取り下げました。クーポンは、またこのサイトに表示されます。"),
        "refused": _("辞退になりませんでした。"),
        "partly": _("一部のこどもの分だけ、辞退になりました。"),
    }
    return (Step(request.closed_at, words.get(request.result or "", words["refused"])),)
