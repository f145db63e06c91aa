"""What the parcels desk and the stock pages call things, in the staff's language."""

from admin.labels import labels
from portal.domain.foundation.texts import _s
from portal.domain.letters.shipments.mail import MailClass, ReturnReason
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.requests.alternatives.states import (
    AlternativeState,
    MovementKind,
    ParcelStage,
)

mail_class = labels(MailClass)
return_reason = labels(ReturnReason)
shipment = labels(ShipmentState)
stage = labels(ParcelStage)
item = labels(AlternativeState)
movement = labels(MovementKind)


def said(code: str) -> str:
    """Return what was just done at the parcels desk."""
    return {
        "counted": _s("数えました。ほかの人の確認を待ちます。"),
        "confirmed": _s("確認しました。差し出せます。"),
        "discarded": _s("取りやめました。券は在庫に戻りました。"),
        "posted": _s("差し出しを記録しました。"),
        "absent": _s("不在を記録しました。"),
        "delivered": _s("届いたことを記録しました。"),
        "returned": _s("戻ったことを記録しました。"),
        "restocked": _s("券を在庫に戻しました。申請は審査に戻りました。"),
        "lost": _s("郵便局の調査を記録しました。"),
        "found": _s("見つかったことを記録しました。配達中にもどりました。"),
        "resent": _s(
            "新しい券を取り置きました。小包の一覧の「詰める」から、もう一度詰めてください。"
        ),
        "written_off": _s("送りなおさないことにしました。申請は審査に戻りました。"),
        "handed_over": _s("窓口でのお渡しを記録しました。"),
    }.get(code, "")
