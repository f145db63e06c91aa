"""The issuer's report about a coupon in plain words, with its day, and the state of a fault."""

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import OwnCoupon
from portal.domain.people.coupons.statement_layout import IssuerStatus
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.states import EntitlementState
from portal.platform.rendering.templating import yen


def issuer_sentence(coupon: Coupon | OwnCoupon | None, entitlement_state: str) -> str:
    """Return what the issuer reported about a coupon, with the day of its report.

    A coupon that we stopped ourselves has a sentence of its own; one that was never shown has none.
    Without a report the sentence says so: nothing is guessed.
    """
    if coupon is None or coupon.revealed_at is None:
        return ""
    if coupon.state == CouponState.VOIDED:
        return (
            _("前のクーポンは、止めました。もう使えません。")
            if entitlement_state == EntitlementState.IN_PROGRESS
            else ""
        )
    if coupon.issuer_status is None or coupon.issuer_as_of is None:
        return _("使ったかどうかは、まだわかりません。クーポンの会社の記録が、まだ届いていません。")
    day, used = format_day(coupon.issuer_as_of), coupon.used_yen
    if 0 < used < coupon.face_yen and coupon.issuer_status != IssuerStatus.STOPPED:
        return _("%(day)sの時点: %(used)sを使いました。残りは%(left)sです。") % {
            "day": day,
            "used": yen(used),
            "left": yen(coupon.face_yen - used),
        }
    match coupon.issuer_status:
        case IssuerStatus.UNUSED:
            return _("%(day)sの時点: まだ使っていません。") % {"day": day}
        case IssuerStatus.PART_USED:
            return _("%(day)sの時点: 一部を使いました。") % {"day": day}
        case IssuerStatus.EXCHANGED:
            return _("%(day)sの時点: 全部を受け取りました。") % {"day": day}
        case IssuerStatus.EXPIRED:
            return _("%(day)sの時点: 期限が過ぎました。") % {"day": day}
        case IssuerStatus.STOPPED:
            return _("%(day)sの時点: 止められています。") % {"day": day}
        case _other:
            return ""


def state_words(fault: CouponFault) -> tuple[str, str]:
    """Return the kind of the mark and the sentence for the state of a case."""
    return {
        "reported": ("waiting", _("受け付けました。クーポンの会社に聞きます。")),
        "looked_up": (
            "waiting",
            _("クーポンの会社の記録を確かめました。どうするかを決めています。"),
        ),
        "stopping": (
            "waiting",
            _("いまのクーポンを止めています。止まると、新しいクーポンが出ます。"),
        ),
        "no_code": ("waiting", _("いまのクーポンは止めました。新しいクーポンを用意しています。")),
        "replaced": ("ready", _("新しいクーポンを出しました。前のクーポンは、もう使えません。")),
        "explained": ("seen", _("調べました。結果は、コールセンターでお聞きください。")),
        "refused": ("seen", _("調べました。結果は、コールセンターでお聞きください。")),
    }[fault.state]
