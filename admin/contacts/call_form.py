"""The after-call form: from the typed fields to the record, and back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from portal.domain.contacts.calls import written
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import Result
from portal.domain.contacts.calls.macros import Macro
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.escalations.call_back_results import TryResult
from portal.domain.contacts.escalations.kinds import Outcome
from portal.domain.desk.call_desk.proposing import Proposal, Shown, with_macro
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import digits
from portal.platform.http.forms import Form

Choice = TypeVar("Choice", bound=StrEnum)
YES = "1"
_MINUTES = (("interpreter", "interpreter_minutes"), ("three_way", "three_way_minutes"))
_UNREADABLE = {
    "interpreter_minutes": lambda: _s("通訳の時間を、分の数字で入力してください。例: 10"),
    "three_way_minutes": lambda: _s("三者通話の時間を、分の数字で入力してください。例: 10"),
}
_MISSING = {
    "interpreter_minutes": lambda: _s("通訳が何分だったかを入力してください。"),
    "three_way_minutes": lambda: _s("三者通話が何分だったかを入力してください。"),
}
SHOWN_TOPIC, SHOWN_TEXT = "shown_topic", "shown_text"
_FLAGS = ("relay_service", "complaint", "shared_with_ward")


def chosen(kinds: type[Choice], typed: str, otherwise: Choice) -> Choice:
    """Return the chosen member, or the default if none is known."""
    return kinds(typed) if typed in set(kinds) else otherwise


def read(form: Form) -> AfterCall:
    """Return the record; a field that cannot be parsed becomes an error of the form."""
    category, _slash, subcategory = form.get("category").partition("/")
    if form.get("result") not in set(Result):
        form.error("result", _s("どうなったかを選んでください。"))
    return AfterCall(
        category=category,
        subcategory=subcategory,
        result=chosen(Result, form.get("result"), Result.DONE),
        interpreter_minutes=_minutes(form, *_MINUTES[0]),
        three_way_minutes=_minutes(form, *_MINUTES[1]),
        relay_service=form.get("relay_service") == YES,
        complaint=form.get("complaint") == YES,
        shared_with_ward=form.get("shared_with_ward") == YES,
        text=form.get("text"),
        next_contact=form.get("next_contact"),
        notable=form.get("notable"),
        call_back=form.get("call_back"),
        tracking=form.get("tracking"),
    )


def read_try(form: Form) -> TryResult | None:
    """Return what became of the call-back of this call; None if nothing was chosen."""
    outcome = Outcome.known(form.get("outcome"))
    return TryResult(outcome, office=form.get("office") == YES) if outcome is not None else None


def _minutes(form: Form, flag: str, name: str) -> int | None:
    """Return the minutes of an interpreter or a three-way call.

    Typed minutes mean that there was one.
    """
    typed = digits(form.get(name))
    if form.get(name).strip() and (typed is None or len(typed) > 4):
        form.error(name, _UNREADABLE[name]())
        return None
    if typed:
        return int(typed)
    if form.get(flag) == YES:
        form.error(name, _MISSING[name]())
    return None


def put_faults(form: Form, faults: Mapping[str, str]) -> None:
    """Show each fault beside its field."""
    for name, message in faults.items():
        form.error(name, message)


def proposed_values(proposal: Proposal) -> dict[str, str]:
    """Return the form's first values; what a macro may replace stands there twice.

    The second time it is hidden: what differs from it later was changed by the agent.
    """
    topic = "/".join(proposal.topics[0]) if proposal.topics else ""
    return {
        "category": topic,
        "result": proposal.result.value,
        "text": proposal.text,
        "next_contact": proposal.next_contact,
        "complaint": YES if proposal.complaint else "",
        SHOWN_TOPIC: topic,
        SHOWN_TEXT: proposal.text,
    }


def read_macro(form: Form, after: AfterCall) -> AfterCall:
    """Return the record as the button that was pressed has it: with a macro, or as it was typed."""
    macro = Macro.known(form.get("macro"))
    if macro is None:
        return after
    return with_macro(after, Shown(form.get(SHOWN_TOPIC), form.get(SHOWN_TEXT)), macro)


def recorded_values(call: Call, words: Mapping[str, str]) -> dict[str, str]:
    """Return the form's values for a recorded call."""
    values = {name: YES if getattr(call, name) else "" for name in _FLAGS}
    for flag, name in _MINUTES:
        minutes = getattr(call, name)
        values |= {
            flag: "" if minutes is None else YES,
            name: "" if minutes is None else str(minutes),
        }
    values |= {name: str(words.get(name, "")) for name in written.KEYS}
    values["category"] = f"{call.category}/{call.subcategory}" if call.category else ""
    values["result"] = call.result or Result.DONE.value
    return values
