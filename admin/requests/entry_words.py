"""What the pages for entering forms on paper and calls say about kinds and ways, in the staff's language."""

from portal.domain.foundation.texts import _s


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
    """Say when this is the right one."""
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


def item(code: str) -> str:
    """Name what did not arrive."""
    return {"letter": _s("IDとパスワードの手紙"), "parcel": _s("紙の代替品の小包")}.get(code, code)


def follow_up(code: str) -> str:
    """Name how somebody is asked what was meant."""
    return {
        "call": _s("書かれた電話番号に電話する"),
        "letter": _s("登録された住所に手紙を送る"),
    }.get(code, code)


def way(code: str) -> str:
    """Name what follows a wish told on the telephone."""
    return {
        "portal": _s("本人が、自分の画面で手続きするのを待つ"),
        "form": _s("辞退届の用紙を、登録された住所に送る"),
    }.get(code, code)
