"""What to say to a caller to whom a message did not come, by how far the message came."""

from dataclasses import dataclass, field
from datetime import datetime

from portal.domain.desk.call_desk.answer_words import Answer
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _, _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.notices.events import AccountEvent, ProgressEvent
from portal.domain.people.notices.queries import SentMessage, messages_to
from portal.domain.people.notices.states import MessageState

QUESTION = "message"


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One of the last messages to a household, with the sentence that fits its state.

    ``masked`` covers all but the end of the address: it is there for a comparison with what the
    caller says, not to be read out.
    """

    kind: str
    what: str
    masked: str = field(repr=False)
    state: str
    changed_at: datetime
    reason: str
    answer: Answer


def messages_of(work: Work, household_id: int, locale: str) -> list[MessageFacts]:
    """Return the last messages to a household, newest first, with what to say in ``locale``."""
    return [_facts(message, locale) for message in messages_to(work, household_id)]


def _facts(message: SentMessage, locale: str) -> MessageFacts:
    with use_locale(SOURCE_LOCALE):
        japanese = _sentence(message)
    spoken = ""
    if locale != SOURCE_LOCALE:
        with use_locale(locale):
            spoken = _sentence(message)
    return MessageFacts(
        kind=message.kind,
        what=purpose_words(message.purpose),
        masked=message.masked,
        state=message.state,
        changed_at=message.changed_at,
        reason=message.reason,
        answer=Answer(QUESTION, japanese, spoken),
    )


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
            return _("送りましたが、届きませんでした。ほかの受け取り方を、ご案内します。")
