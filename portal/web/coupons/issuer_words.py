"""What the coupon company says of a coupon, in plain words, with the day of its word.

And where a fault stands.
"""

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.coupons.models import Coupon
from portal.platform.rendering.templating import yen

STOPPED = "voided"


def issuer_sentence(coupon: Coupon | None, entitlement_state: str) -> str:
    """Return the company's word as of its day; what we stopped ourselves.

    Empty before a coupon was shown.

    Without any word of the company's it says so: nothing is guessed.
    """
    if coupon is None or coupon.revealed_at is None:
        return ""
    if coupon.state == STOPPED:
        return (
            _("前のクーポンは、止めました。もう使えません。")
            if entitlement_state == "in_progress"
            else ""
        )
    if coupon.issuer_status is None or coupon.issuer_as_of is None:
        return _("使ったかどうか: 未確認（クーポンの会社の記録が、まだ届いていません）")
    day, used = format_day(coupon.issuer_as_of), coupon.used_yen
    if 0 < used < coupon.face_yen and coupon.issuer_status != "stopped":
        return _("%(day)sの時点: %(used)sを使いました。残りは%(left)sです。") % {
            "day": day,
            "used": yen(used),
            "left": yen(coupon.face_yen - used),
        }
    match coupon.issuer_status:
        case "unused":
            return _("%(day)sの時点: まだ使っていません。") % {"day": day}
        case "part_used":
            return _("%(day)sの時点: 一部を使いました。") % {"day": day}
        case "exchanged":
            return _("%(day)sの時点: 全部を受け取りました。") % {"day": day}
        case "expired":
            return _("%(day)sの時点: 期限が過ぎました。") % {"day": day}
        case "stopped":
            return _("%(day)sの時点: 止められています。") % {"day": day}
        case _other:
            return ""


def state_words(fault: CouponFault) -> tuple[str, str]:
    """Return the kind of the mark and the sentence that say where a case stands."""
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
