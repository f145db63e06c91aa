"""Questions to the ward: raised from a call, answered by the ward or from its paper, closed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import escalation_words
from admin.desk.in_call.follow_ups import Origin, Spelled, origin_of, reader_of, spelled
from admin.mailroom.roster.releases import read_instruction
from admin.page import Page
from admin.requests.scans import SCAN
from portal.domain.contacts.escalations import answering, pausing, queries, services
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.queries import ListedQuestions
from portal.domain.contacts.escalations.sealed import AskedQuestion, answer_text, question_of
from portal.domain.contacts.escalations.services import Question
from portal.domain.contacts.escalations.states import ESCALATION, EscalationState
from portal.domain.desk.casework.held_back import HeldBack, held_back
from portal.domain.foundation.audit.services import earlier_result, keep_result, record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.foundation.program.schema import Contact
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded
from portal.domain.letters.subcontractors.keys import fingerprint
from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.pauses.queries import pause_of
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.domain.requests.requests.scans import CheckedScan, store_scan
from portal.platform.carrying_out import Again
from portal.platform.view import View

READ = "read_escalation"
FIELDS = frozenset(
    {"kind", "text", "telephone", "instruction_no", "instruction_date", "scan", "more"}
)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1


class EscalationsView(View, frozen=True):
    """What ``admin/contacts/escalations/escalations.html`` shows."""

    rows: Sequence[Escalation]
    more: bool
    number: int
    state: str
    only: str
    late: int
    kind: str
    states: Sequence[EscalationState]
    kinds: Sequence[EscalationKind]
    counts: Mapping[str, int]
    answered: EscalationState
    today: date
    knows: bool
    escalation_words: ModuleType
    names: Mapping[int, str]
    said: str
    answers: bool
    own: bool
    sheet_key: str


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List questions, the first due first; by default those that wait for the ward.

    Or those that wait longer than they may, or those for which nothing goes out to the household.
    """
    reader, today = reader_of(page), jst_date(page.now)
    listed = _wanted(page, reader, today)
    only = "paused" if listed.paused else "late" if listed.due_before is not None else ""
    rows = queries.escalations(page.session, reader, listed)
    return page.render(
        "admin/contacts/escalations/escalations.html",
        EscalationsView(
            rows=rows[: queries.PAGE],
            more=len(rows) > queries.PAGE,
            number=listed.page,
            state="" if only else listed.state,
            only=only,
            late=queries.overdue(page.session, reader, today),
            kind=listed.kind,
            states=list(EscalationState),
            kinds=list(EscalationKind),
            counts=queries.state_counts(page.session, reader),
            answered=EscalationState.ANSWERED,
            today=today,
            knows=reader.knows_protected,
            escalation_words=escalation_words,
            names=staff_names(page.session, {row.raised_by for row in rows}),
            said=page.query.get("said", ""),
            answers=allowed(page, Permission.ANSWER_ESCALATIONS),
            own=reader.own is not None,
            sheet_key=fingerprint(page.site.program.escalations.sheet_key)
            if page.site.program.escalations.sheet_key
            else "",
        ),
        status_code,
    )


def _wanted(page: Page, reader: queries.Reader, today: date) -> ListedQuestions:
    """Return which questions the address asks for, as far as the reader may ask."""
    kind, number = page.query.get("kind", ""), _number(page.query.get("page", ""))
    kind = kind if EscalationKind.known(kind) else ""
    if reader.knows_protected and page.query.get("paused") == "1":
        return ListedQuestions(kind=kind, page=number, paused=True)
    if page.query.get("late") == "1":
        return ListedQuestions(ESCALATION.initial, kind, number, due_before=today)
    state = page.query.get("state", "")
    return ListedQuestions(
        state if state in ESCALATION.states else ESCALATION.initial, kind, number
    )


def find(page: Page) -> Response[Any]:
    """Open the question with a receipt number."""
    row = queries.by_receipt(
        page.session, folded(page.form.get("receipt")).upper(), reader_of(page)
    )
    if row is None:
        page.form.error(
            "receipt",
            _s("この受付番号の引き継ぎは見つかりません。番号を、もう一度確かめてください。"),
        )
        return show_list(page, 422)
    return page.redirect(f"/escalations/{row.id}")


class EscalationNewView(View, frozen=True):
    """What ``admin/contacts/escalations/escalation_new.html`` shows."""

    origin: Origin
    kinds: Sequence[EscalationKind]
    due: Mapping[EscalationKind, date]
    contact: Contact
    escalation_words: ModuleType


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a question to the ward, from a call or without one."""
    origin = origin_of(page)
    program = page.site.program
    if page.method == "GET" and EscalationKind.known(page.query.get("kind")):
        page.form.values = {"kind": page.query["kind"]}
    return page.render(
        "admin/contacts/escalations/escalation_new.html",
        EscalationNewView(
            origin=origin,
            kinds=list(EscalationKind),
            due={kind: services.due_on(program, kind, page.now) for kind in EscalationKind},
            contact=program.contact,
            escalation_words=escalation_words,
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Pass a question to the ward; pressed twice, it is one question."""
    key = post_key(page)
    origin = origin_of(page)

    def service() -> None:
        row = _raise(page, origin)
        keep_result(page.session, key, str(row.id))

    return carry_out_once(
        page,
        service,
        lambda: page.redirect(f"/escalations/{earlier_result(page.session, key)}?said=raised"),
        Again(show_new, "kind", FIELDS),
    )


def _raise(page: Page, origin: Origin) -> Escalation:
    form = page.form
    question = Question(form.get("kind"), form.get("text"), form.get("telephone"))
    return services.raise_escalation(page.work, question, origin.raised(form))


def _found(page: Page) -> Escalation:
    key = number_in_address(page, "escalation_id")
    row = queries.visible_escalation(page.session, key, reader_of(page))
    if row is None:
        raise NotFoundError(_s("この引き継ぎは見つかりませんでした。"))
    return row


class EscalationView(View, frozen=True):
    """What ``admin/contacts/escalations/escalation.html`` shows."""

    row: Escalation
    escalation_words: ModuleType
    names: Mapping[int, str]
    question: AskedQuestion | None
    answers: Sequence[EscalationAnswer]
    today: date
    texts: Mapping[int, str]
    shown: bool
    may_read: bool
    may_answer: bool
    of_ward: bool
    may_ask_again: bool
    spelled: Spelled
    said: str
    contact: Contact
    scans: bool
    opens: bool
    pause: SendingPause | None
    waits: HeldBack | None


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one question; its texts on demand, to those who may read them."""
    row, reader, vault = _found(page), reader_of(page), page.site.vault
    shown = _has_read(page, row) and reader.may_read(row)
    answers = queries.answers_of(page.session, row.id)
    pause = pause_of(page.session, row.id) if allowed(page, Permission.KNOW_PROTECTED) else None
    names = staff_names(page.session, {row.raised_by, *(one.answered_by for one in answers)})
    return page.render(
        "admin/contacts/escalations/escalation.html",
        EscalationView(
            row=row,
            escalation_words=escalation_words,
            names=names,
            question=question_of(vault, row) if shown else None,
            answers=answers,
            today=jst_date(page.now),
            texts={one.id: answer_text(vault, row, one) for one in answers} if shown else {},
            shown=shown,
            may_read=reader.may_read(row),
            may_answer=allowed(page, Permission.ANSWER_ESCALATIONS)
            and row.state == EscalationState.OPEN,
            of_ward=allowed(page, Permission.KNOW_PROTECTED),
            may_ask_again=allowed(page, Permission.SUPERVISE_CALLS)
            and ESCALATION.can(row.state, "reopen"),
            spelled=spelled(page, row.receipt_no, row.call_id),
            said=page.query.get("said", ""),
            contact=page.site.program.contact,
            scans=allowed(page, Permission.SEE_SCANS),
            opens=allowed(page, Permission.OPEN_HOUSEHOLD),
            pause=pause,
            waits=held_back(page.session, pause.household_id) if pause is not None else None,
        ),
        status_code,
    )


def _has_read(page: Page, row: Escalation) -> bool:
    return page.who.auth is not None and page.who.auth.data.get(READ) == row.id


def read(page: Page) -> Response[Any]:
    """Show the texts of a question and its answers, and log that they were read."""
    row = _found(page)
    if page.who.auth is not None and reader_of(page).may_read(row):
        record(page.work, "escalation.read", "escalation", row.id, household_id=row.household_id)
        page.who.auth.data = page.who.auth.data | {READ: row.id}
    return page.redirect(f"/escalations/{row.id}")


def submit_answer(page: Page) -> Response[Any]:
    """Store the ward's answer; others than the ward add its instruction or a scan of its letter."""
    row = _found(page)
    instruction = read_instruction(page)
    if page.form.ok:
        _try(
            page,
            lambda: answering.answer(
                page.work, row.id, WardAnswer(page.form.get("text"), instruction, _scan(page, row))
            ),
        )
    if not page.form.ok:
        return show(page, 422)
    return page.redirect(f"/escalations/{row.id}?said=answered")


def _scan(page: Page, row: Escalation) -> int | None:
    checked = page.form.upload("scan", CheckedScan)
    if checked is None:
        return None
    stored = store_scan(page.work, checked, household_id=row.household_id)
    return stored.id


def _try(page: Page, action: Callable[[], object]) -> None:
    """Carry out an action once; a refusal becomes an error of the form."""
    try:
        with page.session.begin_nested():
            if first_post(page):
                action()
    except NotFoundError:
        raise
    except DomainError as error:
        page.form.error(error.code if error.code in FIELDS else "step", error.message)


def close(page: Page) -> Response[Any]:
    """Close an answered question."""
    row = _found(page)
    unread = reader_of(page).may_read(row) and not _has_read(page, row)
    _try(page, lambda: services.close(page.work, row.id, unread=unread))
    return page.redirect(f"/escalations/{row.id}?said=closed") if page.form.ok else show(page, 409)


def withdraw(page: Page) -> Response[Any]:
    """Withdraw an open question."""
    row = _found(page)
    _try(page, lambda: services.withdraw(page.work, row.id))
    return (
        page.redirect(f"/escalations/{row.id}?said=withdrawn") if page.form.ok else show(page, 409)
    )


def reopen(page: Page) -> Response[Any]:
    """Ask the ward again."""
    row = _found(page)
    _try(
        page,
        lambda: services.reopen(page.work, row.id, page.form.get("more")),
    )
    return (
        page.redirect(f"/escalations/{row.id}?said=reopened") if page.form.ok else show(page, 422)
    )


def prolong_pause(page: Page) -> Response[Any]:
    """Hold back what was not sent yet for one more staffed day."""
    row = _found(page)
    _try(page, lambda: pausing.prolong(page.work, _pause(page, row).id))
    return (
        page.redirect(f"/escalations/{row.id}?said=prolonged") if page.form.ok else show(page, 409)
    )


def lift_pause(page: Page) -> Response[Any]:
    """Let go out what was held back, once somebody says that it is safe."""
    row = _found(page)
    if not page.form.get("safe"):
        page.form.error("safe", _s("送っても危険がないことを確かめて、印をつけてください。"))
        return show(page, 422)
    _try(page, lambda: pausing.lift(page.work, _pause(page, row).id))
    return page.redirect(f"/escalations/{row.id}?said=lifted") if page.form.ok else show(page, 409)


def _pause(page: Page, row: Escalation) -> SendingPause:
    found = pause_of(page.session, row.id)
    if found is None:
        raise NotFoundError(_s("この世帯は、送るのを止めていません。"))
    return found


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, handle, answer = (
        Permission.SEE_ESCALATIONS,
        Permission.HANDLE_CALLS,
        Permission.ANSWER_ESCALATIONS,
    )
    know, one = Permission.KNOW_PROTECTED, "/escalations/{escalation_id:int}"
    return [
        staff_route("GET", "/escalations", show_list, see),
        staff_route("POST", "/escalations/find", find, see, shows=show_list),
        staff_route("GET", "/escalations/new", show_new, handle),
        staff_route("POST", "/escalations/new/submit", submit, handle, shows=show_new),
        staff_route("GET", one, show, see),
        staff_route("POST", one + "/read", read, see),
        staff_route(
            "POST", one + "/answer", submit_answer, answer, shows=show, uploads={"scan": SCAN}
        ),
        staff_route("POST", one + "/close", close, see, shows=show),
        staff_route("POST", one + "/pause/prolong", prolong_pause, know, shows=show),
        staff_route("POST", one + "/pause/lift", lift_pause, know, shows=show),
        staff_route("POST", one + "/withdraw", withdraw, see, shows=show),
        staff_route("POST", one + "/reopen", reopen, Permission.SUPERVISE_CALLS, shows=show),
    ]
