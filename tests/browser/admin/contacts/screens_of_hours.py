"""Screens of opening hours and of texts of the residents' pages, and how to get a browser there."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from playwright.sync_api import Page

from portal.domain.contacts.hours import services as hours
from portal.domain.contacts.site_texts import services as texts
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import RESIDENT_LOCALES
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
    "site texts": _here(_plain, "/site-texts", ""),
    "site text: write": _here(_plain, "/site-texts/at/landing", ""),
    "site text: nothing written": _here(_plain, "/site-texts/at/landing", "form#form"),
    "site text: to release": _text,
}
