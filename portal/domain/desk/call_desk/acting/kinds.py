"""The acts for a caller, and the verification level that each needs."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.domain.contacts.calls.levels import Level
from portal.domain.foundation.texts import Labeled, _s


class Act(Labeled):
    """An act for a household on a caller's word."""

    REDELIVERY = "redelivery", lambda: _s("再配送を申し込む")
    NEW_LETTER = "new_letter", lambda: _s("新しい手紙を頼む")
    UNLOCK = "unlock", lambda: _s("サインインを再開する")
    LOST = "lost", lambda: _s("紛失を届け出る（すぐに止める）")
    ALTERNATIVE = "alternative", lambda: _s("紙の代替品を申し込む")
    DECLINE_FORM = "decline_form", lambda: _s("辞退届の用紙を送る")
    CHANNEL = "channel", lambda: _s("番号の受け取り方を変える")
    COUPON_FAULT = "coupon_fault", lambda: _s("お店で使えないクーポンを調べる")
    LETTER_SIZE = "letter_size", lambda: _s("手紙の文字の大きさを変える")


NEEDED: Mapping[Act, Level] = MappingProxyType(
    {
        # posted to the registered address only, because a former husband knows enough to reach
        # this level (``security.md`` A14)
        Act.REDELIVERY: Level.STATUS,
        Act.NEW_LETTER: Level.STATUS,
        Act.LETTER_SIZE: Level.STATUS,
        Act.UNLOCK: Level.ACT,
        Act.LOST: Level.ACT,
        Act.ALTERNATIVE: Level.ACT,
        Act.DECLINE_FORM: Level.ACT,
        Act.CHANNEL: Level.ACT,
        Act.COUPON_FAULT: Level.ACT,
    }
)
"""The level that each act needs.

The change of channel also needs the call back and a second person.
"""
