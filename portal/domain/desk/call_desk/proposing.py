"""The call that writes itself: subject, result, note and next contact, from what was done in it.

Everything is a proposal that the agent may change. Nothing is proposed that was not done, and the
note holds no name, number or address: it says what anybody may read who reads about a call.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.categories import Category, Subcategory, Topic
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.contacts.calls.macros import WRITE_UPS, Macro
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.escalations.follow_ups import FollowUp
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.done_in_call import DoneInCall, done_in
from portal.domain.desk.casework.contacts_in_words import QUESTIONS_OF_WARD
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.sentences import together
from portal.domain.foundation.texts import _s, label_of

ABOUT: Mapping[Act, Topic] = {
    Act.REDELIVERY: (Category.DELIVERY, Subcategory.REDELIVERY),
    Act.NEW_LETTER: (Category.SIGN_IN, Subcategory.LOST_LETTER),
    Act.UNLOCK: (Category.SIGN_IN, Subcategory.LOST_LETTER),
    Act.LOST: (Category.SIGN_IN, Subcategory.LOST_LETTER),
    Act.ALTERNATIVE: (Category.ALTERNATIVE, Subcategory.HOW_TO_ASK),
    Act.DECLINE_FORM: (Category.DECLINE, Subcategory.HOW_TO_DECLINE),
    Act.CHANNEL: (Category.SIGN_IN, Subcategory.NEW_PHONE),
    Act.COUPON_FAULT: (Category.COUPON, Subcategory.ERROR),
}
"""The subject of a call for each act on behalf of a resident."""
OPENED = (Category.DELIVERY, Subcategory.NOT_ARRIVED)
"""The subject of a call in which a household was opened and nothing was done.

Callers ask first where the letter is (``domain.md`` §5.4).
"""
PASSED = (Category.OTHER, Subcategory.PASSED_TO_WARD)
COMPLAINT = (Category.OPINION, Subcategory.COMPLAINT)
MOST = 3
_NOTED: Mapping[Act, Callable[[], str]] = {
    Act.REDELIVERY: lambda: _s("再配送を受け付けた。"),
    Act.NEW_LETTER: lambda: _s("新しい手紙の依頼を受け付けた。"),
    Act.UNLOCK: lambda: _s("サインインを再開した。"),
    Act.LOST: lambda: _s("紛失の届け出を受けて、アカウントを止めた。"),
    Act.ALTERNATIVE: lambda: _s("紙の代替品の申し込みを受け付けた。"),
    Act.DECLINE_FORM: lambda: _s("辞退届の用紙の依頼を受け付けた。"),
    Act.CHANNEL: lambda: _s("番号の受け取り方の変更を提案した。"),
    Act.COUPON_FAULT: lambda: _s("クーポンの調査を受け付けた。"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the after-call form begins with.

    ``topics`` has at most three subjects, the likeliest first, none if nothing was done.
    ``next_contact`` is "" if nobody is in touch next.
    """

    topics: tuple[Topic, ...]
    result: Result
    text: str
    next_contact: str
    complaint: bool


class Shown(Struct, frozen=True):
    """What of a proposal a macro may replace, as the form had it when it was shown.

    ``topic`` is "category/subcategory", "" if none was proposed.
    """

    topic: str
    text: str


def propose(session: Session, call: Call) -> Proposal:
    """Return what to write about a call, in the language of the page."""
    done = done_in(session, call)
    return Proposal(
        topics=tuple(dict.fromkeys(_topics(done)))[:MOST],
        result=_result(done),
        text=together(_sentences(done)),
        next_contact=together(_next_contacts(done)),
        complaint=any(one.kind == EscalationKind.COMPLAINT for one in done.questions),
    )


def with_macro(typed: AfterCall, shown: Shown, macro: Macro) -> AfterCall:
    """Return the record with the subject and the sentence of a common call.

    What the agent changed stays as it is: a macro takes the place of proposals alone. The result
    is never a macro's: a call that leaves something open is not done.
    """
    write_up = WRITE_UPS[macro]
    if f"{typed.category}/{typed.subcategory}".strip("/") == shown.topic:
        category, subcategory = write_up.topic
        typed = replace(typed, category=category, subcategory=subcategory)
    if _lines(typed.text) == _lines(shown.text):
        typed = replace(typed, text=together((shown.text, write_up.note())))
    return typed


def _lines(text: str) -> list[str]:
    """Return the lines of a text: a browser sends other ends of lines than the page had."""
    return text.strip().splitlines()


def _topics(done: DoneInCall) -> Iterator[Topic]:
    yield from (ABOUT[act] for act in reversed(done.acts))
    for one in done.questions:
        yield COMPLAINT if one.kind == EscalationKind.COMPLAINT else PASSED
    if done.opened:
        yield OPENED


def _result(done: DoneInCall) -> Result:
    if done.call_backs or done.asked_enrolled or done.still_to_call:
        return Result.CALL_BACK
    return Result.PASSED if done.questions else Result.DONE


def _sentences(done: DoneInCall) -> Iterator[str]:
    if done.language is not CallLanguage.JA:
        yield _s("%(language)sで応対した。") % {"language": done.language.label}
    if done.calls_back:
        yield _s("折り返しの電話をかけた。")
    if done.reached_enrolled:
        yield _s("登録の電話番号にかけなおした。")
    if done.verified_as is not None:
        yield _s("相手を確認した（%(relation)s）。") % {"relation": done.verified_as.label}
    elif done.not_verified:
        yield _s("相手を確認できなかった。")
    yield from (_NOTED[act]() for act in done.acts)
    if done.asked_enrolled:
        yield _s("登録の電話番号へのかけなおしを受け付けた。")
    if done.call_backs:
        yield _s("折り返しの電話を受け付けた。")
    yield from dict.fromkeys(_passed(one) for one in done.questions)


def _passed(question: FollowUp) -> str:
    """Return that a question was passed to the ward, and of what kind unless that is the ward's."""
    if question.kind in QUESTIONS_OF_WARD:
        return _s("区に引き継いだ。")
    return _s("区に引き継いだ（%(kind)s）。") % {"kind": label_of(EscalationKind, question.kind)}


def _next_contacts(done: DoneInCall) -> Iterator[str]:
    if done.asked_enrolled:
        yield _s("登録の電話番号に、こちらからかけなおす。")
    for one in done.call_backs:
        if one.is_open and one.due_at is not None:
            yield _s("%(time)sまでに、こちらから電話する。") % {"time": minute_text(one.due_at)}
    for one in done.questions:
        if one.is_open and one.due_on is not None:
            day = one.due_on.isoformat()
            yield _s("区の回答（期限 %(day)s）を、本人に伝える。") % {"day": day}
