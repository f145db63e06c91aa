"""Staff's words for mail: classes, the nine reasons for return, states of a shipment."""

from portal.domain.foundation.texts import _s


def mail_class(code: str | None) -> str:
    """Return the name of a class of mail."""
    return {
        "simple_registered": _s("簡易書留"),
        "registered": _s("一般書留"),
        "recorded": _s("特定記録"),
        "ordinary": _s("普通郵便"),
        "parcel": _s("ゆうパック"),
    }.get(code or "", code or "")


def other_mail(code: str) -> str:
    """Return the name of what was sent besides letters, cards and parcels."""
    return {
        "letter": _s("事務局が書いた手紙"),
        "form": _s("用紙や控え"),
        "other": _s("そのほか"),
    }.get(code, code)


def return_reason(code: str | None) -> str:
    """Return the name of a reason in the post's register for returning mail."""
    return {
        "address_unknown": _s("あて所に尋ねあたりません"),
        "name_incomplete": _s("あて名不完全"),
        "moved_unknown": _s("転居先不明"),
        "forwarding_ended": _s("転送期間経過"),
        "storage_ended": _s("保管期間経過"),
        "refused": _s("受取拒絶"),
        "died": _s("受取人死亡"),
        "not_forwarded": _s("転送不要につき返送"),
        "other": _s("その他"),
    }.get(code or "", code or "")


def shipment(code: str) -> str:
    """Return the name of a shipment's state."""
    return {
        "planned": _s("差し出す前"),
        "posted": _s("差し出した"),
        "at_post_office": _s("郵便局で保管"),
        "delivered": _s("届いた"),
        "returning": _s("返送中"),
        "returned": _s("戻った"),
        "lost": _s("郵便局が調査中"),
        "cancelled": _s("窓口で渡した"),
    }.get(code, code)
