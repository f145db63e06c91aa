"""What kinds, states, channels and decisions of requests are called in the staff's language."""

from portal.domain.foundation.texts import _s, kept_per_language, label_of
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.states import RequestState


@kept_per_language
def request_kind(code: str) -> str:
    """Name a kind of request."""
    return label_of(RequestKind, code)


@kept_per_language
def request_state(code: str) -> str:
    """Name where a request stands."""
    return label_of(RequestState, code)


@kept_per_language
def request_result(code: str) -> str:
    """Name how a request ended."""
    return label_of(Result, code)


@kept_per_language
def channel(code: str) -> str:
    """Name the way a request reached us."""
    return {
        "portal": _s("ポータル"),
        "phone": _s("電話"),
        "fax": _s("FAX"),
        "post": _s("郵便"),
        "counter": _s("窓口"),
        "command": _s("コマンド"),
    }.get(code, code)


@kept_per_language
def signer(code: str) -> str:
    """Name who signed a paper form."""
    return {
        "householder": _s("世帯主"),
        "spouse": _s("配偶者"),
        "parent": _s("親"),
        "child": _s("こども本人"),
        "proxy": _s("代理人"),
        "other": _s("そのほか"),
        "nobody": _s("署名なし"),
    }.get(code, code)


def review_said(code: str) -> str:
    """Say what the decision just made did."""
    return {
        "accept": _s("承認しました。"),
        "approve": _s("承認しました。"),
        "return": _s("本人に戻しました。"),
        "refuse": _s("お断りしました。"),
        "mark_unclear": _s("はっきりしない申請として、確認の用件を作りました。"),
        "clarify": _s("審査にもどしました。"),
        "countersigned": _s("署名を記録し、審査にもどしました。"),
        "proposed": _s("承認を提案しました。ほかの人の承認を待ちます。"),
        "bulk": _s("まとめて承認しました。"),
        "choose": _s("世帯を選びました。"),
        "to_ward": _s("区に回しました。"),
    }.get(code, _s("決めました。"))


def match_part(code: str) -> str:
    """Name what of a request without sign-in fits a household."""
    return {
        "name": _s("名前"),
        "birth": _s("生年月日"),
        "postal": _s("郵便番号"),
        "number": _s("手紙の番号"),
    }.get(code, code)


@kept_per_language
def decline_item(code: str) -> str:
    """Name where one child's decline stands."""
    return label_of(DeclineState, code)


def trouble(code: str) -> str:
    """Name what somebody who cannot sign in asks for."""
    return {
        "letter_lost": _s("手紙をなくした"),
        "letter_missing": _s("手紙が届かない"),
        "password": _s("パスワードがわからない"),
        "phone": _s("スマートフォンや電話番号が変わった、なくした"),
        "decline": _s("辞退したい（受け付けた日時が、期限に間に合ったかどうかを決めます）"),
        "alternative": _s(
            "紙の代替品に変えたい（受け付けた日時が、期限に間に合ったかどうかを決めます）"
        ),
        "redelivery": _s(
            "再配送を頼みたい（受け付けた日時が、期限に間に合ったかどうかを決めます）"
        ),
        "other": _s("そのほか"),
    }.get(code, code)
