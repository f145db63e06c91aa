"""Labels of callers and their verification, in the staff's language.

An unknown code is shown as stored.
"""

from portal.domain.foundation.texts import _s


def question(code: str) -> str:
    """Return the label of a caller's question."""
    return {
        "letter": _s("手紙はどこか"),
        "parcel": _s("紙の代替品はどこか"),
        "redelivery": _s("再配送"),
        "requests": _s("申請"),
        "sign_in": _s("サインイン"),
        "locked": _s("止まっているか"),
        "coupon": _s("クーポン"),
        "last_day": _s("いつまでか"),
    }.get(code, code)


def standing(level: int) -> str:
    """Say shortly how far a caller is known."""
    return {0: _s("確認がまだ"), 1: _s("状況まで伝えられる"), 2: _s("手続きできる")}.get(
        level, str(level)
    )


def allowed(level: int) -> str:
    """Return the sentence on what may be told and done now."""
    return {
        0: _s("世帯のことは、まだ何も伝えられません。先に、かけてきた人を確認します。"),
        1: _s(
            "下の案内を伝えられます。登録された住所への再配送と、"
            "新しい手紙の依頼を受け付けられます。"
        ),
        2: _s("案内と手続きができます。住所、生年月日、家族の名前は、こちらから読み上げません。"),
    }.get(level, "")


def part(code: str) -> str:
    """Return the label of a masked part."""
    return {"name": _s("世帯主の名前"), "children": _s("こどもの名前"), "address": _s("町名")}.get(
        code, code
    )


def caller_events() -> dict[str, str]:
    """Return the labels of the events of verification, by audit action."""
    return {
        "call.verified": _s("受付で、かけてきた人を確認した"),
        "call.not_verified": _s("受付で、かけてきた人を確認できなかった"),
        "call.call_back_asked": _s("登録の電話番号へのかけなおしを受け付けた"),
        "call.number_shown": _s("かけなおすために、登録の電話番号を表示した"),
        "call.called_back": _s("登録の電話番号にかけなおした"),
        "household.closed_to_callers": _s(
            "確認の失敗が続いたため、この日は受付で確認できなくなった"
        ),
    }
