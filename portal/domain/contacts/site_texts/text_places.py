"""The places of the residents' pages whose text the ward may change."""

from typing import Self

from portal.domain.foundation.texts import Labeled, Sentence, _s


class TextPlace(Labeled):
    """A place, as staff read it; its code word names the field of ``WardTexts`` that it fills.

    Attributes:
        page: The path of the page where it stands; "" for the foot of every page.
        most: How many characters fit, readings not counted.
        lines: How many lines it may have.
    """

    page: str
    most: int
    lines: int

    def __new__(cls, code: str, words: Sentence, page: str, most: int, lines: int) -> Self:
        """Make the member of a stored code word."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.words, member.page, member.most, member.lines = words, page, most, lines
        return member

    LANDING = "landing", lambda: _s("最初のページの知らせ"), "/", 200, 4
    HOME = "home", lambda: _s("クーポンの画面の知らせ"), "/home", 200, 4
    HELP = "help_note", lambda: _s("ヘルプの最初の知らせ"), "/help", 400, 8
    TELEPHONE = "telephone", lambda: _s("電話番号の下の一行"), "", 80, 1
    WHERE_USABLE = "where_usable", lambda: _s("使える店（1行に1つ）"), "/help/shops", 600, 10
    CANNOT_BUY = "cannot_buy", lambda: _s("使えないもの（1行に1つ）"), "/help/shops", 600, 10
