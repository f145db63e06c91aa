"""Labels of the subjects of calls, for the screens and the month's report to the ward."""

from portal.domain.foundation.texts import _s


def category(code: str) -> str:
    """Return the label of a category, the first of two levels (``domain.md`` §5.4)."""
    return {
        "program": _s("対象・制度"),
        "delivery": _s("配送"),
        "signin": _s("ログイン"),
        "coupon": _s("クーポン"),
        "alternative": _s("紙の代替品"),
        "decline": _s("辞退"),
        "privacy": _s("個人情報・詐欺の不安"),
        "opinion": _s("意見・苦情"),
        "languages": _s("多言語"),
        "other": _s("その他"),
    }.get(code, code)


def subcategory(code: str) -> str:
    """Return the label of a subcategory, the second level."""
    for texts in (_of_the_program, _of_delivery, _of_coupons, _of_the_rest):
        if (found := texts().get(code)) is not None:
            return found
    return code


def _of_the_program() -> dict[str, str]:
    return {
        "age": _s("対象の年齢"),
        "base_date": _s("基準日"),
        "income": _s("所得"),
        "birth": _s("出生"),
        "moving": _s("転入・転出"),
        "living_apart": _s("別居"),
        "facility": _s("施設"),
    }


def _of_delivery() -> dict[str, str]:
    return {
        "not_arrived": _s("まだ届かない"),
        "absent": _s("不在票"),
        "redelivery": _s("再配送"),
        "addressee": _s("宛先"),
        "forwarding": _s("転送"),
        "lost_letter": _s("IDとパスワードがわからない"),
        "one_time_code": _s("確認の番号"),
        "new_phone": _s("機種変更"),
    }


def _of_coupons() -> dict[str, str]:
    return {
        "how_to_use": _s("使い方"),
        "shops": _s("使える店"),
        "last_day": _s("期限"),
        "balance": _s("残高"),
        "second_phone": _s("2台目の電話"),
        "part_use": _s("分けて使う"),
        "wrong_exchange": _s("まちがえて交換した"),
        "error": _s("エラー"),
        "how_to_ask": _s("申し込み方"),
        "when_it_comes": _s("いつ届くか"),
        "other_question": _s("そのほかの質問"),
    }


def _of_the_rest() -> dict[str, str]:
    return {
        "how_to_decline": _s("辞退の方法"),
        "take_back": _s("辞退の取り消し"),
        "personal_data": _s("個人情報"),
        "fraud": _s("詐欺かどうか"),
        "opinion": _s("意見"),
        "complaint": _s("苦情"),
        "interpreting": _s("通訳"),
        "translated_text": _s("翻訳された案内"),
        "other": _s("そのほか"),
        "passed_to_ward": _s("区への引き継ぎ"),
    }
