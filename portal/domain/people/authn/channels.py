"""How one-time codes reach a resident, and their purpose: stored code words with names."""

from enum import StrEnum

from portal.domain.foundation.texts import Labeled, _


class CodeChannel(Labeled):
    """A way to receive one-time codes, the app first: the most secure one is offered first."""

    TOTP = "totp", lambda: _("認証アプリ")
    SMS = "sms", lambda: _("SMS（携帯電話のメッセージ）")
    EMAIL = "email", lambda: _("メール")


class SourceState(StrEnum):
    """The state of a resident's source of one-time codes."""

    PENDING = "pending"
    """Stored by the one session that may prove it, and not proven by a code yet."""
    PROPOSED = "proposed"
    """Typed at the ward's counter; a second person has not confirmed it yet."""
    WAITING = "waiting"
    """Proven by a code; it opens nothing before the hold is over (``hold``)."""
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    """Closed by too many wrong codes; only people help: a reset, the counter, a new letter."""


class CodePurpose(Labeled):
    """What a code is for; the message names it, and the code is worth nothing for anything else."""

    SIGN_IN = "sign_in", lambda: _("サインインの番号")
    ENROLL = "enroll", lambda: _("連絡先を登録する番号")
    CONFIRM = "confirm", lambda: _("本人確認の番号")
    CHANGE_CHANNEL = "change_channel", lambda: _("連絡先を変える番号")
    DECLINE = "decline", lambda: _("辞退の手続きの番号")
    WITHDRAW = "withdraw", lambda: _("取り下げの番号")
    REPORT_LOSS = "report_loss", lambda: _("手紙をなくした届け出の番号")
    ALTERNATIVE = "alternative", lambda: _("紙の代替品を申し込む番号")
