"""Kinds of requests, their results, and what each is called by residents and by staff."""

from portal.domain.foundation.texts import Labeled, _, _s


class RequestKind(Labeled):
    """What a request asks for; the label is the staff's, ``kind_name`` what residents read."""

    DECLINE = "decline", lambda: _s("辞退")
    ALTERNATIVE = "alternative", lambda: _s("紙の代替品")
    REDELIVERY = "redelivery", lambda: _s("再配送")
    RECIPIENT_CHANGE = "recipient_change", lambda: _s("支給先の変更")
    ADDITION = "addition", lambda: _s("対象者の追加")


class Result(Labeled):
    """How a request ended, as staff read it."""

    ACCEPTED = "accepted", lambda: _s("承認")
    REFUSED = "refused", lambda: _s("お断り")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")
    FULFILLED = "fulfilled", lambda: _s("送付ずみ")
    DELIVERED = "delivered", lambda: _s("お渡しずみ")
    RESTOCKED = "restocked", lambda: _s("在庫に戻した")
    LOST = "lost", lambda: _s("郵便で紛失")
    PARTLY = "partly", lambda: _s("一部だけ承認")


DECLINE, ALTERNATIVE, REDELIVERY, RECIPIENT_CHANGE, ADDITION = KINDS = (
    RequestKind.DECLINE,
    RequestKind.ALTERNATIVE,
    RequestKind.REDELIVERY,
    RequestKind.RECIPIENT_CHANGE,
    RequestKind.ADDITION,
)
OF_RESIDENTS = (DECLINE, ALTERNATIVE, REDELIVERY)
"""What a household itself asks for and sees in its list.

The others are the ward's (``domain.md`` §2.6).
"""
ACCEPTED, REFUSED, WITHDRAWN, FULFILLED, DELIVERED, RESTOCKED, LOST, PARTLY = RESULTS = (
    Result.ACCEPTED,
    Result.REFUSED,
    Result.WITHDRAWN,
    Result.FULFILLED,
    Result.DELIVERED,
    Result.RESTOCKED,
    Result.LOST,
    Result.PARTLY,
)


def kind_name(kind: str) -> str:
    """Return what residents call a kind of request."""
    return {
        DECLINE: _("辞退"),
        ALTERNATIVE: _("紙の代替品"),
        REDELIVERY: _("再配送"),
        RECIPIENT_CHANGE: _("支給先の変更"),
        ADDITION: _("対象者の追加"),
    }[RequestKind(kind)]
