"""Kinds of requests, their results, and what each is called by residents and by staff."""

from portal.domain.foundation.texts import Labeled, _, _s


class RequestKind(Labeled):
    """What a request asks for: the label is for staff, ``kind_name`` for residents."""

    DECLINE = "decline", lambda: _s("辞退")
    ALTERNATIVE = "alternative", lambda: _s("紙の代替品")
    REDELIVERY = "redelivery", lambda: _s("再配送")
    RECIPIENT_CHANGE = "recipient_change", lambda: _s("支給先の変更")
    ADDITION = "addition", lambda: _s("対象者の追加")


class Result(Labeled):
    """How a request ended; the label is for staff."""

    ACCEPTED = "accepted", lambda: _s("承認")
    REFUSED = "refused", lambda: _s("お断り")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")
    FULFILLED = "fulfilled", lambda: _s("送付ずみ")
    DELIVERED = "delivered", lambda: _s("お渡しずみ")
    RESTOCKED = "restocked", lambda: _s("在庫に戻した")
    LOST = "lost", lambda: _s("郵便で紛失")
    PARTLY = "partly", lambda: _s("一部だけ承認")


OF_RESIDENTS = (RequestKind.DECLINE, RequestKind.ALTERNATIVE, RequestKind.REDELIVERY)
"""The kinds that a household submits itself and sees in its list.

Only the ward orders the others (``domain.md`` §2.6).
"""


def kind_name(kind: str) -> str:
    """Return what residents call a kind of request."""
    return {
        RequestKind.DECLINE: _("辞退"),
        RequestKind.ALTERNATIVE: _("紙の代替品"),
        RequestKind.REDELIVERY: _("再配送"),
        RequestKind.RECIPIENT_CHANGE: _("支給先の変更"),
        RequestKind.ADDITION: _("対象者の追加"),
    }[RequestKind(kind)]
