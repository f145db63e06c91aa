"""What the entry pages call kinds, channels and fields, in the staff's language."""

from admin.labels import labels
from portal.domain.foundation.texts import _s
from portal.domain.requests.declines.wishes import NextStep
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.requests.paper_forms import FollowUp

item = labels(MissingItem)
follow_up = labels(FollowUp)
way = labels(NextStep)


def title(kind: str, channel: str = "") -> str:
    """Name what is entered."""
    if channel == "phone":
        return {
            "alternative": _s("電話での紙の代替品の申し込み"),
            "redelivery": _s("電話での再配送の申し込み"),
            "wish": _s("電話での辞退の希望"),
        }.get(kind, kind)
    return {
        "decline": _s("辞退届"),
        "alternative": _s("代替品申出書"),
        "redelivery": _s("再配送依頼書"),
        "change": _s("支給先変更申出書"),
        "wish": _s("電話での辞退の希望"),
    }.get(kind, kind)


def about(kind: str) -> str:
    """Return when this is the right form."""
    return {
        "decline": _s("署名のある紙が届いたとき。電話だけでは、辞退になりません。"),
        "alternative": _s("電子クーポンを使えない方が、紙を希望するとき。"),
        "redelivery": _s("手紙や小包が届いていないとき。登録された住所にだけ送ります。"),
        "wish": _s("用紙を送るか、本人の画面での手続きを待ちます。まだ辞退にはなりません。"),
    }.get(kind, "")


def received_on(channel: str) -> str:
    """Name the day that is asked for."""
    return {
        "post": _s("届いた日"),
        "fax": _s("FAXの上に印字された日"),
        "counter": _s("窓口で受け取った日"),
        "phone": _s("電話を受けた日"),
    }.get(channel, channel)


def received_at(channel: str) -> str:
    """Name the time of the day that is asked for."""
    return {
        "post": _s("届いた時刻（わかるとき）"),
        "fax": _s("FAXの上に印字された時刻"),
        "counter": _s("受け取った時刻（わかるとき）"),
        "phone": _s("電話を受けた時刻"),
    }.get(channel, channel)


def choose_children(kind: str) -> str:
    """Name the choice of children."""
    return _s("辞退するこども") if kind == "decline" else _s("紙に変えるこども")
