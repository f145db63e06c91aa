"""A paper alternative in words: replies and steps for residents, effects of accepting for staff."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct
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
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.alternatives.items import items_of
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockBalance,
)
from portal.domain.requests.alternatives.reasons import AlternativeReason
from portal.domain.requests.alternatives.states import FOR_WARD, AlternativeState, PackingState
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
    """Return what a resident reads about a return or a refusal, and whom to call."""
    lines = reply_words(vault, row, AlternativeReason)
    if row.reply in {AlternativeReason.SPENT, AlternativeReason.CAME_BACK}:
        number = program.contact.escalation_telephone
        lines = (*lines, _("区の電話番号: %(telephone)s") % {"telephone": number})
    return lines


def product_name(program: Program, product_id: str) -> str:
    """Return a product's name in the reader's language; its id where the program dropped it."""
    return next(
        (str(product.name) for product in program.alternatives if product.id == product_id),
        product_id,
    )


class Line(Struct, frozen=True):
    """One child of a request as staff read it: product by name, pieces, yen, and its status."""

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
    """Return what accepting does.

    Children and yen, what becomes of the codes, which pieces are reserved, and obstacles.
    """
    items = [
        item
        for item in items_of(work.session, request.id)
        if item.state == AlternativeState.SUBMITTED
    ]
    if not items:
        return (_s("認められる分がありません。本人の返事を待っているか、小包が戻ったあとです。"),)
    lines = [
        _s("こども%(children)s人、%(yen)s円を、紙の代替品で送ります。")
        % {"children": len(items), "yen": f"{sum(item.amount_yen for item in items):,}"},
        *_code_lines(live_codes(work.session, [item.entitlement_id for item in items])),
        *_stock_lines(work, items),
    ]
    if open_holds(work.session, request.household_id or 0):
        lines.append(_s("この世帯は保留中です。保留が解けるまで、受け入れられません。"))
    lines.append(_s("本人は、小包を用意するまで取り下げられます。"))
    return tuple(lines)


def _code_lines(codes: LiveCodes) -> Iterable[str]:
    if codes.unseen:
        yield _s("まだ表示していないコード%(n)s件は、すぐに無効になります。") % {"n": codes.unseen}
    if codes.shown:
        yield _s(
            "表示したコード%(n)s件は、発行者に停止を頼みます。"
            "使われていないとわかってから、紙を用意します。"
        ) % {"n": codes.shown}


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
    """Return what happened when, and what comes next, in the resident's language.

    No tracking number, address or hold is in it: the words are the same for everybody.
    """
    items = items_of(session, request.id)
    steps = [Step(request.received_at, _("紙の代替品の申し込みを受け付けました。"))]
    if request.state == RequestState.WITH_RESIDENT:
        steps.append(Step(request.changed_at, _("直してほしいところがあります。")))
        steps.append(Step(None, _("内容を確かめて、もう一度送ってください。")))
        return tuple(steps)
    accepted = [
        item.decided_at
        for item in items
        if item.decided_at is not None and item.state != AlternativeState.REFUSED
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
                AlternativeParcel.request_id == request_id,
                AlternativeParcel.state == PackingState.CONFIRMED,
            )
            .order_by(AlternativeParcel.id)
        )
    )


def _parcel_steps(session: Session, parcel: AlternativeParcel, children: int) -> Iterable[Step]:
    if children:  # none is left where the parcel was lost and its children got another one
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
    if AlternativeState.REFUSED in states:
        yield Step(
            _last(items, AlternativeState.REFUSED),
            _("紙の代替品に変えられませんでした。電子クーポンをお使いください。"),
        )
    if AlternativeState.WITHDRAWN in states:
        yield Step(
            _last(items, AlternativeState.WITHDRAWN),
            _("申し込みを取り下げました。電子クーポンを、また使えます。"),
        )
    if states & set(FOR_WARD) and request.state == RequestState.CLOSED:
        yield Step(request.closed_at, _("この申し込みは終わりました。"))


def _next(request: Request, items: Sequence[AlternativeItem]) -> Iterable[Step]:
    states = {item.state for item in items}
    if AlternativeState.SUBMITTED in states:
        yield Step(None, check_words(request))
    if AlternativeState.AWAITING_STOP in states:
        yield Step(None, _("電子クーポンが使われていないことを確かめて、止めています。"))
    if AlternativeState.APPROVED in states:
        yield Step(None, _("紙の代替品を準備中です。"))
    if AlternativeState.PACKED in states:
        yield Step(None, _("まもなく、小包を送ります。"))
    if states & {AlternativeState.RETURNED, AlternativeState.LOST} or (
        states & set(FOR_WARD) and request.state == RequestState.WAITING
    ):
        yield Step(
            None,
            _("どうするかを、区に確かめています。急ぐときは、コールセンターにお電話ください。"),
        )


def _last(items: Sequence[AlternativeItem], state: AlternativeState) -> datetime:
    return max(item.changed_at for item in items if item.state == state)


def _at(day: date) -> datetime:
    return day_start(day)
