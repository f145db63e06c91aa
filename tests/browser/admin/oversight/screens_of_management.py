"""The screens of the work with the ward: milestones, minutes, questions, documents, checklist."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from playwright.sync_api import FilePayload, Page
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.documents import services as documents
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.oversight.auditing.searching import Wanted
from portal.domain.oversight.disclosure import steps
from portal.domain.oversight.disclosure.case import Words, sealed_under
from portal.domain.oversight.disposal.household import asking as household_asking
from portal.domain.oversight.management import minutes
from portal.domain.oversight.person_lists import asking
from portal.domain.oversight.person_lists.contents import scope_of
from portal.domain.people.households.looks import record_look
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import Profile, add_staff
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.staff import PASSWORD
from tests.support.work import work_in

TEXTS = {
    "subject": "第1回 定例の打合せ",
    "place": "区役所5階",
    "attendees": "区 課長\n受託者 責任者",
    "decisions": "発送は7月10日から",
    "open_items": "年末の最後の差し出し日",
}


def _at(path: str, role: Role, served: ServedStaff, page: Page) -> None:
    served.enter(page, role)
    served.go(page, path)


def _written(served: ServedStaff) -> int:
    officer = Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)
    with served.database.write() as session:
        return minutes.write(
            work_in(session, officer, served.now),
            None,
            minutes.TypedMinutes(jst_date(served.now), TEXTS),
        ).id


def _proposed(served: ServedStaff) -> None:
    officer = Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)
    with served.database.write() as session:
        if session.scalar(select(DocumentVersion.id).limit(1)) is None:
            documents.propose(
                work_in(session, officer, served.now),
                documents.Draft("pages", "texts.toml", b"a = 1\n", "初版"),
            )


def _minutes(role: Role, served: ServedStaff, page: Page, *, edit: bool = False) -> None:
    key = _written(served)
    _at(f"/minutes/{key}{'/edit' if edit else ''}", role, served, page)


def _wrong_minutes(served: ServedStaff, page: Page) -> None:
    _at("/minutes/new", Role.OFFICER, served, page)
    page.fill("#subject", "第2回")
    press(page, "form[action='/minutes/new/save']")


def _documents(role: Role, served: ServedStaff, page: Page) -> None:
    _proposed(served)
    _at("/documents", role, served, page)


def _wrong_document(served: ServedStaff, page: Page) -> None:
    _documents(Role.OFFICER, served, page)
    press(page, "form[action='/documents/propose']")


def _wrong_approval(served: ServedStaff, page: Page) -> None:
    _documents(Role.WARD_OFFICER, served, page)
    press(page, "form[action$='/approve']")


def _wrong_question(served: ServedStaff, page: Page) -> None:
    _at("/questions", Role.OFFICER, served, page)
    press(page, "form[action='/questions/add']")


def _wrong_answer(served: ServedStaff, page: Page) -> None:
    _at("/questions/5", Role.WARD_OFFICER, served, page)
    press(page, "form[action$='/answer']")


def _wrong_check(served: ServedStaff, page: Page) -> None:
    _at("/checklist/audit", Role.OFFICER, served, page)
    page.fill("#answer", "")
    press(page, "form[action$='/write']")


def _ward_checklist(served: ServedStaff, page: Page, *, rows: str = "1-1,認証はあるか") -> None:
    """Take in a checklist of the ward with one question."""
    _at("/ward-checklist", Role.OFFICER, served, page)
    data = f"番号,質問\n{rows}\n".encode()
    file = FilePayload(name="checklist.csv", mimeType="text/csv", buffer=data)
    page.set_input_files("#file", files=[file])
    press(page)


def _ward_question(served: ServedStaff, page: Page) -> None:
    """Say yes to a question without a line that shows it."""
    _ward_checklist(served, page)
    page.locator("section.card p a.cell").first.click()
    page.check("input[value=yes]")
    press(page, "form.card")


def _no_document(served: ServedStaff, page: Page) -> None:
    _at("/registers/bcp_plan", Role.OFFICER, served, page)
    press(page)


def _wrong_milestone(served: ServedStaff, page: Page) -> None:
    _at("/management/milestones/delivery", Role.OFFICER, served, page)
    page.fill("#owner", "長" * 61)
    page.locator("form[action$='/note'] button").click()
    page.wait_for_load_state("load")


def _audit(served: ServedStaff, page: Page, **typed: str) -> None:
    """Search the audit; somebody of another role has looked at pages before."""
    _at("/tasks", Role.OFFICER, served, page)
    _at("/audit", Role.AUDITOR, served, page)
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    press(page)


def _wrong_export(served: ServedStaff, page: Page) -> None:
    _audit(served, page)
    page.locator("form[action='/audit/take-out'] button").click()
    page.wait_for_load_state("load")


def _asked(served: ServedStaff, page: Page) -> int:
    """The auditor asked for what somebody did before; return the number of the list."""
    _at("/tasks", Role.OFFICER, served, page)
    auditor = Actor(Role.AUDITOR, served.colleagues[Role.AUDITOR].id, Organization.WARD)
    with served.database.write() as session:
        work = work_in(session, auditor, served.now)
        wanted = Wanted(work.now - timedelta(days=1), work.now + timedelta(days=1))
        day = jst_date(work.now) + timedelta(days=3)
        wish = asking.Wish("audit", scope_of(wanted), "四半期の点検", "区 監査 係長", day)
        return asking.ask(work, wish).id


def _list(role: Role, served: ServedStaff, page: Page) -> None:
    _asked(served, page)
    _at("/person-lists", role, served, page)


def _no_list(served: ServedStaff, page: Page) -> None:
    _at("/person-lists?kind=undelivered", Role.OFFICER, served, page)
    press(page)


def _list_key(served: ServedStaff, page: Page) -> None:
    number = _asked(served, page)
    _at("/person-lists", Role.WARD_OFFICER, served, page)
    for action in ("approve", "make"):
        page.locator(f"form[action='/person-lists/{number}/{action}'] button").click()
        page.wait_for_load_state("load")


def _disposal(role: Role, served: ServedStaff, page: Page) -> None:
    _at("/household-disposals", Role.OFFICER, served, page)
    officer = Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)
    with served.database.write() as session:
        work = work_in(session, officer, served.now)
        found = [one.approval_id for one in household_asking.waiting(work)]
        day = jst_date(work.now)
        wish = household_asking.Wish("9600000007", "5汐子第77号", day, "ward_order")
        number = found[0] if found else household_asking.ask(work, wish).id
    _at(f"/household-disposals/{number}", role, served, page)


def _person_request(
    kind: str, until: str, role: Role, served: ServedStaff, page: Page, *, second: bool = False
) -> None:
    """A request that has come as far as ``until``."""
    _at("/person-requests", Role.WARD_OFFICER, served, page)
    people = [served.colleagues[Role.WARD_OFFICER].id, _another(served)]
    first, other = (Actor(Role.WARD_OFFICER, one, Organization.WARD) for one in people)
    if second:
        first, other = other, first
    day, number = jst_date(served.now), "9600000006"
    outcome = {"disclosure": "tell", "correction": "correct"}[kind]
    words = Words(reason="", persons=(0,))
    proposal = steps.Proposal(outcome, Instruction("5汐子第31号", day), words)
    with served.database.write() as session:
        mine, theirs = work_in(session, first, served.now), work_in(session, other, served.now)
        receipt = steps.Receipt(kind, "5汐子第30号", day, day + timedelta(days=30))
        row = steps.receive(mine, receipt)
        key, name = row.id, sealed_under(row.entry_id)
        acts: dict[str, Callable[[], object]] = {
            "received": lambda: None,
            "asked": lambda: steps.ask_search(mine, key, number),
            "searched": lambda: steps.search(theirs, key, number),
            "proposed": lambda: steps.propose(mine, key, proposal),
            "looked": lambda: record_look(theirs, [name.encode()], f"GET /person-requests/{key}"),
            "decided": lambda: steps.decide(theirs, key),
        }
        for one, act in acts.items():
            act()
            if one == until:
                break
    _at(f"/person-requests/{key}", role, served, page)


def _another(served: ServedStaff) -> int:
    """Another officer of the ward."""
    with served.database.write() as session:
        found = session.scalar(select(StaffUser.id).where(StaffUser.login == "ward2"))
        if found is None:
            profile = Profile("ward2", "区の係長", Organization.WARD, Role.WARD_OFFICER)
            work = work_in(session, now=served.now)
            found = add_staff(work, profile, password=PASSWORD, enrolled=True).user.id
        return found


def _no_person_request(served: ServedStaff, page: Page) -> None:
    _at("/person-requests", Role.OFFICER, served, page)
    press(page)


def _no_disposal(served: ServedStaff, page: Page) -> None:
    _at("/household-disposals", Role.OFFICER, served, page)
    press(page)


MANAGEMENT: dict[str, Step] = {
    "requests of persons": partial(_at, "/person-requests", Role.OFFICER),
    "requests of persons: wrong": _no_person_request,
    "request of a person: search": partial(
        _person_request, "disclosure", "received", Role.WARD_OFFICER
    ),
    "request of a person: second": partial(
        _person_request, "disclosure", "asked", Role.WARD_OFFICER, second=True
    ),
    "request of a person: found": partial(
        _person_request, "disclosure", "searched", Role.WARD_OFFICER
    ),
    "request of a person: to confirm": partial(
        _person_request, "disclosure", "proposed", Role.WARD_OFFICER, second=True
    ),
    "request of a person: extract": partial(
        _person_request, "disclosure", "decided", Role.WARD_OFFICER
    ),
    "request of a person: carry out": partial(
        _person_request, "correction", "decided", Role.OFFICER
    ),
    "household disposals": partial(_at, "/household-disposals", Role.OFFICER),
    "household disposals: wrong": _no_disposal,
    "household disposal: asked": partial(_disposal, Role.OFFICER),
    "household disposal: in the way": partial(_disposal, Role.WARD_OFFICER),
    "lists that leave": partial(_at, "/person-lists", Role.OFFICER),
    "lists that leave: to decide": partial(_list, Role.WARD_OFFICER),
    "lists that leave: asked for": partial(_list, Role.AUDITOR),
    "lists that leave: wrong": _no_list,
    "lists that leave: key": _list_key,
    "audit": partial(_at, "/audit", Role.AUDITOR),
    "audit: found": _audit,
    "audit: none": partial(_audit, action="nothing."),
    "audit: wrong": partial(_audit, household="#999999"),
    "audit: no reason": _wrong_export,
    "management": partial(_at, "/management", Role.OFFICER),
    "milestone: edit": partial(_at, "/management/milestones/delivery", Role.OFFICER),
    "milestone: read": partial(_at, "/management/milestones/settlement", Role.AUDITOR),
    "milestone: wrong": _wrong_milestone,
    "minutes: list": partial(_at, "/minutes", Role.OFFICER),
    "minutes: new": partial(_at, "/minutes/new", Role.OFFICER),
    "minutes: wrong": _wrong_minutes,
    "minutes: to confirm": partial(_minutes, Role.WARD_OFFICER),
    "minutes: to correct": partial(_minutes, Role.OFFICER),
    "minutes: edit": partial(_minutes, Role.OFFICER, edit=True),
    "questions": partial(_at, "/questions", Role.OFFICER),
    "questions: wrong": _wrong_question,
    "question: ask": partial(_at, "/questions/3", Role.OFFICER),
    "question: answer": partial(_at, "/questions/4", Role.WARD_OFFICER),
    "question: wrong answer": _wrong_answer,
    "documents: keep": partial(_documents, Role.OFFICER),
    "documents: decide": partial(_documents, Role.WARD_OFFICER),
    "documents: wrong": _wrong_document,
    "documents: wrong approval": _wrong_approval,
    "checklist": partial(_at, "/checklist", Role.AUDITOR),
    "checklist: edit": partial(_at, "/checklist/encryption", Role.OFFICER),
    "checklist: wrong": _wrong_check,
    "ward checklist: none": partial(_at, "/ward-checklist", Role.AUDITOR),
    "ward checklist": _ward_checklist,
    "ward checklist: wrong": partial(_ward_checklist, rows="1-1,"),
    "ward question: no line": _ward_question,
    "register: no document": _no_document,
    "register: drill": partial(_at, "/registers/bcp_drill", Role.OFFICER),
}
