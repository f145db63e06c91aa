"""The screens of telephone counts, the month's call report, the board and the watch."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from playwright.sync_api import Page

from portal.domain.contacts.telephony.importer import import_file
from portal.domain.contacts.telephony.kinds import Reason
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.desk.casework.access import Reason as AccessReason
from portal.domain.desk.casework.access import record_protected_request
from portal.domain.desk.openings.services import open_with_reason
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.program.loader import load_program
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.oversight.reports.monthly.states import DRAFT
from portal.domain.oversight.reports.monthly.versions import month_report
from portal.domain.oversight.reports.trends.hiding import Published
from portal.domain.oversight.reports.trends.publishing import publish
from portal.domain.oversight.reports.trends.spans import Measure, Span
from portal.domain.people.households.models import Household
from tests.browser.admin.contacts.calling import at_the_desk, begin_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.contacts.call_month import (
    END_OF_JULY,
    JULY,
    add_marked_call,
    as_file,
    invent_counts,
)
from tests.support.contacts.telephony import BY_LANGUAGE, BY_LINE, line_file
from tests.support.staff import hire
from tests.support.work import work_in

REPORT = "/call-report/2023-07"
WRONG = ("2023-07-05", "9:00", "1番", 1, 2, 0, 0, 0, 0)
PROGRAM = load_program("sample")
OTHER = AccessReason.OTHER


def lead(served: ServedStaff, name: str = "") -> Actor:
    """A supervisor of the server, the same one for every name."""
    key = f"lead {name}"
    if key not in served.numbers:
        served.numbers[key] = hire(
            served.database, served.now, Role.SUPERVISOR, f"lead{len(served.numbers)}"
        ).id
    return Actor(Role.SUPERVISOR, served.numbers[key], Organization.CONTRACTOR)


def count_july(served: ServedStaff) -> None:
    """Counts of the whole of July."""
    data = as_file(invent_counts(JULY, END_OF_JULY, halves=(18, 19)))
    actor = lead(served)
    with served.database.write() as session:
        import_file(
            work_in(session, actor, served.now, program=PROGRAM),
            CountsFile(data, BY_LANGUAGE),
            reason=Reason.CORRECTED,
        )


def _to_draft(served: ServedStaff) -> None:
    actor = lead(served)
    with served.database.write() as session:
        row = month_report(session, KIND.key(JULY))
        if row is not None and row.state != DRAFT:
            back = monthly.give_back if row.state == "checked" else monthly.revise
            back(work_in(session, actor, served.now), KIND.key(JULY))


def _checked(served: ServedStaff, *, submitted: bool = False) -> None:
    count_july(served)
    _to_draft(served)
    one, two = lead(served), lead(served, "two")
    with served.database.write() as session:
        version = monthly.check(work_in(session, one, served.now, program=PROGRAM), KIND, JULY)
        if submitted:
            monthly.submit(work_in(session, two, served.now), KIND.key(JULY), version.number)


def _counts(served: ServedStaff, page: Page) -> None:
    count_july(served)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/telephony?month=2023-07&said=stored")


def _upload(rows: Sequence[Sequence[object]], served: ServedStaff, page: Page) -> None:
    count_july(served)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/telephony?month=2023-07")
    page.select_option("#layout", "by_line")
    page.set_input_files(
        "#file", {"name": "x.csv", "mimeType": "text/csv", "buffer": line_file(rows)}
    )
    press(page, "form[action='/telephony/file']")


def _wrong_day(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page, Role.OFFICER)
    served.go(page, "/telephony")
    page.fill("#day", "きのう")
    page.fill("#offered_ja", "3")
    page.fill("#answered_ja", "5")
    page.locator("form[action='/telephony/day'] button.second").click()
    page.wait_for_load_state("load")


def _list(served: ServedStaff, page: Page) -> None:
    _checked(served, submitted=True)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, "/call-report")


def _draft(served: ServedStaff, page: Page, said: str = "written") -> None:
    count_july(served)
    _to_draft(served)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, f"{REPORT}?said={said}")


def _named(served: ServedStaff, page: Page) -> None:
    _draft(served, page)
    page.fill("#text", "佐藤さんが怒っている。")
    page.locator(f"form[action='{REPORT}/notes'] button").click()
    page.wait_for_load_state("load")


def _of_another(served: ServedStaff, page: Page) -> None:
    _checked(served)
    at_the_desk(served, page, Role.OFFICER)
    served.go(page, f"{REPORT}?said=checked")


def _submitted(served: ServedStaff, page: Page) -> None:
    _checked(served, submitted=True)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, f"{REPORT}?said=submitted")


def _nothing_yet(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.AUDITOR)
    served.go(page, "/call-report/2023-06")


def _version(served: ServedStaff, page: Page) -> None:
    _checked(served)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, f"{REPORT}/versions/1")


def _marked(served: ServedStaff, page: Page) -> int:
    _to_draft(served)
    agent = lead(served).id or 0
    call = add_marked_call(
        served.database, agent, date(2023, 7, 12), "山田さんから、手紙が遅いという苦情。"
    )
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, f"{REPORT}/marked")
    return call


def _marked_list(served: ServedStaff, page: Page) -> None:
    _marked(served, page)


def _marked_call(served: ServedStaff, page: Page) -> None:
    call = _marked(served, page)
    served.go(page, f"{REPORT}/marked/{call}")


def _wrong_sentence(served: ServedStaff, page: Page) -> None:
    _marked_call(served, page)
    page.fill("#text", "山田さんから苦情。")
    press(page, "form.card")


def _board(served: ServedStaff, page: Page, path: str = "/board") -> None:
    today = (served.now + timedelta(hours=9)).date()
    rows = [
        (today.isoformat(), f"{9 + n // 2}:{n % 2 * 30:02}", "1番", 20, 12 + n, 3, 5, 0, 0)
        for n in range(5)
    ]
    actor = lead(served)
    with served.database.write() as session:
        import_file(
            work_in(session, actor, served.now, program=PROGRAM),
            CountsFile(line_file(rows), BY_LINE),
            reason=Reason.CORRECTED,
        )
    begin_call(served, page)
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, path)


def _watch(served: ServedStaff, page: Page, path: str = "/watch") -> None:
    agent = hire(served.database, served.now, Role.AGENT, f"browsing{served.now:%H%M%S%f}").id
    actor = Actor(Role.AGENT, agent, Organization.SUBCONTRACTOR)
    with served.database.write() as session:
        for what in ("search", "unmask", "open", "births"):
            record(
                work_in(session, actor, served.now),
                "staff.unusual_browsing",
                "staff_user",
                agent,
                what=what,
            )
        record_protected_request(
            work_in(session, actor, served.now), served.numbers["protected"], call_id=1
        )
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, path)


def _openings(served: ServedStaff, page: Page, path: str = "/openings", after: str = "") -> None:
    """Two openings of an officer, one of them a day ago, as a supervisor reviews them."""
    officer = hire(served.database, served.now, Role.OFFICER, f"opener{served.now:%H%M%S%f}").id
    actor = Actor(Role.OFFICER, officer, Organization.CONTRACTOR)
    with served.database.write() as session:
        household = session.get_one(Household, served.numbers["household"])
        for at, reason in ((timedelta(hours=25), AccessReason.CHECK), (timedelta(), OTHER)):
            work = work_in(session, actor, served.now - at)
            open_with_reason(work, household, reason, "区からの照会（受付番号 1234）")
    at_the_desk(served, page, Role.SUPERVISOR)
    served.go(page, path)
    if after:
        page.locator(f'form[action$="/{after}"] button').first.click()
        page.wait_for_load_state("load")


def _mine(served: ServedStaff, page: Page) -> None:
    _watch(served, page)
    page.locator("form button.small-button").first.click()
    page.wait_for_load_state("load")


def _trends(served: ServedStaff, page: Page, path: str = "/trends") -> None:
    """Three published days, of which one is hidden, and a month."""
    days = [date(2023, 7, day) for day in (10, 11, 12)]
    with served.database.write() as session:
        work = work_in(session, now=served.now, program=PROGRAM)
        for at, span in enumerate([*(Span(day) for day in days), Span(days[0], is_month=True)]):
            towns = Published(None if at == 1 else 100 * at + 50, {"潮見坂一丁目": 30})
            publish(work, span.key, dict.fromkeys(Measure, towns))
    served.enter(page, Role.WARD_OFFICER)
    served.go(page, path)


def _costs(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.AUDITOR)
    served.go(page, "/reports/costs")


def _comments(served: ServedStaff, page: Page, text: str = "") -> None:
    """A comment of the ward on the month's deliveries, with an answer, read by an officer."""
    place = "/delivery-report/2023-07"
    for role, said in ((Role.WARD_OFFICER, "この数の理由は何ですか。"), (Role.OFFICER, text)):
        at_the_desk(served, page, role)
        served.go(page, place)
        page.fill("#comment", said)
        page.locator(f"form[action='{place}/comments'] button").click()
        page.wait_for_load_state("load")


REPORTS: dict[str, Step] = {
    "trends": _trends,
    "trends: the start page": partial(_trends, path="/"),
    "trends: towns of a day": partial(_trends, path="/trends/2023-07-10"),
    "costs": _costs,
    "comments": partial(_comments, text="郵便局の休みの日です。"),
    "comments: nothing said": _comments,
    "counts": _counts,
    "counts: wrong file": partial(_upload, [WRONG, WRONG]),
    "counts: other numbers": partial(_upload, [("2023-07-05", "9:00", "1番", 9, 5, 0, 0, 0, 0)]),
    "counts: wrong day": _wrong_day,
    "reports": _list,
    "report: draft": _draft,
    "report: a name in it": _named,
    "report: checked by another": _of_another,
    "report: submitted": _submitted,
    "report: nothing yet": _nothing_yet,
    "report: version": _version,
    "report: marked calls": _marked_list,
    "report: a marked call": _marked_call,
    "report: a name in the sentence": _wrong_sentence,
    "board": _board,
    "board: still": partial(_board, path="/board?still=1"),
    "watch": _watch,
    "watch: everything": partial(_watch, path="/watch?view=all"),
    "watch: one was seen": _mine,
    "openings": _openings,
    "openings: justified": partial(_openings, after="justify"),
    "openings: an incident": partial(_openings, after="question"),
    "openings: everything": partial(_openings, path="/openings?view=all"),
}
