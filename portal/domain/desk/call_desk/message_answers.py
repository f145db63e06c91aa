"""What to say to a caller to whom a message did not come, by how far the message came."""

from msgspec import Struct

from portal.domain.desk.call_desk.answer_words import Answer, in_both_languages
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.notices.events import AccountEvent, ProgressEvent
from portal.domain.people.notices.queries import SentMessage, messages_to
from portal.domain.people.notices.states import MessageState

QUESTION = "message"


class MessageFacts(Struct, frozen=True):
    """One of the last messages to a household: what it was about, and what to say of its state.

    The end of its address is there for a comparison with what the caller says, not to be read out.
    """

    message: SentMessage
    what: str
    answer: Answer


def messages_of(work: Work, household_id: int, locale: str) -> list[MessageFacts]:
    """Return the last messages to a household, newest first, with what to say in ``locale``."""
    messages = messages_to(work, household_id)
    said = in_both_languages(lambda: [(QUESTION, _sentence(one)) for one in messages], locale)
    return [
        MessageFacts(message, purpose_words(message.purpose), answer)
        for message, answer in zip(messages, said, strict=True)
    ]


def purpose_words(purpose: str) -> str:
    """Return what a message was about, for staff; an unknown purpose as stored."""
    group, _dot, code = purpose.partition(".")
    if group == "code":
        return _s("確認の番号") if CodePurpose.known(code) else purpose
    if group == "notice":
        return _s("アカウントの知らせ") if AccountEvent.known(code) else purpose
    progress = ProgressEvent.known(code)
    return progress.staff_words() if group == "announce" and progress is not None else purpose


def _sentence(message: SentMessage) -> str:
    by_sms = message.kind == CodeChannel.SMS
    match message.state:
        case MessageState.WAITING | MessageState.SENDING:
            return _("いま送っています。もう少し、お待ちください。")
        case MessageState.SENT if by_sms:
            return _("電話会社に渡しました。迷惑メッセージの設定で、止まっているかもしれません。")
        case MessageState.DELIVERED if by_sms:
            return _("届いています。知らない番号からのメッセージも、見てください。")
        case MessageState.SENT | MessageState.DELIVERED:
            return _("メールを送りました。迷惑メールのフォルダーも、見てください。")
        case MessageState.STOPPED:
            return _("このお知らせは、送っていません。")
        case _:
            return _("お届けできませんでした。ほかの受け取り方を、ご案内します。")
