"""Sentences for one-time codes: one for each fault, and the names of the channels."""

from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.texts import _
from portal.domain.people.authn.channels import CodeChannel, SourceState
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.typed_code import CodeAnswer


def code_error(answer: CodeAnswer, authenticator: OtpAuthenticator | None = None) -> str:
    """Return what is wrong with a typed code and what to do."""
    if (
        answer is CodeAnswer.WRONG
        and authenticator is not None
        and authenticator.state == SourceState.CLOSED
    ):
        answer = CodeAnswer.CLOSED  # this was the last try
    match answer:
        case CodeAnswer.EMPTY:
            return _("6けたの番号を入力してください。")
        case CodeAnswer.NOT_DIGITS:
            return _("番号は数字だけです。6けたの数字を入力してください。")
        case CodeAnswer.TOO_SHORT:
            return _("けたが足りません。6けたの番号を入力してください。")
        case CodeAnswer.TOO_LONG:
            return _("けたが多すぎます。6けたの番号を入力してください。")
        case CodeAnswer.EXPIRED:
            return _("この番号は、もう使えません。新しい番号を送ってください。")
        case CodeAnswer.USED:
            return _(
                "この番号は、もう使いました。アプリの番号が変わるまで、30秒ほど待ってください。"
            )
        case CodeAnswer.LOCKED:
            until = authenticator.locked_until if authenticator is not None else None
            when = clock_text(until.astimezone(JST).time()) if until is not None else ""
            return _("続けて間違えたため、%(time)sまで待ってください。") % {"time": when}
        case CodeAnswer.CLOSED:
            return _(
                "何度も間違えたため、この方法は使えなくなりました。コールセンターにお電話ください。"
            )
        case _:
            return _("番号が違います。もう一度たしかめてください。")


def channel_name(kind: str) -> str:
    """Return the name of a channel in the reader's language."""
    return CodeChannel(kind).label
