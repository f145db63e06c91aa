"""What calls are about, in two levels (``domain.md`` §5.4), with the labels of both."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.domain.foundation.texts import Labeled, _s


class Category(Labeled):
    """The first level of a call's subject."""

    PROGRAM = "program", lambda: _s("対象・制度")
    DELIVERY = "delivery", lambda: _s("配送")
    SIGN_IN = "signin", lambda: _s("ログイン")
    COUPON = "coupon", lambda: _s("クーポン")
    ALTERNATIVE = "alternative", lambda: _s("紙の代替品")
    DECLINE = "decline", lambda: _s("辞退")
    PRIVACY = "privacy", lambda: _s("個人情報・詐欺の不安")
    OPINION = "opinion", lambda: _s("意見・苦情")
    LANGUAGES = "languages", lambda: _s("多言語")
    OTHER = "other", lambda: _s("その他")


class Subcategory(Labeled):
    """The second level."""

    AGE = "age", lambda: _s("対象の年齢")
    BASE_DATE = "base_date", lambda: _s("基準日")
    INCOME = "income", lambda: _s("所得")
    BIRTH = "birth", lambda: _s("出生")
    MOVING = "moving", lambda: _s("転入・転出")
    LIVING_APART = "living_apart", lambda: _s("別居")
    FACILITY = "facility", lambda: _s("施設")
    NOT_ARRIVED = "not_arrived", lambda: _s("まだ届かない")
    ABSENT = "absent", lambda: _s("不在票")
    REDELIVERY = "redelivery", lambda: _s("再配送")
    ADDRESSEE = "addressee", lambda: _s("宛先")
    FORWARDING = "forwarding", lambda: _s("転送")
    LOST_LETTER = "lost_letter", lambda: _s("IDとパスワードがわからない")
    ONE_TIME_CODE = "one_time_code", lambda: _s("確認の番号")
    NEW_PHONE = "new_phone", lambda: _s("機種変更")
    HOW_TO_USE = "how_to_use", lambda: _s("使い方")
    SHOPS = "shops", lambda: _s("使える店")
    LAST_DAY = "last_day", lambda: _s("期限")
    BALANCE = "balance", lambda: _s("残高")
    SECOND_PHONE = "second_phone", lambda: _s("2台目の電話")
    PART_USE = "part_use", lambda: _s("分けて使う")
    WRONG_EXCHANGE = "wrong_exchange", lambda: _s("まちがえて交換した")
    ERROR = "error", lambda: _s("エラー")
    HOW_TO_ASK = "how_to_ask", lambda: _s("申し込み方")
    WHEN_IT_COMES = "when_it_comes", lambda: _s("いつ届くか")
    OTHER_QUESTION = "other_question", lambda: _s("そのほかの質問")
    HOW_TO_DECLINE = "how_to_decline", lambda: _s("辞退の方法")
    TAKE_BACK = "take_back", lambda: _s("辞退の取り消し")
    PERSONAL_DATA = "personal_data", lambda: _s("個人情報")
    FRAUD = "fraud", lambda: _s("詐欺かどうか")
    OPINION = "opinion", lambda: _s("意見")
    COMPLAINT = "complaint", lambda: _s("苦情")
    INTERPRETING = "interpreting", lambda: _s("通訳")
    TRANSLATED_TEXT = "translated_text", lambda: _s("翻訳された案内")
    OTHER = "other", lambda: _s("そのほか")
    PASSED_TO_WARD = "passed_to_ward", lambda: _s("区への引き継ぎ")


Topic = tuple[Category, Subcategory]
"""Both levels of a subject."""
_S = Subcategory
CATEGORIES: Mapping[str, tuple[Subcategory, ...]] = MappingProxyType(
    {
        Category.PROGRAM: (
            _S.AGE,
            _S.BASE_DATE,
            _S.INCOME,
            _S.BIRTH,
            _S.MOVING,
            _S.LIVING_APART,
            _S.FACILITY,
        ),
        Category.DELIVERY: (
            _S.NOT_ARRIVED,
            _S.ABSENT,
            _S.REDELIVERY,
            _S.ADDRESSEE,
            _S.FORWARDING,
        ),
        Category.SIGN_IN: (_S.LOST_LETTER, _S.ONE_TIME_CODE, _S.NEW_PHONE),
        Category.COUPON: (
            _S.HOW_TO_USE,
            _S.SHOPS,
            _S.LAST_DAY,
            _S.BALANCE,
            _S.SECOND_PHONE,
            _S.PART_USE,
            _S.WRONG_EXCHANGE,
            _S.ERROR,
        ),
        Category.ALTERNATIVE: (_S.HOW_TO_ASK, _S.WHEN_IT_COMES, _S.OTHER_QUESTION),
        Category.DECLINE: (_S.HOW_TO_DECLINE, _S.TAKE_BACK),
        Category.PRIVACY: (_S.PERSONAL_DATA, _S.FRAUD),
        Category.OPINION: (_S.OPINION, _S.COMPLAINT),
        Category.LANGUAGES: (_S.INTERPRETING, _S.TRANSLATED_TEXT),
        Category.OTHER: (_S.OTHER, _S.PASSED_TO_WARD),
    }
)
"""Two levels: category → subcategories."""
