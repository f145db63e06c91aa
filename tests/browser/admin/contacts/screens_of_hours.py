"""Screens of opening hours and of texts of the residents' pages, and how to get a browser there."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from playwright.sync_api import Page

from portal.domain.contacts.hours import services as hours
from portal.domain.contacts.site_texts import services as texts
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from tests.browser.admin.screens import press
from tests.browser.admin.served import ServedStaff
from tests.support.work import work_in

Step = Callable[[ServedStaff, Page], None]


def _plain(path: str, form: str, served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, path)
    if form:
        page.locator(f"{form} button.main").first.click()
        page.wait_for_load_state("load")


def _officer(served: ServedStaff) -> Actor:
    return Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)


def _special(served: ServedStaff, page: Page) -> None:
    first = jst_date(served.now) + timedelta(days=1)
    with served.database.write() as session:
        special = hours.Special(first, first, None, "maintenance", "ward")
        key = hours.propose_special(work_in(session, _officer(served), served.now), special).id
    served.enter(page, Role.WARD_OFFICER)
    served.go(page, f"/opening-hours/{key}")


def _promise(served: ServedStaff, day: date) -> int:
    """Somebody was promised a call at ten: the task's key."""
    due = datetime.combine(day, time(10), JST)
    with served.database.write() as session:
        work = work_in(session, _officer(served), served.now)
        told = {"telephone": "0312345678", "text": "", "language": "ja"}
        return open_task(work, TaskKind.CALL_BACK, None, told, due_at=due).id


def _promised(served: ServedStaff, page: Page) -> None:
    _promise(served, jst_date(served.now) + timedelta(days=1))
    _special(served, page)


def _seen_first(served: ServedStaff, page: Page) -> None:
    first = jst_date(served.now) + timedelta(days=1)
    for _caller in range(2):
        _promise(served, first)
    served.enter(page, Role.OFFICER)
    served.go(page, "/opening-hours/special")
    page.fill("#first_day", first.isoformat())
    for choice in ("open", "reason", "paid_by"):
        page.locator(f"input[name='{choice}']").first.check()
    press(page)


def _unkept(path: str, served: ServedStaff, page: Page) -> None:
    today = jst_date(served.now)
    key = _promise(served, today + timedelta(days=6 - today.weekday()))
    served.enter(page, Role.OFFICER)
    served.go(page, f"/call-backs{path % key if '%' in path else path}")


def _moved_without_a_word(served: ServedStaff, page: Page) -> None:
    _unkept("/%d", served, page)
    page.locator("form[action$='/move'] button").click()
    page.wait_for_load_state("load")


def _text(served: ServedStaff, page: Page) -> None:
    place = TextPlace.HELP
    longest = dict.fromkeys(RESIDENT_LOCALES, "あ" * place.most)
    with served.database.write() as session:
        draft = texts.Draft(place, jst_date(served.now), None, longest)
        key = texts.write(work_in(session, _officer(served), served.now), draft).id
    served.enter(page, Role.WARD_OFFICER)
    served.go(page, f"/site-texts/{key}")


_here: Callable[..., Step] = partial
HOURS: dict[str, Step] = {
    "opening hours": _here(_plain, "/opening-hours", ""),
    "opening hours: special": _here(_plain, "/opening-hours/special", ""),
    "opening hours: nothing chosen": _here(_plain, "/opening-hours/special", "form#form"),
    "opening hours: week": _here(_plain, "/opening-hours/week", ""),
    "opening hours: to approve": _special,
    "opening hours: calls were promised": _promised,
    "opening hours: promised calls seen first": _seen_first,
    "call-backs: outside the hours": _here(_unkept, "?unkept=1"),
    "call-back: outside the hours": _here(_unkept, "/%d"),
    "call-back: moved without a word": _moved_without_a_word,
    "site texts": _here(_plain, "/site-texts", ""),
    "site text: write": _here(_plain, "/site-texts/at/landing", ""),
    "site text: nothing written": _here(_plain, "/site-texts/at/landing", "form#form"),
    "site text: to release": _text,
}
