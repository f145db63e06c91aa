"""Labels of milestones, states and verdicts, for pages and reports."""

from portal.domain.foundation.texts import _s, kept_per_language


@kept_per_language
def milestone(key: str) -> str:
    """Return the label of a milestone."""
    return {
        "contract": _s("契約の開始"),
        "roster": _s("基準日（名簿の抽出）"),
        "publicity": _s("周知の開始"),
        "call_center": _s("コールセンターの開設"),
        "decline": _s("辞退の受付の開始"),
        "delivery": _s("配送の開始"),
        "sign_in": _s("サインインの開始"),
        "decline_end": _s("辞退の受付の終了"),
        "exchange_end": _s("交換の期限"),
        "delivery_end": _s("配送の終了"),
        "call_center_end": _s("コールセンターの終了"),
        "use_end": _s("利用の期限"),
        "settlement": _s("清算"),
        "disposal": _s("データの廃棄"),
    }.get(key, key)


@kept_per_language
def milestone_state(code: str) -> str:
    """Return the label of a milestone's state."""
    return {
        "planned": _s("予定"),
        "begun": _s("進行中"),
        "done": _s("完了"),
        "late": _s("遅れ"),
    }.get(code, code)


@kept_per_language
def minutes_state(code: str) -> str:
    """Return the label of the state of minutes."""
    return {"draft": _s("下書き"), "confirmed": _s("区が確認ずみ"), "old": _s("前の版")}.get(
        code, code
    )


@kept_per_language
def question_state(code: str) -> str:
    """Return the label of an open question's state."""
    return {"open": _s("回答待ち"), "answered": _s("回答あり"), "closed": _s("終了")}.get(
        code, code
    )


@kept_per_language
def verdict(code: str) -> str:
    """Return the label of a verdict on a line of the checklist."""
    return {
        "yes": _s("できている"),
        "partly": _s("一部できている"),
        "office": _s("運用で行う"),
        "no": _s("できていない"),
    }.get(code, code)
