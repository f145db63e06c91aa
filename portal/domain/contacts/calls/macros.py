"""The ten commonest calls, each written up with one press: its subject and a sentence of its note.

They are the first questions of ``domain.md`` §5.4, where people ask first where the letter is. The
sentences are texts of the house like any other: they stand in the catalog.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from msgspec import Struct

from portal.domain.contacts.calls.categories import Category, Subcategory, Topic
from portal.domain.foundation.texts import Labeled, _s


class Macro(Labeled):
    """A common call, by what people ask."""

    WHERE_IS_IT = "where_is_it", lambda: _s("手紙がまだ届かない")
    ABSENT = "absent", lambda: _s("不在票が入っていた")
    REDELIVERY = "redelivery", lambda: _s("もう一度送ってほしい")
    LOST_LETTER = "lost_letter", lambda: _s("IDやパスワードがわからない")
    ONE_TIME_CODE = "one_time_code", lambda: _s("確認の番号が届かない")
    HOW_TO_USE = "how_to_use", lambda: _s("クーポンの使い方")
    SHOPS = "shops", lambda: _s("使える店")
    ELIGIBILITY = "eligibility", lambda: _s("だれが対象か")
    ON_PAPER = "on_paper", lambda: _s("スマートフォンがない")
    DECLINE = "decline", lambda: _s("受け取らないことにしたい")


class WriteUp(Struct, frozen=True):
    """How a common call is written up; ``note`` gives the sentence in the current language."""

    topic: Topic
    note: Callable[[], str]


_C, _S = Category, Subcategory
WRITE_UPS: Mapping[Macro, WriteUp] = MappingProxyType(
    {
        Macro.WHERE_IS_IT: WriteUp(
            (_C.DELIVERY, _S.NOT_ARRIVED), lambda: _s("手紙がどこにあるかを伝えた。")
        ),
        Macro.ABSENT: WriteUp(
            (_C.DELIVERY, _S.ABSENT),
            lambda: _s("不在票の番号で、郵便局に再配達を頼むように伝えた。"),
        ),
        Macro.REDELIVERY: WriteUp(
            (_C.DELIVERY, _S.REDELIVERY), lambda: _s("再配送の申し込み方を伝えた。")
        ),
        Macro.LOST_LETTER: WriteUp(
            (_C.SIGN_IN, _S.LOST_LETTER),
            lambda: _s("IDやパスワードがわからないときの方法を伝えた。"),
        ),
        Macro.ONE_TIME_CODE: WriteUp(
            (_C.SIGN_IN, _S.ONE_TIME_CODE),
            lambda: _s("確認の番号が届かないときの方法を伝えた。"),
        ),
        Macro.HOW_TO_USE: WriteUp(
            (_C.COUPON, _S.HOW_TO_USE), lambda: _s("クーポンの使い方を伝えた。")
        ),
        Macro.SHOPS: WriteUp((_C.COUPON, _S.SHOPS), lambda: _s("使える店の調べ方を伝えた。")),
        Macro.ELIGIBILITY: WriteUp(
            (_C.PROGRAM, _S.AGE), lambda: _s("対象になるこどもの年齢を伝えた。")
        ),
        Macro.ON_PAPER: WriteUp(
            (_C.ALTERNATIVE, _S.HOW_TO_ASK), lambda: _s("紙の代替品の申し込み方を伝えた。")
        ),
        Macro.DECLINE: WriteUp((_C.DECLINE, _S.HOW_TO_DECLINE), lambda: _s("辞退の方法を伝えた。")),
    }
)
"""How each of them is written up."""


def likeliest_first(topics: Collection[Topic]) -> list[Macro]:
    """Return all common calls, those about one of ``topics`` first."""
    return sorted(Macro, key=lambda macro: WRITE_UPS[macro].topic not in topics)
