"""What requests, their channels and their decisions are called in the staff's language."""

from admin.labels import labels
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.texts import _s
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.redeliveries.matching import MatchPart
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.paper_forms import Signer
from portal.domain.requests.requests.states import RequestState

request_kind = labels(RequestKind)
request_state = labels(RequestState)
request_result = labels(Result)
channel = labels(Channel)
signer = labels(Signer)
match_part = labels(MatchPart)
decline_item = labels(DeclineState)


def review_said(code: str) -> str:
    """Return what the decision just made has done."""
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
        "reopened": _s("審査にもどしました。お知らせは送りません。"),
    }.get(code, _s("決めました。"))


def trouble(code: str) -> str:
    """Name what a person who cannot sign in asks for."""
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
