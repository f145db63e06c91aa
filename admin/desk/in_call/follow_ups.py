"""Follow-ups of a call, beside it and after it: call-backs and questions to the ward."""

from collections.abc import Sequence
from types import ModuleType

from msgspec import Struct

from admin.access import allowed
from admin.contacts import escalation_words
from admin.page import Page
from portal.domain.contacts.calls import queries as calls
from portal.domain.contacts.calls import written
from portal.domain.contacts.calls.kinds import Result
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.escalations import call_back_queries, queries
from portal.domain.contacts.escalations.follow_ups import FollowUp, open_follow_ups
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.contacts.escalations.states import ANSWERED, OPEN
from portal.domain.desk.call_desk.acting.on_behalf import spoken
from portal.domain.desk.call_desk.ending import is_asked
from portal.domain.desk.call_desk.spelling import read_out
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.forms import Form
from portal.platform.http.locale import html_lang
from portal.platform.view import View


class Origin(Struct, frozen=True):
    """The call of a follow-up, and the household opened last in it.

    ``telephone`` is the number recorded after the call (digits). ``back`` is the page to return to.
    """

    call_id: int | None
    household_id: int | None
    language: str
    telephone: str
    back: str

    def raised(self, form: Form) -> RaisedIn:
        """Return what a follow-up is recorded with; about the household only if this was ticked."""
        return RaisedIn(self.call_id, self.household_id if form.get("about") == "1" else None)


def origin_of(page: Page) -> Origin:
    """Return the call named by the address or form, if it is this person's and of today.

    Without one it is the active call; an officer may have none at all.
    """
    typed = page.form.get("call") or page.query.get("call", "")
    me = page.who.staff.id if page.who.staff is not None else 0
    call = calls.find_call(page.session, int(typed), agent_id=me) if _is_key(typed) else None
    if call is None and not typed:
        call = page.who.call
    asked = page.form.get("household") or page.query.get("household", "")
    household_id = int(asked) if _is_key(asked) else None
    if call is None:
        return Origin(
            None, household_id, "ja", "", f"/households/{household_id}" if household_id else "/"
        )
    household_id = household_id or calls.opened_last(page.session, call.id)
    recorded = written.read_text(page.site.vault, call) if _is_todays(page, call) else {}
    telephone = recorded.get(written.CALL_BACK, "")
    back = "/calls" if call.state == ENDED else f"/desk/{household_id}" if household_id else "/desk"
    return Origin(call.id, household_id, call.language, str(telephone), back)


def _is_todays(page: Page, call: Call) -> bool:
    ended = call.state == ENDED
    return not ended or (
        call.ended_at is not None and jst_date(call.ended_at) == jst_date(page.now)
    )


def _is_key(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and 0 < len(typed) < 16


def after_finish(page: Page, call_id: int) -> str | None:
    """Return the form that follows the end of a call, if its result needs one.

    The result is a call-back or a question to the ward, and nobody has opened it yet.
    """
    me = page.who.staff.id if page.who.staff is not None else 0
    call = calls.find_call(page.session, call_id, agent_id=me)
    if call is None:
        return None
    if call.result == Result.CALL_BACK and not is_asked(page.session, call):
        return f"/call-backs/new?call={call.id}"
    if call.result == Result.PASSED and not queries.of_call(page.session, call.id):
        return f"/escalations/new?call={call.id}"
    return None


class Spelled(Struct, frozen=True):
    """A receipt number as it is read out: the language of a page, and each sign with its words."""

    lang: str
    signs: tuple[tuple[str, str], ...]


def spelled(page: Page, receipt_no: str, call_id: int | None) -> Spelled:
    """Return a receipt number spelled out in the language of the call in which it was given."""
    call = calls.find_call(page.session, call_id, agent_id=None) if call_id is not None else None
    return spelled_in(spoken(call) if call is not None else SOURCE_LOCALE, receipt_no)


def spelled_in(locale: str, receipt_no: str) -> Spelled:
    """Return a receipt number spelled out in a language."""
    return Spelled(html_lang(locale), read_out(receipt_no, locale))


def reader_of(page: Page) -> queries.Reader:
    """Return what this person may know.

    Agents know what they raised, others everything but what is visible to the ward only.
    """
    own = (
        page.who.staff.id
        if page.who.staff is not None and page.who.staff.role == Role.AGENT
        else None
    )
    return queries.Reader(allowed(page, Permission.KNOW_PROTECTED), own)


class LeftOpen(Struct, frozen=True):
    """What waits at the call desk for this person.

    ``answered``: the ward has answered, and the caller is to be informed. ``unanswered`` and
    ``overdue`` are the ward's; None if this person does not handle calls.
    """

    call_backs: int | None
    call_backs_late: int
    answered: int
    unanswered: int
    overdue: int


def left_open(page: Page) -> LeftOpen:
    """Return what waits at the call desk, for the first page."""
    reader = reader_of(page)
    waiting, late = None, 0
    if allowed(page, Permission.HANDLE_CALLS):
        waiting, late = call_back_queries.count_waiting(page.work)
    counts = queries.state_counts(page.session, reader)
    overdue = queries.overdue(page.session, reader, jst_date(page.now))
    return LeftOpen(waiting, late, counts.get(ANSWERED, 0), counts.get(OPEN, 0), overdue)


class FollowUpsView(View, frozen=True):
    """The part of a page that ``admin/desk/in_call/_follow_ups.html`` draws.

    Each question comes with whether the reader may know what it is about.
    """

    tasks_from: str
    tasks_addable: bool
    tasks_questions: Sequence[tuple[FollowUp, bool]]
    tasks_waiting: Sequence[FollowUp]
    escalation_words: ModuleType


def follow_ups_of(page: Page, call: Call | None, household_id: int | None = None) -> FollowUpsView:
    """Return the open follow-ups of a call or a household.

    Of another person's question an agent sees that it exists and its due day, not its content.
    """
    found = open_follow_ups(
        page.session, call_id=call.id if call is not None else None, household_id=household_id
    )
    me = page.who.staff.id if page.who.staff is not None else 0
    agent = page.who.staff is not None and page.who.staff.role == Role.AGENT
    came_from = [] if call is None else [f"call={call.id}"]
    came_from += [] if household_id is None else [f"household={household_id}"]
    return FollowUpsView(
        tasks_from="?" + "&".join(came_from) if came_from else "",
        tasks_addable=call is None or (call.agent_id == me and _is_todays(page, call)),
        tasks_questions=[(one, not agent or one.raised_by == me) for one in found if one.question],
        tasks_waiting=[one for one in found if not one.question],
        escalation_words=escalation_words,
    )
