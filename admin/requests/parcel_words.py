"""What stages of parcels, mail classes, reasons of return and movements of stock are called in the staff's language."""

from portal.domain.foundation.texts import _s
from portal.domain.letters.shipments.staff_words import mail_class, return_reason, shipment

__all__ = ["item", "mail_class", "movement", "return_reason", "said", "shipment", "stage"]


def stage(code: str) -> str:
    """Name a stage of the parcels desk."""
    return {
        "to_pack": _s("詰める"),
        "short": _s("在庫待ち"),
        "to_confirm": _s("確認する"),
        "to_post": _s("差し出す"),
        "on_the_way": _s("配達中"),
        "returned": _s("戻った"),
        "lost": _s("郵便局が調査中"),
    }.get(code, code)


def item(code: str) -> str:
    """Name where one child's paper alternative stands."""
    return {
        "submitted": _s("審査待ち"),
        "awaiting_stop": _s("クーポンの停止待ち"),
        "approved": _s("準備中"),
        "packed": _s("詰めた"),
        "posted": _s("差し出した"),
        "delivered": _s("届いた"),
        "returned": _s("戻った"),
        "restocked": _s("在庫に戻した"),
        "lost": _s("郵便局が調査中"),
        "written_off": _s("紛失で終わり"),
        "refused": _s("お断り"),
        "withdrawn": _s("取り下げ"),
    }.get(code, code)


def movement(code: str) -> str:
    """Name a movement of stock."""
    return {
        "received": _s("入荷"),
        "reserved": _s("取り置き"),
        "unreserved": _s("取り置きをやめた"),
        "packed": _s("小包に入れた"),
        "unpacked": _s("小包から戻した"),
        "lost": _s("郵便で紛失"),
        "damaged": _s("使えない券"),
        "counted": _s("棚卸し"),
    }.get(code, code)


def said(code: str) -> str:
    """Say what was just done at the parcels desk."""
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
