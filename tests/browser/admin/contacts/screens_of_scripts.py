"""The screens of scripts, of calls back and of questions to the ward."""

from functools import partial

from playwright.sync_api import Page

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.models import CallHousehold
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.escalations import answering, call_backs, services
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.contacts.escalations.answers_file import AnswerRow, AnswersFile
from portal.domain.contacts.escalations.answers_in import store_sheet
from portal.domain.contacts.escalations.call_backs import Wanted
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.escalations.services import Question, RaisedIn
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from tests.browser.admin.contacts.calling import at_the_desk, begin_call, end_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.staff import ROLES
from tests.support.work import work_in

PROGRAM = load_program("sample")
KEY = "answer.delivery.absent"


# ---- scripts ------------------------------------------------------------------------------
def _scripts(path: str, role: Role, served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page, role)
    served.go(page, path)


def _preview(served: ServedStaff, page: Page) -> None:
    _scripts(f"/scripts/{KEY}/edit", Role.SUPERVISOR, served, page)
    page.fill("#text_ko", "")
    with page.expect_navigation():
        page.locator("button[formaction$='/preview']").click()


def _wrong_script(served: ServedStaff, page: Page) -> None:
    _scripts(f"/scripts/{KEY}/edit", Role.SUPERVISOR, served, page)
    page.fill("#title", "")
    page.fill("#text_en", "%(password)s")
    press(page)


def _two_editors(served: ServedStaff, page: Page) -> None:
    _scripts("/scripts/closing/edit", Role.SUPERVISOR, served, page)
    other = page.context.new_page()
    served.go(other, "/scripts/closing/edit")
    other.fill("#text_ja", f"ほかの人の文。{served.now:%H%M%S%f}")
    press(other)
    other.close()
    page.fill("#text_ja", "わたしの文。")
    press(page)


def _old_version(served: ServedStaff, page: Page) -> None:
    _two_editors(served, page)
    served.go(page, "/scripts/closing/versions/0?speak=zh")


def _beside(served: ServedStaff, page: Page) -> None:
    begin_call(served, page, language=CallLanguage.KO)
    served.go(page, "/desk")
    page.locator("details.script-group summary").nth(3).click()
    for place in (0, 1):
        page.locator("details.script-group[open] details.script summary").nth(place).click()


# ---- calls back ---------------------------------------------------------------------------
def asked(served: ServedStaff, actor: Actor, *, known: bool = True) -> int:
    """Somebody is to be called back: the task's key."""
    with served.database.write() as session:
        call = current_call(work_in(session, actor))
        assert call is not None
        household = served.numbers["household"] if known else None
        if household is not None:
            session.add(
                CallHousehold(call_id=call.id, household_id=household, opened_at=served.now)
            )
            session.flush()
        wanted = Wanted("090-0000-0000", text="再配送について", language=CallLanguage.KO)
        task_id = call_backs.ask(
            work_in(session, actor, served.now, program=PROGRAM),
            wanted,
            RaisedIn(call_id=call.id, household_id=household),
        ).id
    end_call(served, actor)
    return task_id


def _call_backs(served: ServedStaff, page: Page) -> None:
    asked(served, begin_call(served, page), known=False)
    served.go(page, "/call-backs")


def _new_call_back(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/call-backs/new")


def _wrong_call_back(served: ServedStaff, page: Page) -> None:
    _new_call_back(served, page)
    page.fill("#telephone", "12")
    page.fill("#clock", "25時")
    press(page)


def _call_back(said: str, served: ServedStaff, page: Page) -> None:
    task_id = asked(served, begin_call(served, page))
    served.go(page, f"/call-backs/{task_id}{said}")


def calling(served: ServedStaff, page: Page) -> None:
    """Open a call back whose call goes on."""
    _call_back("", served, page)
    with page.expect_navigation():
        page.locator("main form[action$='/start'] button.main").click()


def _no_outcome(served: ServedStaff, page: Page) -> None:
    calling(served, page)
    press(page, "form[action$='/settle']")


# ---- questions to the ward ----------------------------------------------------------------
def raised(served: ServedStaff, actor: Actor, kind: str = "eligibility") -> Escalation:
    """A question that was passed on in the call that goes on; the call ends."""
    with served.database.write() as session:
        call = current_call(work_in(session, actor))
        assert call is not None
        row = services.raise_escalation(
            work_in(session, actor, served.now, program=PROGRAM),
            Question(kind, "基準日のあとに転入した。", "090-0000-0000"),
            RaisedIn(call_id=call.id),
        )
        session.flush()
        session.expunge(row)
    end_call(served, actor)
    return row


def _escalations(path: str, served: ServedStaff, page: Page) -> None:
    for kind in ("accident", "press"):
        raised(served, begin_call(served, page), kind)
    at_the_desk(served, page, Role.OFFICER)
    served.go(page, path)


def _new_question(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/escalations/new")


def _wrong_question(served: ServedStaff, page: Page) -> None:
    _new_question(served, page)
    press(page)


def _raised(served: ServedStaff, page: Page) -> None:
    row = raised(served, begin_call(served, page, language=CallLanguage.EN), "accident")
    served.go(page, f"/escalations/{row.id}?said=raised")


def _to_answer(served: ServedStaff, page: Page) -> None:
    row = raised(served, begin_call(served, page))
    at_the_desk(served, page, Role.OFFICER)
    served.go(page, f"/escalations/{row.id}")
    with page.expect_navigation():
        page.locator("form[action$='/read'] button").click()


def _wrong_answer(served: ServedStaff, page: Page) -> None:
    _to_answer(served, page)
    page.fill("#instruction_no", "児発第12号")
    press(page, "form#answer")


def _answered(served: ServedStaff, page: Page) -> None:
    row = raised(served, begin_call(served, page))
    ward = Actor(
        Role.WARD_OFFICER, served.colleagues[Role.WARD_OFFICER].id, ROLES[Role.WARD_OFFICER]
    )
    with served.database.write() as session:
        order = Instruction("児発第12号", jst_date(served.now))
        answering.answer(
            work_in(session, ward, served.now), row.id, WardAnswer("対象です。", order)
        )
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, f"/escalations/{row.id}")
    with page.expect_navigation():
        page.locator("form[action$='/read'] button").click()


def _sheet(served: ServedStaff, page: Page) -> None:
    row = raised(served, begin_call(served, page))
    actor = at_the_desk(served, page, Role.OFFICER)
    with served.database.write() as session:
        rows = [
            AnswerRow(2, row.receipt_no, "対象です。", "児発第12号", "2023-07-31"),
            AnswerRow(3, "ZZZZ-9999", "可"),
            AnswerRow(4, row.receipt_no + "X", "可"),
            AnswerRow(5, "", "可", "第1号"),
        ]
        file = AnswersFile(row.receipt_no.encode().ljust(32, b"0"), rows)
        sheet_id = store_sheet(work_in(session, actor, served.now), file).id
    served.go(page, f"/escalations/answers/{sheet_id}")


def _no_file(served: ServedStaff, page: Page) -> None:
    _scripts("/escalations/answers", Role.OFFICER, served, page)
    press(page)


SCRIPTS: dict[str, Step] = {
    "scripts: list": partial(_scripts, "/scripts", Role.AGENT),
    "scripts: found": partial(_scripts, "/scripts?q=不在&speak=en", Role.AGENT),
    "scripts: none found": partial(_scripts, "/scripts?q=ありえない", Role.AGENT),
    "script: read": partial(_scripts, "/scripts/verification_others?speak=ko", Role.SUPERVISOR),
    "script: easy": partial(_scripts, "/scripts/answer.coupon.last_day?speak=easy", Role.AGENT),
    "script: edit": partial(_scripts, f"/scripts/{KEY}/edit", Role.SUPERVISOR),
    "script: preview": _preview,
    "script: wrong": _wrong_script,
    "script: two editors": _two_editors,
    "script: old version": _old_version,
    "script: add": partial(_scripts, "/scripts/add", Role.SUPERVISOR),
    "scripts: beside the call": _beside,
}
LEFT_OPEN: dict[str, Step] = {
    "call backs: list": _call_backs,
    "call back: new": _new_call_back,
    "call back: wrong": _wrong_call_back,
    "call back: asked": partial(_call_back, "?said=asked"),
    "call back: calling": calling,
    "call back: no outcome": _no_outcome,
    "escalations: list": partial(_escalations, "/escalations"),
    "escalations: none": partial(_escalations, "/escalations?state=withdrawn&kind=press"),
    "notes: none": partial(_escalations, "/notes"),
    "closed to callers: none": partial(_scripts, "/closed-callers", Role.SUPERVISOR),
    "escalation: new": _new_question,
    "escalation: wrong": _wrong_question,
    "escalation: raised": _raised,
    "escalation: to answer": _to_answer,
    "escalation: wrong answer": _wrong_answer,
    "escalation: answered": _answered,
    "answers: sheet": _sheet,
    "answers: no file": _no_file,
}
