"""Kinds of requests, how they are called, and their results."""

from portal.domain.foundation.texts import _

DECLINE = "decline"
ALTERNATIVE = "alternative"
REDELIVERY = "redelivery"
RECIPIENT_CHANGE = "recipient_change"
ADDITION = "addition"
OF_RESIDENTS = (DECLINE, ALTERNATIVE, REDELIVERY)
"""What a household itself asks for and sees in its list; the others are the ward's (``domain.md`` §2.6)."""
KINDS = (DECLINE, ALTERNATIVE, REDELIVERY, RECIPIENT_CHANGE, ADDITION)

ACCEPTED, REFUSED, WITHDRAWN, FULFILLED, DELIVERED, RESTOCKED, LOST, PARTLY = RESULTS = (
    "accepted",
    "refused",
    "withdrawn",
    "fulfilled",
    "delivered",
    "restocked",
    "lost",
    "partly",
)


def kind_name(kind: str) -> str:
    """Return what residents and staff call a kind of request."""
    return {
        DECLINE: _("辞退"),
        ALTERNATIVE: _("紙の代替品"),
        REDELIVERY: _("再配送"),
        RECIPIENT_CHANGE: _("支給先の変更"),
        ADDITION: _("対象者の追加"),
    }[kind]
