"""What is said of calls, in the staff's language; an unknown code shows as it is stored."""

from datetime import datetime

from portal.domain.texts import _s


def channel(code: str) -> str:
    """Name the way in which a contact came."""
    return {
        "phone": _s("電話"), "fax": _s("FAX"), "counter": _s("窓口"), "form": _s("紙の申込書"),
    }.get(code, code)  # fmt: skip


def direction(code: str) -> str:
    """Say who called whom."""
    return {"inbound": _s("受けた"), "outbound": _s("こちらからかけた")}.get(code, code)


def language(code: str) -> str:
    """Name the language of a call."""
    return {
        "ja": _s("日本語"), "en": _s("英語"), "zh": _s("中国語"), "ko": _s("韓国語"), "other": _s("ほかの言語"),
    }.get(code, code)  # fmt: skip


def relation(code: str | None) -> str:
    """Name who the caller says to be."""
    return {
        "householder": _s("世帯主"), "other_parent": _s("もう一人の親"), "child": _s("こども"), "other": _s("そのほかの人"),
    }.get(code or "", code or "")  # fmt: skip


def result(code: str | None) -> str:
    """Say how a call ended."""
    return {
        "done": _s("完了"), "call_back": _s("折り返す"), "passed": _s("区に引き継いだ"), "pending": _s("あとで対応する"),
    }.get(code or "", code or "")  # fmt: skip


def state(code: str) -> str:
    """Name where a call stands."""
    return {"talking": _s("受付中"), "after_call": _s("記録中"), "ended": _s("終わり")}.get(code, code)


def level(number: int) -> str:
    """Say how far the caller was verified."""
    return {0: _s("確認していない"), 1: _s("状況まで伝えられる"), 2: _s("手続きできる")}.get(
        number, str(number)
    )


def matched(code: str) -> str:
    """Name a thing that the caller said rightly."""
    return {
        "number": _s("手紙番号かID"), "name": _s("世帯主の名前"), "birth": _s("世帯主の生年月日"),
        "child_birth": _s("こどもの生年月日"), "postal": _s("郵便番号"),
    }.get(code, code)  # fmt: skip


def category(code: str) -> str:
    """Name what calls are about, the first of two levels (``domain.md`` §5.4)."""
    return {
        "program": _s("対象・制度"), "delivery": _s("配送"), "signin": _s("ログイン"), "coupon": _s("クーポン"),
        "alternative": _s("紙の代替品"), "decline": _s("辞退"), "privacy": _s("個人情報・詐欺の不安"),
        "opinion": _s("意見・苦情"), "languages": _s("多言語"), "other": _s("その他"),
    }.get(code, code)  # fmt: skip


def subcategory(code: str) -> str:
    """Name what calls are about, the second level."""
    for texts in (_of_the_program, _of_delivery, _of_coupons, _of_the_rest):
        if (found := texts().get(code)) is not None:
            return found
    return code


def _of_the_program() -> dict[str, str]:
    return {
        "age": _s("対象の年齢"), "base_date": _s("基準日"), "income": _s("所得"), "birth": _s("出生"),
        "moving": _s("転入・転出"), "living_apart": _s("別居"), "facility": _s("施設"),
    }  # fmt: skip


def _of_delivery() -> dict[str, str]:
    return {
        "not_arrived": _s("まだ届かない"), "absent": _s("不在票"), "redelivery": _s("再配送"), "addressee": _s("宛先"),
        "forwarding": _s("転送"), "lost_letter": _s("IDとパスワードがわからない"), "one_time_code": _s("確認の番号"),
        "new_phone": _s("機種変更"),
    }  # fmt: skip


def _of_coupons() -> dict[str, str]:
    return {
        "how_to_use": _s("使い方"), "shops": _s("使える店"), "last_day": _s("期限"), "balance": _s("残高"),
        "second_phone": _s("2台目の電話"), "part_use": _s("分けて使う"), "wrong_exchange": _s("まちがえて交換した"),
        "error": _s("エラー"), "how_to_ask": _s("申し込み方"), "when_it_comes": _s("いつ届くか"),
        "other_question": _s("そのほかの質問"),
    }  # fmt: skip


def _of_the_rest() -> dict[str, str]:
    return {
        "how_to_decline": _s("辞退の方法"), "take_back": _s("辞退の取り消し"), "personal_data": _s("個人情報"),
        "fraud": _s("詐欺かどうか"), "opinion": _s("意見"), "complaint": _s("苦情"), "interpreting": _s("通訳"),
        "translated_text": _s("翻訳された案内"), "other": _s("そのほか"), "passed_to_ward": _s("区への引き継ぎ"),
    }  # fmt: skip


def call_events() -> dict[str, str]:
    """Say what happened in a call, by the event's name."""
    return {
        "call.started": _s("受付を始めた"),
        "call.described": _s("受付の言語などを変えた"),
        "call.hung_up": _s("話が終わった"),
        "call.finished": _s("受付を終えた"),
        "call.corrected": _s("受付の記録を直した"),
        "call.closed_by_rule": _s("忘れられた受付が、自動で終わった"),
        "call.read": _s("受付に書かれた内容を見た"),
    }


def written(name: str) -> str:
    """Name a part of what was written about a call."""
    return {
        "text": _s("内容"), "notable": _s("月の報告に載せたいこと"), "call_back": _s("折り返す電話番号"),
        "tracking": _s("お問い合わせ番号"),
    }.get(name, name)  # fmt: skip


def length(start: datetime | None, end: datetime | None) -> str:
    """Write how long something took, in minutes and seconds; "–" while it has no end."""
    if start is None or end is None:
        return "–"
    minutes, seconds = divmod(max(0, int((end - start).total_seconds())), 60)
    return f"{minutes}:{seconds:02d}"
