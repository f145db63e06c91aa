"""Words about scripts and spoken languages in the staff's language."""

from admin.labels import labels
from portal.domain.contacts.scripts.defaults import ScriptPart
from portal.domain.foundation.texts import _s

part = labels(ScriptPart)


def spoken(code: str) -> str:
    """Return the label of a spoken language."""
    return {
        "ja": _s("日本語"),
        "easy": _s("やさしい日本語"),
        "en": _s("英語"),
        "zh": _s("中国語（簡体字）"),
        "ko": _s("韓国語"),
    }.get(code, code)


def quoted(name: str) -> str:
    """Return the explanation of a name that scripts may quote."""
    return {
        "ward": _s("区の名前"),
        "program": _s("事業の名前"),
        "contractor": _s("受託者の名前"),
        "office": _s("コールセンターの名前"),
        "telephone": _s("電話番号"),
        "fax": _s("FAX番号"),
        "hours": _s("受付時間"),
        "closed": _s("休みの日"),
        "amount": _s("1人分の額（円）"),
        "base_date": _s("基準日"),
        "birth_from": _s("対象の生年月日のはじめ"),
        "birth_to": _s("対象の生年月日のおわり"),
        "sign_in_to": _s("サインインの最終日"),
        "redelivery_to": _s("再配送の受付の最終日"),
        "new_letter_to": _s("新しい手紙の受付の最終日"),
        "alternative_to": _s("紙の代替品の受付の最終日"),
        "decline_to": _s("辞退の最終日"),
        "exchange_to": _s("交換の最終日"),
        "use_to": _s("利用の最終日"),
        "last_staffed_day": _s("電話を受ける最終日"),
        "storage_days": _s("郵便局が預かる日数"),
        "redeliveries": _s("再配送の回数"),
    }.get(name, name)


def script_events() -> dict[str, str]:
    """Return the labels of script events, by audit action."""
    return {"script.saved": _s("スクリプトを保存"), "script.restored": _s("前のスクリプトに戻した")}
