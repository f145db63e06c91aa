"""A paper alternative in words.

Standard reasons and steps for residents, effects and warnings for the staff.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_start
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import postings_before, shipment
from portal.domain.letters.shipments.words import class_name, reason_words
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import LIVE
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.alternatives.items import items_of
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockBalance,
)
from portal.domain.requests.alternatives.states import FOR_WARD
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import reply_of
from portal.domain.requests.requests.steps import Step
from portal.domain.requests.requests.words import check_words

REASONS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "incomplete": lambda: _("書き足りないところがあります。"),
        "not_authorized": lambda: _("世帯主の署名か、世帯主からの委任状が必要です。"),
        "product": lambda: _("選んだ種類は、いまお渡しできません。ほかの種類を選んでください。"),
        "spent": lambda: _("クーポンが使われていたため、紙の代替品に変えられませんでした。"),
        "can_use": lambda: _("電子クーポンを使えることを、ご本人に確かめました。"),
        "late": lambda: _(
            "受付の期間が終わったあとに届いたため、紙の代替品に変えられませんでした。"
        ),
        "came_back": lambda: _(
            "お送りした小包が、戻ってきました。どうするかを、区にご相談ください。"
        ),
        "other": lambda: _("下の文を読んでください。"),
    }
)


def reply_lines(vault: Vault, program: Program, row: Request) -> tuple[str, ...]:
    """Return what a resident reads about a return or a refusal.

    The standard reason, the reviewer's words, whom to call.
    """
    if row.reply is None:
        return ()
    lines = [REASONS.get(row.reply, REASONS["other"])(), reply_of(vault, row)]
    if row.reply in {"spent", "came_back"}:
        lines.append(
            _("区の電話番号: %(telephone)s") % {"telephone": program.contact.escalation_telephone}
        )
    return tuple(line for line in lines if line)


def warning_text(code: str) -> str:
    """Say what a warning means, in the staff's language."""
    return {
        "held": _s("この世帯は保留中です。保留が解けるまで、受け入れられません。"),
        "late": _s("受付の期間のあとに届いた書類です。受け入れられません。"),
        "no_attorney": _s(
            "世帯主のほかの人の署名で、委任状がありません。委任状が届くまで、受け入れられません。"
        ),
        "not_signed": _s("署名がありません。本人に確かめてください。"),
        "unclear": _s("はっきりしない申出書です。本人の気持ちを確かめるまで、受け入れられません。"),
        "restocked": _s(
            "小包が戻り、券を在庫に戻しました。区の判断を待っています。"
            "終わらせるときは「断る」を選び、理由を伝えてください。"
        ),
        "written_off": _s(
            "郵便局が小包をなくし、送りなおさないことにしました。区の判断を待っています。"
            "終わらせるときは「断る」を選び、理由を伝えてください。"
        ),
    }.get(code, code)


def product_name(program: Program, product_id: str) -> str:
    """Return a product's name in the reader's language; its id where the program has it no more."""
    return next(
        (str(product.name) for product in program.alternatives if product.id == product_id),
        product_id,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One child of a request as staff read it: product by name, pieces, yen, and where it stands."""

    ordinal: int
    product: str
    pieces: int
    amount_yen: int
    state: str
    parcel_id: int | None


def lines_of(work: Work, request: Request) -> tuple[Line, ...]:
    """Return the children of a request with what they get."""
    return tuple(
        Line(
            item.ordinal,
            product_name(work.program, item.product),
            item.pieces,
            item.amount_yen,
            item.state,
            item.parcel_id,
        )
        for item in items_of(work.session, request.id)
    )


def effects_of(work: Work, request: Request) -> tuple[str, ...]:
    """Say what accepting does.

    Children and yen, what becomes of the codes, which pieces are promised, and hindrances.
    """
    items = [item for item in items_of(work.session, request.id) if item.state == "submitted"]
    if not items:
        return (_s("認められる分がありません。本人の返事を待っているか、小包が戻ったあとです。"),)
    lines = [
        _s("こども%(children)s人、%(yen)s円を、紙の代替品で送ります。")
        % {"children": len(items), "yen": f"{sum(item.amount_yen for item in items):,}"},
        *_coupon_lines(work.session, items),
        *_stock_lines(work, items),
    ]
    if open_holds(work.session, request.household_id or 0):
        lines.append(_s("この世帯は保留中です。保留が解けるまで、受け入れられません。"))
    lines.append(_s("本人は、小包を用意するまで取り下げられます。"))
    return tuple(lines)


def _coupon_lines(session: Session, items: Sequence[AlternativeItem]) -> Iterable[str]:
    ids = [item.entitlement_id for item in items]
    shown = session.scalars(
        select(Coupon.revealed_at.is_not(None)).where(
            Coupon.entitlement_id.in_(ids), Coupon.state.in_(LIVE)
        )
    ).all()
    if unseen := len(shown) - sum(shown):
        yield _s("まだ表示していないコード%(n)s件は、すぐに無効になります。") % {"n": unseen}
    if sum(shown):
        yield _s(
            "表示したコード%(n)s件は、発行者に停止を頼みます。"
            "使われていないとわかってから、紙を用意します。"
        ) % {"n": sum(shown)}


def _stock_lines(work: Work, items: Sequence[AlternativeItem]) -> Iterable[str]:
    for product in sorted({item.product for item in items}):
        wanted = sum(item.pieces for item in items if item.product == product)
        balance = work.session.get(StockBalance, product, populate_existing=True)
        free = balance.on_hand - balance.reserved if balance is not None else 0
        words = {"product": product_name(work.program, product), "wanted": wanted, "free": free}
        if free >= wanted:
            yield (
                _s("「%(product)s」を%(wanted)d枚取り置きます（空いている在庫 %(free)d枚）。")
                % words
            )
        else:
            yield (
                _s(
                    "「%(product)s」が%(wanted)d枚要りますが、"
                    "空いている在庫は%(free)d枚です。入荷まで在庫待ちになります。"
                )
                % words
            )


def steps_of(session: Session, request: Request) -> tuple[Step, ...]:
    """Return what happened when and what comes next, in the resident's language.

    No tracking number, address or hold shows here: these words are the same for everybody.
    """
    items = items_of(session, request.id)
    steps = [Step(request.received_at, _("紙の代替品の申し込みを受け付けました。"))]
    if request.state == "with_resident":
        steps.append(Step(request.changed_at, _("直してほしいところがあります。")))
        steps.append(Step(None, _("内容を確かめて、もう一度送ってください。")))
        return tuple(steps)
    accepted = [
        item.decided_at for item in items if item.decided_at is not None and item.state != "refused"
    ]
    if accepted:
        steps.append(Step(min(accepted), _("申し込みの内容を確かめました。")))
    stopped = [item.stopped_at for item in items if item.stopped_at is not None]
    if stopped:
        steps.append(Step(max(stopped), _("電子クーポンを止めました。")))
    for parcel in _parcels(session, request.id):
        steps += _parcel_steps(session, parcel, sum(item.parcel_id == parcel.id for item in items))
    steps += _ends(request, items)
    steps += _next(request, items)
    return tuple(steps)


def _parcels(session: Session, request_id: int) -> list[AlternativeParcel]:
    return list(
        session.scalars(
            select(AlternativeParcel)
            .where(
                AlternativeParcel.request_id == request_id, AlternativeParcel.state == "confirmed"
            )
            .order_by(AlternativeParcel.id)
        )
    )


def _parcel_steps(session: Session, parcel: AlternativeParcel, children: int) -> Iterable[Step]:
    if children:  # none are left where the parcel was lost and its children got another
        yield Step(parcel.confirmed_at, _("%(n)s人分の小包を用意しました。") % {"n": children})
    last = shipment(session, parcel.shipment_id)
    if last is None:
        return
    for posting in (*reversed(postings_before(session, last)), last):
        yield from _posting_steps(posting)


def _posting_steps(posting: Shipment) -> Iterable[Step]:
    if posting.posted_on is not None:
        words = (
            _("もう一度、%(mail)sで送りました。")
            if posting.attempt
            else _("小包を、%(mail)sで送りました。")
        )
        yield Step(_at(posting.posted_on), words % {"mail": class_name(posting.mail_class)})
    if posting.kept_until is not None:
        yield Step(
            None if posting.state == "at_post_office" else _at(posting.kept_until),
            _("お留守でした。郵便局が、%(day)sまで預かります。郵便局に、再配達を頼んでください。")
            % {"day": format_day(posting.kept_until)},
        )
    if posting.delivered_on is not None:
        yield Step(_at(posting.delivered_on), _("小包が届きました。"))
    if posting.returned_on is not None:
        yield Step(
            _at(posting.returned_on),
            _("小包が、事務局に戻りました。%(why)s")
            % {"why": reason_words(posting.returned_reason)},
        )
    if posting.state == "cancelled":
        yield Step(posting.changed_at, _("区の窓口でお渡ししました。"))
    if posting.state == "lost":
        yield Step(posting.changed_at, _("郵便局が小包を探しています。"))


def _ends(request: Request, items: Sequence[AlternativeItem]) -> Iterable[Step]:
    states = {item.state for item in items}
    if "refused" in states:
        yield Step(
            _last(items, "refused"),
            _("紙の代替品に変えられませんでした。電子クーポンをお使いください。"),
        )
    if "withdrawn" in states:
        yield Step(
            _last(items, "withdrawn"), _("申し込みを取り下げました。電子クーポンを、また使えます。")
        )
    if states & set(FOR_WARD) and request.state == "closed":
        yield Step(request.closed_at, _("この申し込みは終わりました。"))


def _next(request: Request, items: Sequence[AlternativeItem]) -> Iterable[Step]:
    states = {item.state for item in items}
    if "submitted" in states:
        yield Step(None, check_words(request))
    if "awaiting_stop" in states:
        yield Step(None, _("電子クーポンが使われていないことを確かめて、止めています。"))
    if "approved" in states:
        yield Step(None, _("紙の代替品を準備中です。"))
    if "packed" in states:
        yield Step(None, _("まもなく、小包を送ります。"))
    if states & {"returned", "lost"} or (states & set(FOR_WARD) and request.state == "waiting"):
        yield Step(
            None,
            _("どうするかを、区に確かめています。急ぐときは、コールセンターにお電話ください。"),
        )


def _last(items: Sequence[AlternativeItem], state: str) -> datetime:
    return max(item.changed_at for item in items if item.state == state)


def _at(day: date) -> datetime:
    return day_start(day)
