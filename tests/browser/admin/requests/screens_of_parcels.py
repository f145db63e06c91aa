"""The screens of the parcels desk and the stock room."""

from functools import partial

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.requests.alternatives import lost_parcels, stocktaking
from portal.domain.requests.alternatives.serials import read_range
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.requests.paper import GIFT, Paper, make_paper
from tests.support.work import work_in

_OFFICES: dict[str, Paper] = {}
"""One office for each server: its people and its stock are made once."""


def office(served: ServedStaff) -> Paper:
    """The people who pack on this server, with stock."""
    if served.url not in _OFFICES:
        made = make_paper(served.database, served.server.log.parent)
        made.made, made.now = 500, served.now
        made.receive("GC000001", "GC000400")
        _OFFICES[served.url] = made
    _OFFICES[served.url].now = served.now
    return _OFFICES[served.url]


def approved(served: ServedStaff, *ordinals: int) -> int:
    """A family's request that may be packed."""
    paper = office(served)
    request_id = paper.ask(paper.household(), *(ordinals or (1,)))
    paper.decide(request_id)
    return request_id


def _list(stage: str, served: ServedStaff, page: Page) -> None:
    paper = office(served)
    approved(served)
    parcel = paper.pack(approved(served))
    paper.post(parcel)
    paper.count(approved(served))
    served.enter(page)
    served.go(page, f"/parcels?stage={stage}&said=discarded")


def pack(served: ServedStaff, page: Page) -> None:
    """Open the packing form of a family with two children."""
    request_id = approved(served, 1, 2)
    served.enter(page)
    served.go(page, f"/parcels/pack/{request_id}")


def _one_scanned(served: ServedStaff, page: Page) -> None:
    pack(served, page)
    page.fill("#scan_0_0", "GC000399")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _wrong_scan(served: ServedStaff, page: Page) -> None:
    pack(served, page)
    page.fill("#scan_0_0", "GC000399")
    page.fill("#scan_0_0_last", "GC000200")
    press(page)


def _parcel(state: str, served: ServedStaff, page: Page) -> None:
    paper, request_id = office(served), approved(served)
    if state == "own":
        ward, paper.officer = (
            paper.officer,
            Actor(Role.WARD_OFFICER, served.colleagues[Role.WARD_OFFICER].id, Organization.WARD),
        )
        parcel = paper.count(request_id)
        paper.officer = ward
    else:
        parcel = paper.count(request_id)
    if state in {"planned", "posted", "returned", "lost"}:
        paper.confirm(parcel)
    if state in {"posted", "returned", "lost"}:
        paper.post(parcel)
    if state == "lost":
        with served.database.write() as session:
            lost_parcels.lose(work_in(session, paper.officer, served.now), parcel)
    if state == "returned":
        paper.come_back(parcel)
    served.enter(page)
    served.go(page, f"/parcels/{parcel}")


def _wrong_count(served: ServedStaff, page: Page) -> None:
    _parcel("counted", served, page)
    page.fill("#pieces", "2")
    page.fill("#amount_yen", "20000")
    press(page)


def _wrong_tracking(served: ServedStaff, page: Page) -> None:
    _parcel("planned", served, page)
    page.locator("form[action$='/address'] button").click()
    page.wait_for_load_state("load")
    page.fill("#tracking_no", "123-45-67890-9")
    press(page)


def _stock(served: ServedStaff, page: Page) -> None:
    paper = office(served)
    with served.database.write() as session:
        if stocktaking.waiting_count(session, GIFT) is None:
            last = read_range("GC000400")
            stocktaking.propose_count(
                work_in(session, paper.officer, served.now, program=paper.program),
                stocktaking.Counted(
                    GIFT, paper.line().on_hand - 1, missing=[last], reason="棚の奥になかった"
                ),
            )
    served.enter(page)
    served.go(page, "/stock?said=received")


def _count_again(served: ServedStaff, page: Page) -> None:
    _stock(served, page)
    served.go(page, "/stock")
    page.locator("a[href^='/stock/counts/']").click()
    page.locator("#counted").wait_for()


def _nothing_received(served: ServedStaff, page: Page) -> None:
    _stock(served, page)
    press(page, "form[action='/stock/receive']")


def _review(served: ServedStaff, page: Page) -> None:
    paper = office(served)
    request_id = paper.ask(paper.household(), 1, 2)
    served.enter(page)
    served.go(page, f"/reviews/{request_id}")
    page.locator("form[action$='/claim'] button").click()
    page.locator("#paper").wait_for()


PARCELS: dict[str, Step] = {
    "parcels: to pack": partial(_list, "to_pack"),
    "parcels: on the way": partial(_list, "on_the_way"),
    "parcels: one scanned": _one_scanned,
    "parcels: wrong scan": _wrong_scan,
    "parcel: own": partial(_parcel, "own"),
    "parcel: wrong count": _wrong_count,
    "parcel: wrong tracking number": _wrong_tracking,
    "parcel: posted": partial(_parcel, "posted"),
    "parcel: returned": partial(_parcel, "returned"),
    "parcel: lost": partial(_parcel, "lost"),
    "stock: nothing received": _nothing_received,
    "stock: count again": _count_again,
    "parcels: review": _review,
}
