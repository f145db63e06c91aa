"""Words about acts for callers in the staff's language; an unknown code is shown as stored."""

from admin.labels import labels
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.answer_words import Question
from portal.domain.desk.casework.access import Part
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.texts import _s, label_of

act = labels(Act)
question = labels(Question)


def part(code: str) -> str:
    """Return the label of a masked part at the call desk, where the address is only the town."""
    names: dict[str, str] = {Part.CHILDREN: _s("こどもの名前"), Part.ADDRESS: _s("町名")}
    return names.get(code) or label_of(Part, code)


def when_right(code: str) -> str:
    """Return the sentence on when this act is the right one."""
    sentences: dict[str, str] = {
        Act.REDELIVERY: _s("手紙や小包が届かない、戻ってしまった"),
        Act.NEW_LETTER: _s("手紙をなくした、IDやパスワードがわからない、電話番号も変わった"),
        Act.UNLOCK: _s("何度も間違えて、サインインできない"),
        Act.LOST: _s("手紙やスマートフォンを落とした、盗まれた"),
        Act.ALTERNATIVE: _s("電子クーポンを使えない"),
        Act.DECLINE_FORM: _s("受け取らないことにしたい"),
        Act.CHANNEL: _s("機種変更などで、確認の番号を受け取れなくなる"),
        Act.COUPON_FAULT: _s("お店で断られた、読み取れない、もう使われていると言われた"),
        Act.LETTER_SIZE: _s("手紙の文字が小さくて読めない。理由は聞かない"),
    }
    return sentences.get(code, "")


def done(code: str) -> str:
    """Return the sentence on what was done."""
    sentences: dict[str, str] = {
        Act.REDELIVERY: _s("再配送を受け付けました"),
        Act.NEW_LETTER: _s("新しい手紙の依頼を受け付けました"),
        Act.UNLOCK: _s("サインインを再開しました"),
        Act.LOST: _s("アカウントを止めました"),
        Act.ALTERNATIVE: _s("紙の代替品を受け付けました"),
        Act.DECLINE_FORM: _s("辞退届の用紙の依頼を受け付けました"),
        Act.CHANNEL: _s("受け取り方の変更を提案しました"),
        Act.COUPON_FAULT: _s("クーポンの調査を受け付けました"),
        Act.LETTER_SIZE: _s("手紙の文字の大きさを変えました"),
    }
    return sentences.get(code, code)


def on_behalf(channel: str) -> str:
    """Return the sentence that staff entered a request for the household, with its channel."""
    sentences: dict[str, str] = {
        Channel.PHONE: _s("電話で受け付け（係員が代わりに入力）"),
        Channel.FAX: _s("FAXで受け付け（係員が代わりに入力）"),
        Channel.POST: _s("郵便で受け付け（係員が代わりに入力）"),
        Channel.COUNTER: _s("窓口で受け付け（係員が代わりに入力）"),
        Channel.PORTAL: _s("係員が代わりに入力"),
    }
    return sentences.get(channel, channel)


def desk_events() -> dict[str, str]:
    """Return the labels of the events of acts, by audit action."""
    return {
        "desk.redelivery": _s("再配送を受け付け"),
        "desk.new_letter": _s("新しい手紙の依頼を受け付け"),
        "desk.unlock": _s("サインインを再開"),
        "desk.lost": _s("紛失の届け出を受け付け"),
        "desk.alternative": _s("紙の代替品を受け付け"),
        "desk.decline_form": _s("辞退届の用紙の依頼を受け付け"),
        "desk.channel": _s("番号の受け取り方の変更を提案"),
        "desk.coupon_fault": _s("お店で使えないクーポンの調査を受け付け"),
        "desk.letter_size": _s("手紙の文字の大きさを変えた"),
        "credential.reset_channel": _s("番号の受け取り方を消した（登録しなおす）"),
    }
