"""What a household may choose from: its children, and how and when paper would arrive."""

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.letters.shipments.mail import SIMPLE_REGISTERED, limit_yen
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.entitlements.claims import ALTERNATIVE, RECIPIENT_CHANGE
from portal.domain.people.entitlements.states import OPEN
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.states import FOR_WARD, AlternativeState
from portal.domain.requests.alternatives.states import LIVE as LIVE_ITEM
from portal.domain.requests.requests.models import Request


class Choice(Struct, frozen=True):
    """One child as the journey offers it.

    ``why_not``: why paper is not possible ("" if it is). ``shown``: whether the code was shown.
    """

    ordinal: int
    amount_yen: int
    why_not: str
    shown: bool


def choices(session: Session, household_id: int) -> list[Choice]:
    """Return a household's children, each with the reason why paper is not possible, if any."""
    return [
        Choice(
            entry.ordinal,
            entry.amount_yen,
            _why_not(entry),
            entry.coupon is not None and entry.coupon.revealed_at is not None,
        )
        for entry in coupons_of_household(session, household_id)
    ]


def _why_not(entry: HouseholdCoupon) -> str:
    if entry.entitlement_state not in OPEN:
        return _("もう手続きが終わっています")
    if entry.claimed_by == ALTERNATIVE:
        return _("紙の代替品の手続き中です")
    if entry.claimed_by == RECIPIENT_CHANGE:
        return _(
            "確認中です"
        )  # as for any hold: the reader learns neither what is open nor who asked
    if entry.claimed_by is not None:
        return _("別の申請の手続き中です")
    if entry.is_spent:
        return _("クーポンを使ったため、紙に変えられません")
    if entry.is_shown_for_good:
        return _("クーポンを一度表示したため、紙に変えられません")
    return ""


class ChildPaper(Struct, frozen=True):
    """One child's paper that is in progress or delivered; ``ordinal`` is the child's number."""

    ordinal: int
    receipt_no: str
    is_delivered: bool


def papers_of_household(session: Session, household_id: int) -> dict[int, ChildPaper]:
    """Return paper in progress or delivered, by the children's numbers in the household."""
    rows = session.execute(
        select(AlternativeItem.ordinal, AlternativeItem.state, Request.receipt_no)
        .join(Request, Request.id == AlternativeItem.request_id)
        .where(
            AlternativeItem.household_id == household_id,
            AlternativeItem.state.in_((*LIVE_ITEM, AlternativeState.DELIVERED, *FOR_WARD)),
        )
        .order_by(AlternativeItem.id)
    )
    return {
        ordinal: ChildPaper(ordinal, number, state == AlternativeState.DELIVERED)
        for ordinal, state, number in rows
    }


def delivery_words(
    program: Program, amounts_yen: tuple[int, ...], *, shown: bool
) -> tuple[str, ...]:
    """Return how and when paper arrives, in the resident's language.

    ``shown``: a code was shown, so that its issuer must be asked first.
    """
    limit = limit_yen(program, SIMPLE_REGISTERED)
    lines = [_("区に登録された住所に送ります。")]
    if sum(amounts_yen) <= limit:
        lines.append(_("簡易書留で送ります。受け取るときに、サインかはんこが必要です。"))
    else:
        lines.append(
            _(
                "書留で送ります。2つ以上に分けることがあります。受け取るときに、"
                "サインかはんこが必要です。"
            )
        )
    lines.append(
        _("申し込みから送るまで、土日と祝日を除いて、%(days)s日くらいかかります。")
        % {"days": days_until_post(program)}
    )
    if shown:
        lines.append(
            _(
                "クーポンを表示したことがあるときは、使われていないことを確かめるため、"
                "もう少しかかります。"
            )
        )
    return tuple(lines)


def days_until_post(program: Program) -> int:
    """Return the business days that checking, packing and posting take."""
    batch = next(
        (r.batch_days for r in program.request_rules if r.kind is WindowKind.ALTERNATIVE), 0
    )
    return program.requests.due_business_days + batch
