"""After the call: subject and outcome, which the agent may correct on the same day."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from portal.domain.contacts.calls import written
from portal.domain.contacts.calls.categories import CATEGORIES
from portal.domain.contacts.calls.kinds import Result
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.contacts.calls.services import locked_own
from portal.domain.contacts.calls.states import CALL, ENDED
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, TooLateError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import digits, telephone
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import is_tracking_number

TEXT_MAX = 1_000
NEXT_MAX = 200
MINUTES_MAX = 600
LATER_DAYS = timedelta(days=7)
"""How long a call closed by rule may still be described.

The agent may be away until after a weekend.
"""


@dataclass(frozen=True, slots=True)
class AfterCall:
    """What an agent records after a call.

    The minutes of an interpreter and of a three-way call are None if there was none. ``text`` and
    ``notable`` (text meant for the month's report) may hold no secrets, nor may ``next_contact``
    (who is in touch next, and when). ``call_back`` is a telephone number, ``tracking`` a tracking
    number, both as typed. ``call_back_asked``: a call-back with its number exists already.
    ``taken_by`` names an agent without an account, who took the call on paper.
    """

    category: str
    subcategory: str
    result: Result
    interpreter_minutes: int | None = None
    three_way_minutes: int | None = None
    relay_service: bool = False
    complaint: bool = False
    shared_with_ward: bool = False
    text: str = ""
    next_contact: str = ""
    notable: str = ""
    call_back: str = ""
    tracking: str = ""
    call_back_asked: bool = False
    taken_by: str = ""


class FieldsError(InputError):
    """Fields of an after-call form are invalid; ``faults`` has a sentence for each of them."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


def finish(work: Work, call_id: int, after: AfterCall) -> Call:
    """End a call with the after-call record; a conversation in progress ends at the same instant.

    Raises:
        NotFoundError: not this person's call.
        WrongStateError: the call is ended already.
        FieldsError: a field is invalid; nothing is changed.
    """
    call = locked_own(work, call_id)
    state = CALL.next(call.state, "finish")
    checked = _checked(work, after, _minutes_most(call, work.now))
    call.state, call.ended_at = state, work.now
    call.talk_ended_at = call.talk_ended_at or work.now
    _store(work.vault, call, checked)
    record(
        work,
        "call.finished",
        "call",
        call.id,
        category=f"{after.category}/{after.subcategory}",
        result=after.result.value,
    )
    return call


def correct(work: Work, call_id: int, after: AfterCall) -> Call:
    """Correct the after-call record, as the same person on the day (JST) the call ended.

    A call that was closed by rule is described for the first time this way, within a week.

    Raises:
        NotFoundError: not this person's call.
        WrongStateError: the call is not ended yet.
        TooLateError: the day is over.
        FieldsError: a field is invalid; nothing is changed.
    """
    call = locked_own(work, call_id)
    if call.state != ENDED:
        raise WrongStateError(
            _s("まだ終わっていない受付です。先に「記録して終える」で書いてください。")
        )
    if not may_correct(call, work.now):
        raise TooLateError(_s("直せるのは、終えた当日だけです。スーパーバイザーに伝えてください。"))
    checked = _checked(work, after, _minutes_most(call, work.now))
    before = facts_of(call) | written.read_text(work.vault, call)
    _store(work.vault, call, checked)
    later = facts_of(call) | written.read_text(work.vault, call)
    changed = sorted(name for name in {*before, *later} if before.get(name) != later.get(name))
    if changed:
        record(work, "call.corrected", "call", call.id, fields=changed)
    return call


def may_correct(call: Call, now: datetime) -> bool:
    """Return whether the record of an ended call may still be corrected."""
    if call.ended_at is None:
        return False
    if call.closed_by_rule and call.category is None:
        return now < call.ended_at + LATER_DAYS
    return jst_date(call.ended_at) == jst_date(now)


def facts_of(call: Call) -> dict[str, object]:
    """Return the unsealed part of the after-call record, by column."""
    names = (
        "category",
        "subcategory",
        "result",
        "interpreter_minutes",
        "three_way_minutes",
        "relay_service",
        "complaint",
        "shared_with_ward",
    )
    return {name: getattr(call, name) for name in names}


def fill_in(work: Work, call: Call, after: AfterCall) -> None:
    """Fill in the record of a call that was written down on paper.

    Raises:
        FieldsError: a field is invalid; nothing is changed.
    """
    _store(work.vault, call, _checked(work, after, _minutes_most(call, call.started_at)))


def _store(vault: Vault, call: Call, checked: AfterCall) -> None:
    """Store a checked record; the name of an agent who took the call on paper is kept."""
    for name in facts_of(call):
        setattr(call, name, getattr(checked, name))
    call.result, call.notable = checked.result.value, bool(checked.notable)
    texts: dict[str, str] = {
        written.TEXT: checked.text,
        written.NEXT_CONTACT: checked.next_contact,
        written.NOTABLE: checked.notable,
        written.CALL_BACK: checked.call_back,
        written.TRACKING: checked.tracking,
        written.TAKEN_BY: checked.taken_by
        or written.read_text(vault, call).get(written.TAKEN_BY, ""),
    }
    written.write_text(vault, call, texts)


def _minutes_most(call: Call, now: datetime) -> int:
    """Return the maximum of an interpreter's minutes: the call's length, plus one for rounding.

    For a call that was closed by rule, nobody knows how long people talked.
    """
    if call.closed_by_rule:
        return MINUTES_MAX
    lasted = (call.talk_ended_at or now) - call.started_at
    return min(MINUTES_MAX, ceil(lasted / timedelta(minutes=1)) + 1)


def _checked(work: Work, after: AfterCall, minutes_most: int) -> AfterCall:
    """Return the record as it is stored: texts without space around, both numbers as digits.

    ``minutes_most`` is the longest possible part of the call.

    Raises:
        FieldsError: a field is invalid.
    """
    call_back, tracking = telephone(after.call_back) or "", digits(after.tracking) or ""
    faults = {
        "category": _fault_of_category(after),
        **_faults_of_minutes(after, minutes_most),
        "text": _fault_of_words(work, after.text, _s("内容は、%(most)d文字までで書いてください。")),
        "next_contact": _fault_of_words(
            work, after.next_contact, _s("次の連絡は、%(most)d文字までで書いてください。"), NEXT_MAX
        ),
        "notable": _fault_of_words(
            work,
            after.notable,
            _s("月の報告に載せたい質問や意見は、%(most)d文字までで書いてください。"),
        ),
        "call_back": _fault_of_call_back(after, call_back),
        "tracking": _fault_of_tracking(after, tracking),
    }
    if found := {name: fault for name, fault in faults.items() if fault}:
        raise FieldsError(found)
    return replace(
        after,
        text=after.text.strip(),
        next_contact=after.next_contact.strip(),
        notable=after.notable.strip(),
        call_back=call_back,
        tracking=tracking,
    )


def _faults_of_minutes(after: AfterCall, most: int) -> dict[str, str]:
    return {
        "interpreter_minutes": _fault_of_minutes(
            after.interpreter_minutes,
            most,
            _s("通訳の時間は、1から%(most)dまでの分で入力してください。受付より長くはできません。"),
        ),
        "three_way_minutes": _fault_of_minutes(
            after.three_way_minutes,
            most,
            _s(
                "三者通話の時間は、1から%(most)dまでの分で入力してください。"
                "受付より長くはできません。"
            ),
        ),
    }


def _fault_of_category(after: AfterCall) -> str:
    known = after.subcategory in CATEGORIES.get(after.category, ())
    return "" if known else _s("何についての問い合わせかを選んでください。")


def _fault_of_minutes(minutes: int | None, most: int, fault: str) -> str:
    return "" if minutes is None or 1 <= minutes <= most else fault % {"most": most}


def _fault_of_words(work: Work, words: str, too_long: str, most: int = TEXT_MAX) -> str:
    if len(words) > most:
        return too_long % {"most": most}
    try:
        refuse_secrets(words)
        refuse_coupons(work, words)
    except InputError as error:
        return error.message
    return ""


def _fault_of_call_back(after: AfterCall, number: str) -> str:
    if after.call_back.strip():
        return (
            "" if number else _s("電話番号を、市外局番から数字で入力してください。例: 03-1234-5678")
        )
    missing = after.result is Result.CALL_BACK and not after.call_back_asked
    return _s("折り返す電話番号を入力してください。") if missing else ""


def _fault_of_tracking(after: AfterCall, number: str) -> str:
    if not after.tracking.strip() or is_tracking_number(number):
        return ""
    return _s("お問い合わせ番号は、11桁か12桁の数字です。番号をもう一度聞いてください。")
