"""The screens around subcontractors, archives, pull lists, posting and the dispatch calendar."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pyrage
from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.mailroom.printing.archives.sending import lose_archive
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting
from portal.domain.mailroom.printing.dispatch.posting import post_letters
from portal.domain.mailroom.printing.recalls import recall_list
from portal.domain.people.households.models import Hold
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.mailroom.archives import MailHouse
from tests.support.people import Person
from tests.support.work import work_in

LABELS = count(1)
FAMILIES = count(400_000, 100)


def mail_house(served: ServedStaff, *, consented: bool = True) -> MailHouse:
    """A mail house, and files of letters in a folder of their own."""
    officer = Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)
    ward = Actor(Role.WARD_OFFICER, served.colleagues[Role.WARD_OFFICER].id, Organization.WARD)
    key = pyrage.x25519.Identity.generate()
    with served.database.write() as session:
        company = subcontractors.propose_subcontractor(
            work_in(session, officer, served.now),
            subcontractors.Company(
                "汐風印刷株式会社", "mail_house", "手紙の印刷と封入", str(key.to_public())
            ),
        )
        if consented:
            subcontractors.consent(
                work_in(session, ward, served.now),
                company.id,
                Instruction("5汐子第123号", served.now.date()),
            )
        return MailHouse(
            served.database,
            Path(mkdtemp()),
            key,
            company.id,
            officer,
            ward,
            households=next(FAMILIES),
        )


def _proposed(served: ServedStaff, page: Page) -> None:
    mail_house(served, consented=False)
    served.enter(page)
    served.go(page, "/subcontractors")


def _no_number(served: ServedStaff, page: Page) -> None:
    _proposed(served, page)
    press(page, "form[action$='/consent']")


def _nothing_entered(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, "/subcontractors")
    press(page)


def _no_archive(served: ServedStaff, page: Page) -> None:
    house = mail_house(served)
    run_id, _people = house.run()
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}/archive")


def _archive(served: ServedStaff, page: Page, *, sent: bool = False, lost: bool = False) -> int:
    house = mail_house(served)
    run_id, _people = house.run()
    built = house.build(run_id)
    if sent:
        house.hand_over(run_id)
    if lost:
        with served.database.write() as session:
            lose_archive(work_in(session, house.officer, served.now), built.id)
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}/archive")
    return run_id


def _archive_built(served: ServedStaff, page: Page) -> None:
    _archive(served, page)


def _archive_sent(served: ServedStaff, page: Page) -> None:
    _archive(served, page, sent=True)


def _archive_lost(served: ServedStaff, page: Page) -> None:
    _archive(served, page, lost=True)


def _lost_without_code(served: ServedStaff, page: Page) -> None:
    _archive(served, page)
    press(page, "form[action$='/lost']")


def _run_can_be_lost(served: ServedStaff, page: Page) -> None:
    run_id, _people = mail_house(served).run()
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}/lost")


def _run_lost_without_code(served: ServedStaff, page: Page) -> None:
    _run_can_be_lost(served, page)
    press(page, "form[action$='/lost/confirm']")


def pulled(
    served: ServedStaff, *, listed: bool = True, sent: bool = True
) -> tuple[MailHouse, int, list[Person]]:
    """A run that went out; three of its four families moved since."""
    house = mail_house(served)
    run_id, people = house.run(handed_over=True)
    with served.database.write() as session:
        for person in people[:3]:
            session.add(
                Hold(
                    household_id=person.household_id,
                    code="W10_MOVED_AFTER_BASE",
                    created_at=served.now,
                )
            )
    if listed:
        with served.database.write() as session:
            key = recall_list.draw_up(work_in(session, house.officer, served.now), run_id).id
            if sent:
                recall_list.send_list(work_in(session, house.officer, served.now), key)
    return house, run_id, people


def _pull(served: ServedStaff, page: Page, *, listed: bool = True, sent: bool = True) -> None:
    _house, run_id, _people = pulled(served, listed=listed, sent=sent)
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}/recalls")


def _to_recall(served: ServedStaff, page: Page) -> None:
    _pull(served, page, listed=False)


def _listed(served: ServedStaff, page: Page) -> None:
    _pull(served, page, sent=False)


def _waiting(served: ServedStaff, page: Page) -> None:
    _pull(served, page)


def _no_answer(served: ServedStaff, page: Page) -> None:
    _pull(served, page)
    press(page, "form[action$='/answer']")


def _posted_meanwhile(served: ServedStaff, page: Page) -> None:
    house, run_id, people = pulled(served)
    with served.database.write() as session:
        number = (
            session.query(Letter.number).filter_by(household_id=people[0].household_id).scalar()
        )
        entry = Entry(number, tracking_no(900_000 + next(LABELS)))
        post_letters(
            work_in(session, house.officer, served.now + timedelta(days=1)),
            [entry],
            Posting(served.now.date(), "simple_registered"),
        )
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}/recalls")


def _posting(served: ServedStaff, page: Page) -> None:
    mail_house(served).run(handed_over=True)
    with served.database.write() as session:
        session.add(
            CardPrint(
                cards=1_200,
                folder="/letters/cards",
                file_name="cards-20230801-0f3a9c1d.pdf",
                sha256="0" * 64,
                notice_date=served.now.date(),
                printed_at=served.now,
            )
        )
    served.enter(page, Role.OFFICER)
    served.go(page, "/posting")


def _label_next(served: ServedStaff, page: Page) -> None:
    house = mail_house(served)
    run_id, _people = house.run(1, handed_over=True)
    with served.database.read() as session:
        number = session.query(Letter.number).filter_by(print_run_id=run_id).scalar()
    served.enter(page, Role.OFFICER)
    served.go(page, "/posting")
    page.fill("#letter_number", number)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _wrong_label(served: ServedStaff, page: Page) -> None:
    _label_next(served, page)
    page.fill("#tracking_no", "1")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _dispatches(served: ServedStaff, page: Page) -> None:
    officer = Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)
    today = served.now.date()
    with served.database.write() as session:
        rows = [
            calendar.plan(
                work_in(session, officer, served.now - timedelta(hours=12)),
                calendar.Plan(
                    today + timedelta(days=days), "汐風郵便局", 1_200, ("潮見坂", "灯台通")
                ),
            )
            for days in (0, 3)
        ]
        calendar.cancel(work_in(session, officer, served.now), rows[-1].id)
    served.enter(page, Role.OFFICER)
    served.go(page, "/dispatches")


def _dispatch(served: ServedStaff, page: Page) -> None:
    _dispatches(served, page)
    page.locator("a[href^='/dispatches/']").first.click()
    page.wait_for_load_state("load")


def _nothing_planned(served: ServedStaff, page: Page) -> None:
    _dispatches(served, page)
    press(page)


MAIL: dict[str, Step] = {
    "subcontractors: proposed": _proposed,
    "subcontractors: no number": _no_number,
    "subcontractors: nothing entered": _nothing_entered,
    "archive: none": _no_archive,
    "archive: built": _archive_built,
    "archive: sent": _archive_sent,
    "archive: lost": _archive_lost,
    "archive: lost without code": _lost_without_code,
    "run: can be lost": _run_can_be_lost,
    "run: lost without code": _run_lost_without_code,
    "pull: needed": _to_recall,
    "pull: listed": _listed,
    "pull: waiting": _waiting,
    "pull: no answer": _no_answer,
    "pull: posted meanwhile": _posted_meanwhile,
    "posting": _posting,
    "posting: label next": _label_next,
    "posting: wrong label": _wrong_label,
    "dispatches": _dispatches,
    "dispatches: nothing planned": _nothing_planned,
    "dispatch": _dispatch,
}
