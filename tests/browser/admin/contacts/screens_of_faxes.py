"""The screens of FAX and of calls from paper."""

from datetime import timedelta
from functools import partial

from playwright.sync_api import Page

from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.contacts.calls.later_entry import WrittenDown, write_down
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import CallHousehold
from portal.domain.contacts.faxes import replies, sending, services
from portal.domain.contacts.faxes.replies import Draft
from portal.domain.contacts.faxes.services import NewFax
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.program.schema import Program
from tests.browser.admin.contacts.calling import at_the_desk
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.functional.contacts.faxes.support import PROGRAM, SENDER
from tests.support.reading.files import fax
from tests.support.requests.scans import checked
from tests.support.work import work_in

_SENT: dict[str, int] = {}
"""How many FAX each server got: each is another file."""
BIG = (1728, 1100)


def came_in(served: ServedStaff, actor: Actor, *, hours: int = 2, pages: int = 1) -> int:
    """A FAX comes in; returns its case."""
    number = _SENT[served.url] = _SENT.get(served.url, 0) + 1
    sizes = [(BIG[0], BIG[1] + number)] * pages
    new = NewFax(served.now - timedelta(hours=hours), checked(fax(*sizes)), CallLanguage.ZH, SENDER)
    with served.database.write() as session:
        return services.receive(work_in(session, actor, served.now), program().calendar, new).id


def program() -> Program:
    """The program that the server runs."""
    return PROGRAM


def started(served: ServedStaff, page: Page, *, verified: bool = False) -> tuple[int, Actor]:
    """Somebody handles a FAX; returns its case."""
    actor = at_the_desk(served, page)
    case_id = came_in(served, actor, pages=2)
    with served.database.write() as session:
        call = services.start(work_in(session, actor, served.now), case_id)
        if verified:
            session.add(
                CallHousehold(
                    call_id=call.id,
                    household_id=served.numbers["household"],
                    level=int(Level.STATUS),
                    opened_at=served.now,
                    verified_at=served.now,
                )
            )
    return case_id, actor


def replied(served: ServedStaff, page: Page, outcome: str = "") -> int:
    """A reply was written, and perhaps sent or failed; returns the case."""
    case_id, actor = started(served, page)
    draft = Draft(SENDER, SENDER, ("received",))
    with served.database.write() as session:
        reply = replies.prepare(
            work_in(session, actor, served.now, program=program()), case_id, draft
        )
        if outcome == "sent":
            sending.mark_sent(work_in(session, actor, served.now), reply.id)
        elif outcome:
            sending.mark_failed(work_in(session, actor, served.now), reply.id, outcome)
    return case_id


def _empty(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/faxes?view=done&before=1")


def _queue(served: ServedStaff, page: Page) -> None:
    replied(served, page, "busy")
    came_in(served, at_the_desk(served, page), hours=90)
    served.go(page, "/faxes?said=received")


def _done(served: ServedStaff, page: Page) -> None:
    replied(served, page, "sent")
    served.go(page, "/faxes?view=done")


def _new(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/faxes/new")


def _wrong_new(served: ServedStaff, page: Page) -> None:
    _new(served, page)
    page.set_input_files(
        "#file", {"name": "a.tif", "mimeType": "image/tiff", "buffer": b"II*\0broken"}
    )
    page.fill("#received_on", "きのう")
    press(page)


def _to_look_at(served: ServedStaff, page: Page) -> None:
    _new(served, page)
    page.set_input_files("#file", {"name": "a.tif", "mimeType": "image/tiff", "buffer": fax()})
    press(page)


def _old(served: ServedStaff, page: Page) -> None:
    _new(served, page)
    page.set_input_files("#file", {"name": "a.tif", "mimeType": "image/tiff", "buffer": fax()})
    page.fill("#received_on", "2023-06-05")
    page.fill("#received_at", "14:05")
    press(page)
    page.check("input[name='file.numbers'][value=none]")
    press(page)


def _waiting(served: ServedStaff, page: Page) -> None:
    case_id = came_in(served, at_the_desk(served, page))
    served.go(page, f"/faxes/{case_id}")


def _of_a_colleague(served: ServedStaff, page: Page) -> None:
    case_id, _actor = started(served, page)
    at_the_desk(served, page, Role.OFFICER)
    served.go(page, f"/faxes/{case_id}")
    press(page, "form#start")


def _in_work(served: ServedStaff, page: Page, *, verified: bool = False) -> None:
    case_id, _actor = started(served, page, verified=verified)
    served.go(page, f"/faxes/{case_id}?said=started")


def _wrong_reply(served: ServedStaff, page: Page) -> None:
    _in_work(served, page, verified=True)
    page.check("input[name=wording-received]")
    page.fill("#text", "確認の番号は 123456 です。")
    page.fill("#number", "03-5550-0143")
    page.fill("#number_again", "03-5550-0142")
    press(page, "form#reply-form")


def _reply(served: ServedStaff, page: Page, *, outcome: str) -> None:
    case_id = replied(served, page, outcome)
    served.go(page, f"/faxes/{case_id}")


def _number(served: ServedStaff, page: Page) -> None:
    _reply(served, page, outcome="")
    page.locator("form[action$='/number'] button").click()
    page.wait_for_load_state("load")


def _no_reason(served: ServedStaff, page: Page) -> None:
    _waiting(served, page)
    page.locator("form#close button").click()
    page.wait_for_load_state("load")


def _sheets(served: ServedStaff, page: Page) -> None:
    actor = at_the_desk(served, page)
    began = served.now - timedelta(minutes=20 + _SENT.get(served.url, 0))
    _SENT[served.url] = _SENT.get(served.url, 0) + 1
    after = AfterCall("delivery", "not_arrived", Result.DONE)
    sheet = WrittenDown(began, began + timedelta(minutes=4), after, actor.id, same_is_right=True)
    with served.database.write() as session:
        write_down(work_in(session, actor, served.now), program().calendar, sheet)
    served.go(page, "/calls/written-down?said=entered")


def _new_sheet(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/calls/written-down/new")


def _wrong_sheet(served: ServedStaff, page: Page) -> None:
    _new_sheet(served, page)
    page.fill("#started_on", "2023-07-31")
    page.fill("#started_at", "25:00")
    page.check("#interpreter")
    press(page)


FAXES: dict[str, Step] = {
    "faxes: empty": _empty,
    "faxes: queue": _queue,
    "faxes: done": _done,
    "fax: new": _new,
    "fax: wrong file": _wrong_new,
    "fax: to look at": _to_look_at,
    "fax: old header": _old,
    "fax: waiting": _waiting,
    "fax: a colleague's": _of_a_colleague,
    "fax: in work": _in_work,
    "fax: verified": partial(_in_work, verified=True),
    "fax: wrong reply": _wrong_reply,
    "fax: reply prepared": partial(_reply, outcome=""),
    "fax: number shown": _number,
    "fax: reply failed": partial(_reply, outcome="busy"),
    "fax: reply sent": partial(_reply, outcome="sent"),
    "fax: no reason": _no_reason,
    "sheets: list": _sheets,
    "sheet: new": _new_sheet,
    "sheet: wrong": _wrong_sheet,
}
