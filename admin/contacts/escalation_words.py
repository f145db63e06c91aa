"""Labels of questions to the ward and of call-backs, in the staff's language.

An unknown code is shown as stored.
"""

from portal.domain.foundation.texts import _s, kept_per_language


@kept_per_language
def kind(code: str) -> str:
    """Return the label of a kind of question to the ward."""
    return {
        "eligibility": _s("対象の判断"),
        "protection": _s("支援措置"),
        "change_of_recipient": _s("受給者の変更"),
        "accident": _s("事故"),
        "complaint": _s("苦情"),
        "press": _s("報道"),
    }.get(code, code)


def when_right(code: str) -> str:
    """Return the sentence on when a question is of this kind."""
    return {
        "eligibility": _s("対象になるか、どう受け取るかなど、区が決めること"),
        "protection": _s("暴力や避難の話。住所は聞かずに、すぐに"),
        "change_of_recipient": _s("離婚、別居など、実際に育てている人への変更"),
        "accident": _s("誤配達、郵便局への調査、不正な使用、詐欺の疑い、券の数の違い。すぐに"),
        "complaint": _s("区の返事がほしいと言われた苦情"),
        "press": _s("報道、議員、調査。何も答えずに"),
    }.get(code, "")


@kept_per_language
def state(code: str) -> str:
    """Return the label of a question's state."""
    return {
        "open": _s("区の回答待ち"),
        "answered": _s("回答あり"),
        "closed": _s("終わり"),
        "withdrawn": _s("取り下げ"),
    }.get(code, code)


def source(code: str) -> str:
    """Return the label of how the ward's answer came."""
    return {
        "screen": _s("区の職員が、この画面で回答"),
        "paper": _s("区の書面から、事務局が入力"),
        "sheet": _s("区が返した表から取り込み"),
    }.get(code, code)


def result(code: str) -> str:
    """Return the label of a sheet row's effect, or why it has none."""
    return {
        "new": _s("取り込む"),
        "same": _s("もう取り込んである"),
        "unknown": _s("この受付番号の引き継ぎはない"),
        "wrong_state": _s("もう別の回答があるか、取り下げてある"),
        "twice": _s("同じ受付番号が2行ある"),
        "no_text": _s("回答の文がない"),
        "words": _s("書いてはいけないものがある"),
        "number": _s("指示書の番号か日付がない"),
        "day": _s("指示書の日付が読めない"),
    }.get(code, code)


def sheet_state(code: str) -> str:
    """Return the label of a sheet's state."""
    return {"read": _s("確認待ち"), "applied": _s("取り込みずみ"), "dropped": _s("取りやめ")}.get(
        code, code
    )


@kept_per_language
def call_back_state(code: str) -> str:
    """Return the label of a call-back's state."""
    return {
        "waiting": _s("待っています"),
        "claimed": _s("電話をかけている人がいます"),
        "done": _s("つながって終わり"),
        "handed_on": _s("つながり、事務局に引き継いだ"),
        "not_reached": _s("つながらずに終わり"),
    }.get(code, code)


@kept_per_language
def outcome(code: str) -> str:
    """Return the label of a try's outcome."""
    return {
        "reached": _s("本人とつながった"),
        "no_answer": _s("出ない、留守番電話"),
        "busy": _s("話し中"),
        "wrong_number": _s("番号が違う、別の人の番号"),
    }.get(code, code)


def escalation_events() -> dict[str, str]:
    """Return the labels of events of questions and call-backs, by audit action."""
    return {
        "escalation.raised": _s("区に引き継いだ"),
        "escalation.read": _s("引き継ぎの内容を見た"),
        "escalation.answer": _s("区の回答を記録"),
        "escalation.close": _s("引き継ぎが終わった"),
        "escalation.withdraw": _s("引き継ぎを取り下げ"),
        "escalation.reopen": _s("区にもう一度たずねた"),
        "call_back.claim": _s("折り返しの電話を受け持った"),
        "call_back.release": _s("折り返しの電話を、ほかの人に戻した"),
        "call_back.settled": _s("折り返しの電話をかけた"),
    }
