"""The list of open questions with the ward (協議事項).

The contractor asks, the ward answers.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.management import asking, questions
from portal.domain.oversight.management.questions import Question
from portal.domain.oversight.management.states import QuestionState
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

STATE_MARK = marks(
    {
        QuestionState.OPEN: Mark.WAIT,
        QuestionState.ANSWERED: Mark.GOOD,
        QuestionState.CLOSED: Mark.PLAIN,
    }
)
LISTED = 20


class QuestionsView(View, frozen=True):
    """What ``admin/oversight/management/questions.html`` shows."""

    questions: Sequence[Question]
    more: bool
    keeps: bool
    state_mark: Callable[[str], Mark]
    said: str
    overdue: set[int]


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the list, twenty questions a page."""
    typed = page.query.get("after", "")
    after = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    found = [one for one in questions.questions(page.work) if one.number > after]
    return page.render(
        "admin/oversight/management/questions.html",
        QuestionsView(
            questions=found[:LISTED],
            more=len(found) > LISTED,
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            state_mark=STATE_MARK,
            said=page.query.get("said", ""),
            overdue={
                one.number for one in questions.overdue(page.work, page.site.program.calendar)
            },
        ),
        status_code,
    )


class QuestionView(View, frozen=True):
    """What ``admin/oversight/management/question.html`` shows."""

    one: Question
    keeps: bool
    decides: bool
    state_mark: Callable[[str], Mark]
    due: date | None
    today: date
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one question with the ward's answer, and what can be done next."""
    one = questions.question(page.work, number_in_address(page, "number"))
    if page.method == "GET":
        page.form.values = {
            "day": jst_date(page.now).isoformat(),
            "answer": one.answer,
            "instruction_no": one.instruction_no or "",
            "instruction_on": one.instruction_on.isoformat() if one.instruction_on else "",
        }
    return page.render(
        "admin/oversight/management/question.html",
        QuestionView(
            one=one,
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            decides=allowed(page, Permission.DECIDE_MANAGEMENT),
            state_mark=STATE_MARK,
            due=questions.due_day(page.site.program.calendar, one.asked_on)
            if one.asked_on
            else None,
            today=jst_date(page.now),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def add(page: Page) -> Response[Any]:
    """Add a question of our own."""
    form = page.form
    return carry_out_once(
        page,
        lambda: asking.add(
            page.work,
            asking.NewQuestion(form.get("title"), form.get("clause"), form.get("question")),
        ),
        "/questions?said=added",
        Again(show_list, "title", named=True),
    )


def ask(page: Page) -> Response[Any]:
    """Record the day on which the ward was asked."""
    day = _day(page, "day")
    if day is None:
        return show(page, 422)
    return _act(page, "asked", lambda number: asking.ask(page.work, number, day))


def answer(page: Page) -> Response[Any]:
    """Answer as the ward."""
    form, day = page.form, _day(page, "instruction_on")
    if day is None:
        return show(page, 422)
    return _act(
        page,
        "answered",
        lambda number: asking.answer(
            page.work,
            number,
            asking.Answer(form.get("answer"), Instruction(form.get("instruction_no"), day)),
        ),
    )


def close(page: Page) -> Response[Any]:
    """Close an answered question."""
    return _act(page, "closed", lambda number: asking.close(page.work, number))


def reopen(page: Page) -> Response[Any]:
    """Reopen a question."""
    return _act(
        page,
        "reopened",
        lambda number: asking.reopen(page.work, number),
    )


def _day(page: Page, field: str) -> date | None:
    day = whole_date(page.form.get(field))
    if isinstance(day, date):
        return day
    page.form.error(field, _s("日付を、2023-06-30 のように入力してください。"))
    return None


def _act(page: Page, said: str, act: Callable[[int], object]) -> Response[Any]:
    number = number_in_address(page, "number")
    return carry_out_once(
        page,
        lambda: act(number),
        f"/questions/{number}?said={said}",
        Again(show, "state", named=True),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep, decide = (
        Permission.SEE_MANAGEMENT,
        Permission.KEEP_MANAGEMENT,
        Permission.DECIDE_MANAGEMENT,
    )
    one = "/questions/{number:int}"
    return [
        staff_route("GET", "/questions", show_list, see),
        staff_route("POST", "/questions/add", add, keep, shows=show_list),
        staff_route("GET", one, show, see),
        staff_route("POST", one + "/ask", ask, keep, shows=show),
        staff_route("POST", one + "/answer", answer, decide, shows=show),
        staff_route("POST", one + "/close", close, keep, shows=show),
        staff_route("POST", one + "/reopen", reopen, keep, shows=show),
    ]
