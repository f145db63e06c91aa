"""The ward's own checklist: its file comes in, each question gets an answer, the file goes back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark
from admin.oversight.management.checklist import VERDICT_MARK
from admin.oversight.reports.files import send_file
from admin.page import Page
from portal.domain.contacts.escalations.answers_file import MAX_BYTES
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.oversight.management import ward_checklist
from portal.domain.oversight.management.checklist import Verdict
from portal.domain.oversight.management.ward_checklist import Asked, TypedReply
from portal.domain.oversight.management.ward_file import AskedFile, read_asked
from portal.domain.oversight.reports.management.ward_checklist import answered_csv, answered_xlsx
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import UploadRule
from portal.platform.view import View

FILE = UploadRule(MAX_BYTES, read_asked)
PATH = "/ward-checklist"


class WardChecklistView(View, frozen=True):
    """What ``admin/oversight/management/ward_checklist.html`` shows."""

    questions: Sequence[Asked]
    unanswered: bool
    open_count: int
    keeps: bool
    verdict_mark: Callable[[str], Mark]
    said: str
    counts: Mapping[str, str]


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the ward's questions with our answers, or only those without one."""
    found, unanswered = ward_checklist.asked(page.work), page.query.get("shown") == "unanswered"
    return page.render(
        "admin/oversight/management/ward_checklist.html",
        WardChecklistView(
            questions=[one for one in found if one.answered is None or not unanswered],
            unanswered=unanswered,
            open_count=sum(one.is_open for one in found),
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            verdict_mark=VERDICT_MARK,
            said=page.query.get("said", ""),
            counts={name: _count(page, name) for name in ("new", "same", "gone")},
        ),
        status_code,
    )


def _count(page: Page, name: str) -> str:
    typed = page.query.get(name, "")
    return typed if typed.isascii() and typed.isdigit() and len(typed) < 4 else "0"


def upload(page: Page) -> Response[Any]:
    """Take the ward's file in."""
    file = page.form.upload("file", AskedFile)
    if file is None:
        page.form.error("file", _s("区のチェックリストのファイルを選んでください。"))
        return show_list(page, 422)
    taken = ward_checklist.take_in(page.work, file)
    counts = f"new={taken.new}&same={taken.same}&gone={taken.gone}"
    return page.redirect(f"{PATH}?said=taken&{counts}")


class WardQuestionView(View, frozen=True):
    """What ``admin/oversight/management/ward_question.html`` shows."""

    one: Asked
    base: str
    verdicts: tuple[Verdict, ...]
    items: Mapping[str, str]
    verdict_mark: Callable[[str], Mark]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one question with the form for our answer."""
    one = _one(page)
    if page.method == "GET" and one.answered is not None:
        page.form.values = {
            "verdict": one.answered.verdict,
            "item": one.item,
            "answer": one.answered.answer,
            "evidence": one.answered.evidence,
        }
    base = page.form.get("base") if page.method == "POST" else str(one.version)
    return page.render(
        "admin/oversight/management/ward_question.html",
        WardQuestionView(
            one=one,
            base=base,
            verdicts=tuple(Verdict),
            items=ward_checklist.answerable(),
            verdict_mark=VERDICT_MARK,
        ),
        status_code,
    )


def _one(page: Page) -> Asked:
    key = number_in_address(page, "question_id")
    for one in ward_checklist.asked(page.work):
        if one.id == key:
            return one
    raise NotFoundError(_s("この質問は見つかりませんでした。"))


def answer(page: Page) -> Response[Any]:
    """Save our answer as its next version."""
    form, key, base = page.form, number_in_address(page, "question_id"), page.form.get("base")
    number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else 0
    typed = TypedReply(
        form.get("verdict"), form.get("item"), form.get("answer"), form.get("evidence"), number
    )
    return carry_out_once(
        page,
        lambda: ward_checklist.reply(page.work, key, typed),
        f"{PATH}?said=saved#question-{key}",
        Again(show, "answer", named=True),
    )


def download(page: Page) -> Response[Any]:
    """Send the ward's file with our answers."""
    with use_locale(SOURCE_LOCALE):
        if page.path.endswith("/csv"):
            return send_file(page, "ward-checklist.csv", answered_csv(page.work))
        return send_file(page, "ward-checklist.xlsx", answered_xlsx(page.work))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep = Permission.SEE_MANAGEMENT, Permission.KEEP_MANAGEMENT
    one = PATH + "/{question_id:int}"
    return [
        staff_route("GET", PATH, show_list, see),
        staff_route(
            "POST", PATH + "/upload", upload, keep, shows=show_list, uploads={"file": FILE}
        ),
        staff_route("GET", one, show, keep),
        staff_route("POST", one + "/answer", answer, keep, shows=show),
        *(staff_route("POST", f"{PATH}/{ending}", download, see) for ending in ("xlsx", "csv")),
    ]
