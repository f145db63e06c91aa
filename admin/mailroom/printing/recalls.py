"""Page of the recall lists of a run: draw one up, send it, and record the answers."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.printing.print_runs import found_run
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.models import PrintRun
from portal.domain.mailroom.printing.recalls import needs, recall_list
from portal.domain.mailroom.printing.recalls import queries as recall_queries
from portal.domain.mailroom.printing.recalls.answers import count_answers, read_answers
from portal.domain.mailroom.printing.recalls.models import RecallList
from portal.domain.mailroom.printing.recalls.needs import Need
from portal.domain.mailroom.printing.recalls.queries import Line
from portal.domain.mailroom.printing.recalls.states import WAITING, RecallAnswer, RecallState
from portal.domain.mailroom.printing.recalls.take_back import take_back_pdf
from portal.domain.oversight.reports.mail.recalls import recall_report
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View

SHOWN = 20
STATE_MARK = marks(
    {
        RecallState.LISTED: Mark.WAIT,
        RecallState.SENT: Mark.WAIT,
        RecallState.PULLED: Mark.GOOD,
        RecallState.ALREADY_POSTED: Mark.STOP,
    }
)
FILES = {"file": UploadRule(5 * MEGABYTE)}
LETTER_FIELD = re.compile(r"letter-([1-9]\d{0,15})", re.ASCII)


class RecallsView(View, frozen=True):
    """What ``admin/mailroom/printing/recalls.html`` shows."""

    run: PrintRun
    needs: Sequence[Need]
    count: int
    lists: Sequence[tuple[RecallList, Sequence[Line]]]
    shown: int
    refused_of: int
    refused: Sequence[str]
    waiting: tuple[str, str]
    state_mark: Callable[[str], Mark]
    said: str


def show(
    page: Page, status_code: int = 200, refused: tuple[int, Sequence[str]] = (0, ())
) -> Response[Any]:
    """Show the letters to recall now, and each list with its unanswered letters.

    ``refused`` are the rows of a list's file that were not recorded, by the key of the list.
    """
    session = page.session
    run = found_run(page)
    due, lists = needs.needs(session, run.id), recall_queries.lists_of(session, run.id)
    return page.render(
        "admin/mailroom/printing/recalls.html",
        RecallsView(
            run=run,
            needs=due[:SHOWN],
            count=len(due),
            lists=[(row, recall_queries.lines(session, row.id)) for row in lists],
            shown=SHOWN,
            refused_of=refused[0],
            refused=refused[1],
            waiting=WAITING,
            state_mark=STATE_MARK,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _list_id(page: Page) -> int:
    run_id, key = number_in_address(page, "run_id"), number_in_address(page, "list_id")
    return recall_queries.pull_list(page.session, run_id, key).id


def _act(page: Page, said: str, field: str, act: Callable[[], object]) -> Response[Any]:
    return carry_out_once(
        page,
        act,
        f"/letters/{page.params['run_id']}/recalls?said={said}",
        Again(show, field, but=NotFoundError),
    )


def draw_up(page: Page) -> Response[Any]:
    """Make a list of the letters that must be recalled now."""
    run_id = number_in_address(page, "run_id")
    return _act(
        page,
        "made",
        "needs",
        lambda: recall_list.draw_up(page.work, run_id),
    )


def send(page: Page) -> Response[Any]:
    """Record that a list was sent to the mail house."""
    key = _list_id(page)
    return _act(
        page,
        "sent",
        f"list-{key}",
        lambda: recall_list.send_list(page.work, key),
    )


def answer(page: Page) -> Response[Any]:
    """Record the chosen answers, or one answer for all unanswered letters."""
    key, form = _list_id(page), page.form
    if form.get("all") in set(RecallAnswer):
        waiting = [
            line for line in recall_queries.lines(page.session, key) if line.state in WAITING
        ]
        answers = [(line.letter_id, form.get("all")) for line in waiting]
    else:
        answers = [
            (int(match[1]), said)
            for name, said in form.values.items()
            if (match := LETTER_FIELD.fullmatch(name)) and said in set(RecallAnswer)
        ]
    if not answers:
        form.error(f"list-{key}", _s("それぞれの手紙の結果を選んでください。"))
        return show(page, 422)
    return _record_answers(page, key, answers)


def _record_answers(page: Page, key: int, answers: Sequence[tuple[int, str]]) -> Response[Any]:
    return _act(
        page,
        "answered",
        f"list-{key}",
        lambda: recall_list.answer(page.work, key, answers),
    )


def answer_by_file(page: Page) -> Response[Any]:
    """Record the answers of a list that the mail house filled in, row by row."""
    key, form = _list_id(page), page.form
    data = form.upload("file", bytes)
    if data is None:
        form.error(f"list-{key}", _s("返ってきた一覧のファイル（CSV）を選んでください。"))
        return show(page, 422)
    try:
        answers = read_answers(page.work, key, data)
    except InputError as error:
        form.error(f"list-{key}", error.message)
        return show(page, 422)
    if not answers.given:
        form.error(
            f"list-{key}", _s("ファイルに、新しい結果がありません。結果の列を確かめてください。")
        )
        return show(page, 422)
    try:
        count_answers(page.work, key, data)
    except ConflictError as error:
        form.error(f"list-{key}", error.message)
        return show(page, 422)
    if not answers.refused:
        return _record_answers(page, key, answers.given)
    return carry_out_once(
        page,
        lambda: recall_list.answer(page.work, key, answers.given),
        lambda: show(page, refused=(key, answers.refused)),
        Again(show, f"list-{key}", but=NotFoundError),
    )


def download(page: Page) -> Response[Any]:
    """Send a list as CSV, workbook or PDF, or the forms for the post office."""
    key, kind = _list_id(page), page.params["kind"]
    row = recall_queries.pull_list(page.session, number_in_address(page, "run_id"), key)
    program, name = page.site.program, recall_queries.list_file(row)
    if kind == "take-back":
        body, kind, name = (
            take_back_pdf(program, recall_queries.lines(page.session, key), page.now),
            "pdf",
            f"{name}-take-back",
        )
    elif kind == "csv":
        body = recall_queries.as_csv(page.session, key)
    elif kind in {"pdf", "xlsx"}:
        report = recall_report(page.work, row)
        body = as_xlsx(report) if kind == "xlsx" else as_pdf(report, page.now)
    else:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    return page.download(f"{name}.{kind}", body)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/letters/{run_id:int}/recalls"
    one, keep = base + "/{list_id:int}", Permission.TAKE_OUT_LETTERS
    return [
        staff_route("GET", base, show, Permission.SEE_LETTERS),
        staff_route("GET", one + "/{kind:str}", download, keep),
        staff_route("POST", base + "/draw-up", draw_up, keep, shows=show),
        staff_route("POST", one + "/send", send, keep, shows=show),
        staff_route("POST", one + "/answer", answer, keep, shows=show),
        staff_route("POST", one + "/answer-file", answer_by_file, keep, shows=show, uploads=FILES),
    ]
