"""Every screen and error state of the staff site, and how to get a browser there."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from playwright.sync_api import Page
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import announce, send_out, take_in
from portal.domain.foundation.transfers.sheets import Arrival, Departure, Sheet
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import shut
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import finish_task, open_task
from tests.browser.admin.served import ServedStaff
from tests.support.databases.lost import lost
from tests.support.reading.files import picture
from tests.support.staff import PASSWORD
from tests.support.work import work_in

Step = Callable[[ServedStaff, Page], None]


def _open(
    path: str, role: Role | None = Role.WARD_OFFICER, *, served: ServedStaff, page: Page
) -> None:
    if role is not None:
        served.enter(page, role)
    served.go(page, path)


def press(page: Page, form: str = "form#form") -> None:
    """Press the main button of a form."""
    page.locator(f"{form} button.main").first.click()
    page.wait_for_load_state("load")


def _wrong_password(served: ServedStaff, page: Page) -> None:
    served.go(page, "/signin")
    page.fill("#login", "nobody")
    page.fill("#password", "wrong")
    press(page)


def _code(served: ServedStaff, page: Page) -> None:
    served.go(page, "/signin")
    page.fill("#login", served.colleagues[Role.AUDITOR].login)
    page.fill("#password", PASSWORD)
    press(page)


def _wrong_code(served: ServedStaff, page: Page) -> None:
    _code(served, page)
    press(page)


def _wrong_copy(served: ServedStaff, page: Page) -> None:
    _open("/copies", served=served, page=page)
    press(page)


def _wrong_entry(served: ServedStaff, page: Page) -> None:
    _open("/registers/certificate", Role.OFFICER, served=served, page=page)
    press(page)


def _wrong_sheet(served: ServedStaff, page: Page) -> None:
    _open("/transfers/new?kind=codes", served=served, page=page)
    press(page)


def _differing_transfer(served: ServedStaff, page: Page) -> None:
    """Show an extract of which two people could accept the difference."""
    figures = Figures(rows=510, children=262, yen=7_860_000, sha256="a" * 64)
    with served.database.write() as session:
        work = work_in(session, now=served.now)
        sheet = Sheet(TransferKind.EXTRACT, "extract.csv", "情報政策課", figures, "情第7号")
        announce(work, sheet)
        counted = Figures(rows=510, children=261, yen=7_830_000, sha256="a" * 64)
        key = take_in(work, Arrival(TransferKind.EXTRACT, "extract.csv", counted)).id
    _open(f"/transfers/{key}", served=served, page=page)


def _one_sided_transfer(served: ServedStaff, page: Page) -> None:
    """Show an extract of which somebody else entered the ward's side."""
    figures = Figures(rows=510, children=262, yen=7_860_000, sha256="c" * 64)
    with served.database.write() as session:
        work = work_in(session, now=served.now)
        announce(work, Sheet(TransferKind.EXTRACT, "second.csv", "情報政策課", figures, "情第8号"))
        key = take_in(work, Arrival(TransferKind.EXTRACT, "second.csv", figures)).id
    _open(f"/transfers/{key}", served=served, page=page)


def _start_page_with_differing_transfer(served: ServedStaff, page: Page) -> None:
    _differing_transfer(served, page)
    served.go(page, "/")


def _sent_transfer(served: ServedStaff, page: Page) -> None:
    figures = Figures(rows=90, children=120, yen=3_600_000, sha256="b" * 64)
    with served.database.write() as session:
        sent = Departure(TransferKind.ARCHIVE, "a.tar.age", "印刷会社", figures, "print_archive", 7)
        send_out(work_in(session, now=served.now), sent)
    _open("/transfers", served=served, page=page)


def _lost(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, "/account")
    page.fill("#current", "wrong")
    with lost(served.database):
        press(page)


def open_household(served: ServedStaff, page: Page) -> None:
    """Open a household with a reason."""
    served.enter(page)
    served.go(page, "/households/{household}")
    page.check("input[value=inquiry]")
    press(page)


def _sign_in_shut(served: ServedStaff, page: Page) -> None:
    with served.database.write() as session:
        account = latest_credential(session, served.numbers["household"])
        assert account is not None
        work = work_in(session, Actor(Role.RESIDENT, account.id), served.now)
        shut(work, account.id, frozenset({Item.LETTER}), Right.REPORT_PHONE)
    open_household(served, page)


def _found(served: ServedStaff, page: Page) -> None:
    _open("/households", served=served, page=page)
    page.fill("#name", "鶉野")
    press(page, "form#search")
    page.locator("#results table").wait_for()


def _none_found(served: ServedStaff, page: Page) -> None:
    _open("/households", served=served, page=page)
    page.fill("#name", "存在しない")
    press(page, "form#search")
    page.locator("#results .empty").wait_for()


def _unreadable(served: ServedStaff, page: Page) -> None:
    _open("/households", served=served, page=page)
    page.evaluate("document.querySelector('form#search').removeAttribute('data-hx-post')")
    page.reload()
    page.fill("#postal", "12")
    press(page, "form#search")


def _no_reason(served: ServedStaff, page: Page) -> None:
    _open("/households/{household}", served=served, page=page)
    press(page)


def _unmasked(served: ServedStaff, page: Page) -> None:
    open_household(served, page)
    page.select_option("select#reason", "check")
    page.click("button[value=name]")
    page.wait_for_load_state("load")


def _proposed(served: ServedStaff, page: Page) -> None:
    from portal.domain.mailroom.roster.holds.services import propose_release
    from portal.domain.people.households.models import Hold

    with served.database.write() as session:
        hold = session.get_one(Hold, served.numbers["two"])
        propose_release(
            work_in(session, _officer(served), served.now), hold.household_id, hold.code
        )
    _open("/holds/{two}", served=served, page=page)


def _half_instruction(served: ServedStaff, page: Page) -> None:
    _open("/holds/{ward}", served=served, page=page)
    page.fill("#instruction_no", "児発第12号")
    press(page)


def _print_text(served: ServedStaff, page: Page) -> None:
    served.enter(page)
    served.go(page, "/holds/{gaiji}/print-text")


def _no_print_text(served: ServedStaff, page: Page) -> None:
    _print_text(served, page)
    page.set_input_files(
        "#image", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG")}
    )
    press(page)


def _image(served: ServedStaff, page: Page) -> None:
    from portal.domain.mailroom.roster.holds.services import propose_print_text
    from portal.domain.people.households.models import Hold
    from portal.domain.people.households.print_texts import PrintFields

    with served.database.write() as session:
        hold = session.get_one(Hold, served.numbers["image"])
        wanted = PrintFields(image=picture(size=(900, 120)))
        propose_print_text(
            work_in(session, _officer(served), served.now), hold.household_id, wanted
        )
    _open("/holds/{image}", served=served, page=page)


def _officer(served: ServedStaff) -> Actor:
    return Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)


def _protection(served: ServedStaff, page: Page, *, proposed: bool = False) -> None:
    from portal.domain.foundation.approvals.queries import open_of_kind
    from portal.domain.foundation.approvals.services import turn_down
    from portal.domain.mailroom.roster.holds.protection_none import PROTECTION_NONE, propose_none
    from portal.domain.people.households.models import Household

    officer, now = _officer(served), served.now
    with served.database.write() as session:
        for waiting in open_of_kind(session, PROTECTION_NONE):
            turn_down(work_in(session, officer, now), waiting.id)
        if proposed:
            guarded = session.scalars(select(Household).where(Household.protected.is_(True))).all()
            for household in guarded:
                household.protected = False
            session.flush()
            propose_none(work_in(session, officer, now), now.date())
            for household in guarded:
                household.protected = True
    _open("/roster/protection", served=served, page=page)


def _wrong_day(served: ServedStaff, page: Page) -> None:
    _protection(served, page)
    page.fill("#day", "きのう")
    press(page)


def _weak_password(served: ServedStaff, page: Page) -> None:
    _open("/account", served=served, page=page)
    page.fill("#new_password", "short")
    press(page)


def _ended_record(served: ServedStaff, page: Page) -> None:
    """A task that ended long ago, as an officer comes back to it."""
    with served.database.write() as session:
        at = served.now - timedelta(days=9)
        task = open_task(
            work_in(session, now=at), TaskKind.NEW_LETTER, served.numbers["household"], {}
        )
        finish_task(work_in(session, now=at), task.id)
        key = task.id
    _open(f"/tasks/{key}", Role.OFFICER, served=served, page=page)


ALL: dict[str, Step] = {
    "signin": lambda served, page: _open("/signin", None, served=served, page=page),
    "signin: wrong": _wrong_password,
    "database lost": _lost,
    "code": _code,
    "code: empty": _wrong_code,
    "signed out": lambda served, page: _open("/signedout", None, served=served, page=page),
    "search: found": _found,
    "search: none": _none_found,
    "search: unreadable": _unreadable,
    "reason": lambda served, page: _open(
        "/households/{household}/reason", served=served, page=page
    ),
    "reason: none": _no_reason,
    "reason: ended record": _ended_record,
    "household": open_household,
    "household: unmasked": _unmasked,
    "household: sign-in shut": _sign_in_shut,
    "protected": lambda served, page: _open(
        "/households/{protected}", Role.OFFICER, served=served, page=page
    ),
    "hold of two": _proposed,
    "instruction: half": _half_instruction,
    "print text": _print_text,
    "print text: no png": _no_print_text,
    "hold with an image": _image,
    "protection": _protection,
    "protection: wrong day": _wrong_day,
    "protection: proposed": partial(_protection, proposed=True),
    "password: weak": _weak_password,
    "dashboard of an agent": lambda served, page: _open("/", Role.AGENT, served=served, page=page),
    "dashboard of an auditor": lambda served, page: _open(
        "/", Role.AUDITOR, served=served, page=page
    ),
    "staff accounts": lambda served, page: _open(
        "/staff", Role.ADMINISTRATOR, served=served, page=page
    ),
    "agreements": lambda served, page: _open(
        "/agreements", Role.WARD_OFFICER, served=served, page=page
    ),
    "self-checks": lambda served, page: _open(
        "/self-checks", Role.OFFICER, served=served, page=page
    ),
    "registers": lambda served, page: _open("/registers", served=served, page=page),
    "register": lambda served, page: _open(
        "/registers/pledge", Role.OFFICER, served=served, page=page
    ),
    "register: wrong": _wrong_entry,
    "copies": lambda served, page: _open("/copies", served=served, page=page),
    "copies-wrong": _wrong_copy,
    "hand-over that differs": _differing_transfer,
    "hand-over of one side": _one_sided_transfer,
    "dashboard with a hand-over that differs": _start_page_with_differing_transfer,
    "hand-over that waits for a receipt": _sent_transfer,
    "sheet of a hand-over": lambda served, page: _open("/transfers/new", served=served, page=page),
    "sheet of a hand-over: wrong": _wrong_sheet,
    "daily jobs": lambda served, page: _open("/jobs", served=served, page=page),
    "check an extract": lambda served, page: _open(
        "/jobs/new/extract-check", served=served, page=page
    ),
    "load codes": lambda served, page: _open("/jobs/new/codes-load", served=served, page=page),
    "load shops": lambda served, page: _open("/jobs/new/shops-load", served=served, page=page),
    "build letters": lambda served, page: _open(
        "/jobs/new/letters-build", served=served, page=page
    ),
    "system": lambda served, page: _open("/system", Role.ADMINISTRATOR, served=served, page=page),
    "forbidden": lambda served, page: _open("/staff", Role.OFFICER, served=served, page=page),
}
for _path in (
    "/",
    "/households",
    "/tasks",
    "/tasks/{frozen}",
    "/tasks/{unmatched}",
    "/holds",
    "/holds/{one}",
    "/holds/{gaiji}",
    "/roster",
    "/roster/{import}",
    "/letters",
    "/letters/{run}",
    "/coupons",
    "/account",
    "/nothing",
):
    ALL[_path] = lambda served, page, path=_path: _open(path, served=served, page=page)  # type: ignore[misc]
__all__ = ["ALL", "Step", "open_household", "press"]
