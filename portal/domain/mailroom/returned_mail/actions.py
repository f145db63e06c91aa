"""Decide the next step for a returned item, by the post's reason (``domain.md`` §3.3).

It is never just posted again.
"""

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.shipments import mail


class NextAction(Labeled):
    """The next step for a returned item, as the person at the desk reads it."""

    ON_REQUEST = "on_request", lambda: _s("再配達の申し込みを待ちます。世帯には自動で知らせます。")
    ASKED_FOR = (
        "asked_for",
        lambda: _s(
            "再配達の申し込みがあります。審査で認めると、つぎの印刷で新しい手紙になります。"
        ),
    )
    WARD_LOOKS = (
        "ward_looks",
        lambda: _s("区が住所を確かめます。確かめるまで、もう一度送りません。"),
    )
    WARD_ONLY = (
        "ward_only",
        lambda: _s("この郵便は区だけが扱います。開けずに、区の担当者に渡してください。"),
    )
    REFUSED = "refused", lambda: _s("受け取りを断られました。もう一度送らず、申し出を待ちます。")
    PEOPLE_DECIDE = "people_decide", lambda: _s("封筒を見て、責任者がつぎを決めます。")
    NONE_LEFT = "none_left", lambda: _s("再配達の回数を使い切りました。区と相談します。")


PEOPLE_ACT = (
    NextAction.WARD_ONLY,
    NextAction.WARD_LOOKS,
    NextAction.PEOPLE_DECIDE,
    NextAction.NONE_LEFT,
)
"""Steps that people must take before anything is sent again."""


def next_action(reason: str, *, protected: bool, left: int, asked: bool) -> NextAction:
    """Return the next step for an item that was returned for ``reason`` (a ``ReturnReason``).

    ``left`` is the number of redeliveries left; ``asked`` is whether one was requested already.
    """
    if protected:
        return NextAction.WARD_ONLY
    if reason in mail.WARD_REASONS:
        return NextAction.WARD_LOOKS
    if reason == mail.REFUSED:
        return NextAction.REFUSED
    if reason == mail.OTHER:
        return NextAction.PEOPLE_DECIDE
    if asked:
        return NextAction.ASKED_FOR
    return NextAction.ON_REQUEST if left else NextAction.NONE_LEFT
