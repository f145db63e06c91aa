"""Labels of unusual browsing; an unknown code is shown as stored."""

from portal.domain.foundation.texts import _s


def kind(code: str) -> str:
    """Return the label of what somebody did."""
    return {
        "unmask": _s("伏せた項目を、1時間に60回より多く見た"),
        "search": _s("1時間に60回より多くさがした"),
        "open": _s("1時間に60世帯より多く開いた"),
        "births": _s("生年月日を変えながら、くり返しさがした"),
        "closed": _s("確認の失敗が5回続き、その世帯はこの日、受付で確認できなくなった"),
        "asked": _s("支援措置の世帯をさがした、または開こうとした"),
        "protected_opened": _s("支援措置の世帯を見た"),
    }.get(code, code)


def advice(code: str) -> str:
    """Return the advice on it."""
    ask_about_call = _s(
        "その電話の相手と用件を、受けた人に確かめてください。世帯があることは、だれにも伝えません。"
    )
    return {
        "asked": ask_about_call,
        "closed": ask_about_call,
        "protected_opened": _s("区の担当が、指示や届け出のために開いたかを確かめてください。"),
    }.get(code, _s("理由を本人に聞き、仕事と関係がなければ、管理者と区に伝えてください。"))
