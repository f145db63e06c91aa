"""Cases of coupons that shops refuse (clause 13(1)): report, look up at the issuer, close.

Rows are always locked in the same order: the case, then the child's entitlement, then its coupon.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.mailroom.incidents.fault_agreement import end_proposal
from portal.domain.mailroom.incidents.fault_queries import visible
from portal.domain.mailroom.incidents.kinds import IssuerStatus, Outcome, ShopAnswer, Source
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import COUPON_FAULT, OPEN
from portal.domain.people.coupons import stopping
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.people.tasks.services import new_receipt_no

SHOP_MAX, WORDS_MAX, NOTE_MAX = 100, 500, 500


@dataclass(frozen=True, slots=True)
class FaultReport:
    """A household's report of a refused coupon.

    ``said`` is the shop's answer (a ``ShopAnswer``), ``shop_on`` the day (JST), ``words`` is what
    the household adds in its own words.
    """

    said: str
    shop: str = field(repr=False, default="")
    words: str = field(repr=False, default="")
    shop_on: date | None = None


class LookUp(Struct, frozen=True):
    """The issuer's status of the code at the end of ``as_of`` (JST).

    ``used_yen`` is used only if a part was spent.
    """

    status: str
    as_of: date
    used_yen: int = 0


class FaultOrigin(Struct, frozen=True):
    """The household and entitlement of the refused coupon, and how the report reached us."""

    household_id: int
    entitlement_id: int
    source: Source


@dataclass(frozen=True, slots=True)
class FaultEnding:
    """The end of a case without a new code: an ``Outcome``, and what the household was told."""

    outcome: str
    words: str = field(repr=False)


class FaultKey(Struct, frozen=True):
    """The key of a case, and whether its reader may know of protected households."""

    fault_id: int
    include_protected: bool = False


def report_fault(work: Work, origin: FaultOrigin, reported: FaultReport) -> CouponFault:
    """Open a case for the coupon of one entitlement of a household.

    While one is open, a second report returns the same case.

    Raises:
        NotFoundError: the household has no such entitlement.
        NotAllowedError: no code of the child was shown yet, or it is being stopped (``no_coupon``).
        InputError: a field of the report is missing or wrong (code: the field).
    """
    entitlement = _locked_entitlement_of(work.session, origin)
    found = open_fault(work.session, entitlement.id)
    if found is not None:
        return found
    _check(work, reported)
    coupon = _usable_coupon(work.session, entitlement.id)
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    details = {"shop": reported.shop.strip(), "words": reported.words.strip()}
    row = CouponFault(
        receipt_no=receipt_no,
        household_id=origin.household_id,
        entitlement_id=entitlement.id,
        coupon_id=coupon.id,
        source=origin.source.value,
        said=reported.said,
        shop_on=reported.shop_on,
        reported_at=work.now,
        reported_by=work.actor.id,
        wrapped_key=wrapped,
        sealed=seal_json(key, details, _place(receipt_no)),
    )
    work.session.add(row)
    work.session.flush()
    record_step(work, row, "reported", source=row.source, said=row.said)
    return row


def _locked_entitlement_of(session: Session, origin: FaultOrigin) -> Entitlement:
    entitlement = session.scalar(
        select(Entitlement)
        .where(
            Entitlement.id == origin.entitlement_id,
            Entitlement.household_id == origin.household_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if entitlement is None:
        raise NotFoundError(_("クーポンが見つかりません。"))
    return entitlement


def _usable_coupon(session: Session, entitlement_id: int) -> Coupon:
    """Return the code that the household can use in shops now. Raises NotAllowedError."""
    coupon = stopping.live_coupon(session, entitlement_id)
    if (
        coupon is None
        or coupon.revealed_at is None
        or coupon.state in {CouponState.SUSPENDED, CouponState.STOP_REQUESTED}
    ):
        raise NotAllowedError(
            _(
                "このこどもの分には、いま、お店で使えるクーポンがありません。"
                "ホームの画面で確かめてください。"
            ),
            code="no_coupon",
        )
    return coupon


def _check(work: Work, reported: FaultReport) -> None:
    if ShopAnswer.known(reported.said) is None:
        raise InputError(_("お店で何と言われたかを、ひとつ選んでください。"), code="said")
    if reported.shop_on is not None and reported.shop_on > jst_date(work.now):
        raise InputError(
            _("お店に行った日は、今日かそれより前の日にしてください。"), code="shop_on"
        )
    for name, text, most in (
        ("shop", reported.shop, SHOP_MAX),
        ("words", reported.words, WORDS_MAX),
    ):
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


def look_up(work: Work, key: FaultKey, answer: LookUp) -> CouponFault:
    """Record the issuer's status; a proposal to replace the code on another answer ends.

    Raises:
        NotFoundError: there is no such case, or the actor may not know of it.
        WrongStateError: not possible from its state.
        InputError: an unknown status, a future day, or an amount that contradicts the status (code:
            the field).
    """
    row = locked(work.session, key)
    state = COUPON_FAULT.next(row.state, "look_up")
    if IssuerStatus.known(answer.status) is None:
        raise InputError(_s("発行者の答えを選んでください。"), code="status")
    if answer.as_of > jst_date(work.now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"), code="as_of")
    face = work.session.get_one(Coupon, row.coupon_id).face_yen
    if answer.status == IssuerStatus.PART_USED and not 0 < answer.used_yen < face:
        raise InputError(
            _s("使われた金額を、1円から%(most)s円までで入力してください。")
            % {"most": f"{face - 1:,}"},
            code="used_yen",
        )
    row.state, row.issuer_status, row.issuer_as_of = state, answer.status, answer.as_of
    row.used_yen = {
        IssuerStatus.PART_USED.value: answer.used_yen,
        IssuerStatus.EXCHANGED.value: face,
        IssuerStatus.UNUSED.value: 0,
    }.get(answer.status)
    row.looked_up_by, row.looked_up_at = work.actor.id, work.now
    end_proposal(work, row)  # it was made on another answer
    record_step(work, row, "look_up", status=answer.status, as_of=answer.as_of.isoformat())
    return row


def explain(work: Work, key: FaultKey, ending: FaultEnding) -> CouponFault:
    """Close a case without a new code, because of the issuer's answer.

    Raises:
        NotFoundError, WrongStateError: as ``look_up``.
        InputError: no reason or no words (code: the field).
    """
    row = locked(work.session, key)
    state = COUPON_FAULT.next(row.state, "explain")
    _end(work, row, ending)
    row.state = state
    _record_ending(work, row, "explain")
    return row


def refuse(work: Work, key: FaultKey, ending: FaultEnding) -> CouponFault:
    """Close a case that was no fault, or not ours. Raises as ``explain``."""
    row = locked(work.session, key)
    state = COUPON_FAULT.next(row.state, "refuse")
    _end(work, row, ending)
    row.state = state
    _record_ending(work, row, "refuse")
    return row


def _end(work: Work, row: CouponFault, ending: FaultEnding) -> None:
    """Write the ending into the row. Raises InputError (code: the field)."""
    words = ending.words.strip()
    if Outcome.known(ending.outcome) is None:
        raise InputError(_s("終わりにする理由を選んでください。"), code="outcome")
    if not 0 < len(words) <= NOTE_MAX:
        raise InputError(_s("本人に伝えたことを、500文字までで書いてください。"), code="note")
    try:
        refuse_secrets(words)
        refuse_coupons(work, words)
    except InputError as error:
        raise InputError(error.message, code="note") from None
    key = work.vault.unwrap(row.wrapped_key)
    row.note_sealed = seal_json(key, {"words": words}, _place(row.receipt_no))
    row.outcome, row.ended_at, row.ended_by = ending.outcome, work.now, work.actor.id
    end_proposal(work, row)


def _record_ending(work: Work, row: CouponFault, action: str) -> None:
    record_step(work, row, action, outcome=row.outcome)
    inform_household(work, row)


def words_of(vault: Vault, row: CouponFault) -> dict[str, str]:
    """Decrypt the report (``shop``, ``words``) and what the household was told (``note``).

    ``note`` is empty while the case is open.
    """
    key = vault.unwrap(row.wrapped_key)
    opened: dict[str, str] = unseal_json(key, row.sealed, _place(row.receipt_no))
    note = (
        unseal_json(key, row.note_sealed, _place(row.receipt_no))["words"]
        if row.note_sealed
        else ""
    )
    return opened | {"note": str(note)}


def forget_words(vault: Vault, row: CouponFault) -> None:
    """Take the words out of a case, for good; its money and its end stay."""
    key, row.wrapped_key = vault.new_data_key()
    row.sealed = seal_json(key, {"shop": "", "words": ""}, _place(row.receipt_no))
    row.note_sealed = None


def open_fault(session: Session, entitlement_id: int) -> CouponFault | None:
    """Return the open case of a child, or None."""
    return session.scalar(
        select(CouponFault).where(
            CouponFault.entitlement_id == entitlement_id, CouponFault.state.in_(OPEN)
        )
    )


def locked(session: Session, key: FaultKey) -> CouponFault:
    """Return a case, locked to the end of the transaction.

    Raises:
        NotFoundError: no case has this key, or the actor may not know of it.
    """
    statement = visible(include_protected=key.include_protected).where(
        CouponFault.id == key.fault_id
    )
    row = session.scalar(
        statement.with_for_update(of=CouponFault).execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(_s("この記録は見つかりませんでした。"))
    return row


def inform_household(work: Work, row: CouponFault) -> None:
    """Announce to the household that its case was decided."""
    key = f"coupon_fault:{row.id}:{row.state}"
    announce(work, Event(row.household_id, ProgressEvent.DECIDED, key, receipt_no=row.receipt_no))


def _place(receipt_no: str) -> str:
    return f"coupon_fault:{receipt_no}"


def record_step(work: Work, row: CouponFault, action: str, **detail: Any) -> None:
    """Record a step of a case in the audit log."""
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
