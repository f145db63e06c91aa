"""Coupons that shops refuse (clause 13(1)).

Reported, looked up at the issuer, stopped and replaced in one action.

Rows are locked in one order: the case, then the child's entitlement, then its coupon.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.mailroom.incidents.fault_queries import visible
from portal.domain.mailroom.incidents.kinds import ISSUER_ANSWERS, OUTCOMES, SAID, Source
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import COUPON_FAULT, OPEN
from portal.domain.people.coupons import stopping
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import locked as locked_entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.tasks.services import new_receipt_no

SHOP_MAX, WORDS_MAX, NOTE_MAX = 100, 500, 500
REASON = "fault"


@dataclass(frozen=True, slots=True)
class Told:
    """What a household says.

    The shop's answer (a word of ``SAID``), the shop, the day (JST), and more in own words.
    """

    said: str
    shop: str = field(repr=False, default="")
    words: str = field(repr=False, default="")
    shop_on: date | None = None


@dataclass(frozen=True, slots=True)
class LookUp:
    """What the issuer says of the code at the end of ``as_of`` (JST).

    ``used_yen`` counts where a part was used.
    """

    status: str
    as_of: date
    used_yen: int = 0


def report_fault(
    work: Work, household_id: int, entitlement_id: int, told: Told, source: Source
) -> CouponFault:
    """Open a case for the coupon of one entitlement of a household.

    While one is open, asking again is the same case.

    Raises:
        NotFoundError: the household has no such entitlement.
        NotAllowedError: no code of the child was shown yet, or it is being stopped (``no_coupon``).
        InputError: something is wrong with what was told (code: the field).
    """
    entitlement = work.session.scalar(
        select(Entitlement)
        .where(Entitlement.id == entitlement_id, Entitlement.household_id == household_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if entitlement is None:
        raise NotFoundError(_("クーポンが見つかりません。"))
    found = open_fault(work.session, entitlement.id)
    if found is not None:
        return found
    _check(work, told)
    coupon = stopping.live_coupon(work.session, entitlement.id)
    if (
        coupon is None
        or coupon.revealed_at is None
        or coupon.state in {"suspended", "stop_requested"}
    ):
        raise NotAllowedError(
            _(
                "このこどもの分には、いま、お店で使えるクーポンがありません。"
                "ホームの画面で確かめてください。"
            ),
            code="no_coupon",
        )
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    details = {"shop": told.shop.strip(), "words": told.words.strip()}
    row = CouponFault(
        receipt_no=receipt_no,
        household_id=household_id,
        entitlement_id=entitlement.id,
        coupon_id=coupon.id,
        source=source.value,
        said=told.said,
        shop_on=told.shop_on,
        reported_at=work.now,
        reported_by=work.actor.id,
        wrapped_key=wrapped,
        sealed=seal_json(key, details, _place(receipt_no)),
    )
    work.session.add(row)
    work.session.flush()
    _note(work, row, "reported", source=row.source, said=row.said)
    return row


def _check(work: Work, told: Told) -> None:
    if told.said not in SAID:
        raise InputError(_("お店で何と言われたかを、ひとつ選んでください。"), code="said")
    if told.shop_on is not None and told.shop_on > jst_date(work.now):
        raise InputError(
            _("お店に行った日は、今日かそれより前の日にしてください。"), code="shop_on"
        )
    for name, text, most in (("shop", told.shop, SHOP_MAX), ("words", told.words, WORDS_MAX)):
        if len(text) > most:
            raise InputError(_("%(most)s文字までで書いてください。") % {"most": most}, code=name)
        try:
            refuse_secrets(text)
            refuse_coupons(work, text)
        except InputError:
            raise InputError(
                _(
                    "クーポンの番号、パスワード、カードの番号は書かないでください。"
                    "消して、もう一度送ってください。"
                ),
                code=name,
            ) from None


def look_up(work: Work, fault_id: int, answer: LookUp, *, include_protected: bool) -> CouponFault:
    """Note what the issuer says of the code.

    Raises:
        NotFoundError: there is no such case, or the actor may not know of it.
        WrongStateError: not possible from its state.
        InputError: no such answer, a day to come, or yen that do not fit it (code: the field).
    """
    row = locked(work.session, fault_id, include_protected=include_protected)
    state = COUPON_FAULT.next(row.state, "look_up")
    if answer.status not in ISSUER_ANSWERS:
        raise InputError(_s("発行者の答えを選んでください。"), code="status")
    if answer.as_of > jst_date(work.now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"), code="as_of")
    face = work.session.get_one(Coupon, row.coupon_id).face_yen
    if answer.status == "part_used" and not 0 < answer.used_yen < face:
        raise InputError(
            _s("使われた金額を、1円から%(most)s円までで入力してください。")
            % {"most": f"{face - 1:,}"},
            code="used_yen",
        )
    row.state, row.issuer_status, row.issuer_as_of = state, answer.status, answer.as_of
    row.used_yen = {"part_used": answer.used_yen, "exchanged": face, "unused": 0}.get(answer.status)
    row.looked_up_by, row.looked_up_at = work.actor.id, work.now
    _note(work, row, "look_up", status=answer.status, as_of=answer.as_of.isoformat())
    return row


def stop_and_replace(work: Work, fault_id: int, *, include_protected: bool) -> CouponFault:
    """Stop the old code and give the child a new one.

    Where the issuer must answer first, the case waits for that.

    Raises:
        NotFoundError: there is no such case, or the actor may not know of it.
        WrongStateError: the issuer was not asked yet how the code stands, or the case ended.
        NotAllowedError: something was spent, the issuer never stops codes, or another request is
            open for the child.
        ConflictError: no code is left (``coupon_stock``); then nothing was stopped.
    """
    row = locked(work.session, fault_id, include_protected=include_protected)
    COUPON_FAULT.next(row.state, "replace")
    if row.state == "stopping":
        raise WrongStateError(
            _s(
                "発行者の答えを待っています。「コードの停止」で答えを記録すると、"
                "新しいコードが出ます。"
            )
        )
    entitlement = locked_entitlement(work.session, row.entitlement_id)
    if entitlement.claimed_by is not None:
        raise NotAllowedError(
            _s(
                "このこどもの分には、別の申請があります。その申請が終わってから、"
                "差し替えてください。"
            ),
            code="claimed",
        )
    if row.issuer_status in {"part_used", "exchanged"}:
        raise NotAllowedError(
            _s(
                "発行者の記録では、もう使われています。差し替えられません。区と相談し、"
                "説明して終わりにしてください。"
            ),
            code="coupon_spent",
        )
    live = stopping.live_coupon(work.session, entitlement.id)
    if live is not None and live.id != row.coupon_id:
        raise NotAllowedError(
            _s("このこどもには、もう別の新しいコードがあります。説明して終わりにしてください。"),
            code="replaced",
        )
    stop = stopping.begin_stop(work, entitlement.id, reason=REASON)
    if stop is stopping.Stop.AWAITED:
        row.state, row.stop_asked_at = COUPON_FAULT.next(row.state, "ask_stop"), work.now
        _note(work, row, "ask_stop")
        return row
    row.stop_asked_at = row.stop_asked_at or work.now
    _replace(work, row)
    return row


def _replace(work: Work, row: CouponFault) -> None:
    fresh = assign_replacement(work, row.entitlement_id)
    row.state, row.new_coupon_id = COUPON_FAULT.next(row.state, "replace"), fresh.id
    row.ended_at, row.ended_by = work.now, work.actor.id
    _note(work, row, "replace", old=row.coupon_id, new=fresh.id)
    _tell(work, row)


def _tell(work: Work, row: CouponFault) -> None:
    key = f"coupon_fault:{row.id}:{row.state}"
    announce(work, row.household_id, "decided", key, receipt_no=row.receipt_no)


def waiting_for(session: Session, coupon_id: int) -> CouponFault | None:
    """Return the case that waits for the issuer's answer about a code, locked.

    None where none does.
    """
    return session.scalar(
        select(CouponFault)
        .where(CouponFault.coupon_id == coupon_id, CouponFault.state == "stopping")
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def stop_confirmed(work: Work, row: CouponFault) -> None:
    """Give the child a new code in the transaction in which its old one became void.

    ``row`` is locked.

    With none in stock, or while the child is held, the case waits for somebody to do it. Where
    another request decided over the child meanwhile, the case ends.
    """
    entitlement = locked_entitlement(work.session, row.entitlement_id)
    decided = entitlement.state not in {ENTITLEMENT.initial, "held"}
    if entitlement.claimed_by is not None or decided:
        row.state, row.outcome = COUPON_FAULT.next(row.state, "overtake"), "other_request"
        row.ended_at, row.ended_by = work.now, work.actor.id
        _note(work, row, "overtake")
        return
    try:
        with work.session.begin_nested():
            _replace(work, row)
    except (ConflictError, NotAllowedError):
        work.session.refresh(row)
        row.state = COUPON_FAULT.next(row.state, "run_short")
        _note(work, row, "run_short")


def stop_found_spent(work: Work, row: CouponFault) -> None:
    """Note that the code was used before it could be stopped: the case is looked up once more.

    ``row`` is locked.
    """
    row.state = COUPON_FAULT.next(row.state, "found_spent")
    row.issuer_status = row.used_yen = row.issuer_as_of = None
    _note(work, row, "found_spent")


def explain(
    work: Work, fault_id: int, outcome: str, words: str, *, include_protected: bool
) -> CouponFault:
    """End a case without a new code, because of what the issuer said.

    ``words`` are what the household was told.

    Raises:
        NotFoundError, WrongStateError: as ``look_up``.
        InputError: no reason or no words (code: the field).
    """
    return _end(work, fault_id, "explain", outcome, words, include_protected=include_protected)


def refuse(
    work: Work, fault_id: int, outcome: str, words: str, *, include_protected: bool
) -> CouponFault:
    """End a case that is none, or none of ours. Raises as ``explain``."""
    return _end(work, fault_id, "refuse", outcome, words, include_protected=include_protected)


def _end(
    work: Work, fault_id: int, action: str, outcome: str, words: str, *, include_protected: bool
) -> CouponFault:
    row = locked(work.session, fault_id, include_protected=include_protected)
    state = COUPON_FAULT.next(row.state, action)
    if outcome not in OUTCOMES:
        raise InputError(_s("終わりにする理由を選んでください。"), code="outcome")
    if not 0 < len(words.strip()) <= NOTE_MAX:
        raise InputError(_s("本人に伝えたことを、500文字までで書いてください。"), code="note")
    try:
        refuse_secrets(words)
        refuse_coupons(work, words)
    except InputError as error:
        raise InputError(error.message, code="note") from None
    key = work.vault.unwrap(row.wrapped_key)
    row.note_sealed = seal_json(key, {"words": words.strip()}, _place(row.receipt_no))
    row.state, row.outcome, row.ended_at, row.ended_by = state, outcome, work.now, work.actor.id
    _note(work, row, action, outcome=outcome)
    _tell(work, row)
    return row


def words_of(vault: Vault, row: CouponFault) -> dict[str, str]:
    """Open what was told (``shop``, ``words``) and what the household was told at the end (``note``)."""
    key = vault.unwrap(row.wrapped_key)
    opened: dict[str, str] = unseal_json(key, row.sealed, _place(row.receipt_no))
    note = (
        unseal_json(key, row.note_sealed, _place(row.receipt_no))["words"]
        if row.note_sealed
        else ""
    )
    return opened | {"note": str(note)}


def open_fault(session: Session, entitlement_id: int) -> CouponFault | None:
    """Return the open case of a child, None where there is none."""
    return session.scalar(
        select(CouponFault).where(
            CouponFault.entitlement_id == entitlement_id, CouponFault.state.in_(OPEN)
        )
    )


def locked(session: Session, fault_id: int, *, include_protected: bool) -> CouponFault:
    """Return a case, locked to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key, or the actor may not know of it.
    """
    statement = visible(include_protected=include_protected).where(CouponFault.id == fault_id)
    row = session.scalar(
        statement.with_for_update(of=CouponFault).execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(_s("この記録は見つかりませんでした。"))
    return row


def _place(receipt_no: str) -> str:
    return f"coupon_fault:{receipt_no}"


def _note(work: Work, row: CouponFault, action: str, **detail: Any) -> None:
    work.session.flush()
    record(
        work,
        f"coupon_fault.{action}",
        "coupon_fault",
        row.id,
        household_id=row.household_id,
        state=row.state,
        **detail,
    )
