"""Japanese labels in reports about accidents and refused coupons; the ward reads them on paper."""

from portal.domain.foundation.texts import _s, label_of
from portal.domain.mailroom.incidents.kinds import (
    DownPart,
    IncidentKind,
    IssuerStatus,
    ReportField,
    ReportKind,
    ShopAnswer,
)


def incident_kind(code: str) -> str:
    """Return the label of a kind of incident."""
    return label_of(IncidentKind, code)


def field(code: str) -> str:
    """Return the label of one of the nine fields of a report."""
    return label_of(ReportField, code)


def title(code: str) -> str:
    """Return the title of a kind of report."""
    return label_of(ReportKind, code)


def subject(code: str) -> str:
    """Return the label of what an incident touches."""
    return {
        "letter": _s("手紙"),
        "coupon": _s("コード"),
        "household": _s("世帯（操作の記録から）"),
    }.get(code, code)


def result(code: str) -> str:
    """Return the label of what was done about a letter or a code."""
    return {
        "listed": _s("まだ止めていない"),
        "stopped": _s("止めた"),
        "awaited": _s("発行者の答え待ち"),
        "spent": _s("もう使われていた"),
        "cannot": _s("発行者が止められない（画面に出さない）"),
        "in_stock": _s("在庫（だれも持っていない）"),
        "over": _s("もう終わっていた"),
        "pull": _s("引き抜き・取り戻し（IDは停止）"),
    }.get(code, code)


def fault_state(code: str) -> str:
    """Return the label of a refused coupon's state."""
    return {
        "reported": _s("受け付けた"),
        "looked_up": _s("発行者に確かめた"),
        "stopping": _s("古いコードの停止を待っている"),
        "no_code": _s("古いコードは無効、新しいコードを待っている"),
        "replaced": _s("新しいコードに差し替えた"),
        "explained": _s("説明して終わった"),
        "refused": _s("対象外として終わった"),
    }.get(code, code)


def shop_said(code: str) -> str:
    """Return the label of what the shop said."""
    return label_of(ShopAnswer, code)


def issuer_answer(code: str) -> str:
    """Return the label of the issuer's status of a code."""
    member = IssuerStatus.known(code)
    return _s("未確認") if member is None else member.label


def stopped(code: str) -> str:
    """Return the label of what was down."""
    return label_of(DownPart, code)
