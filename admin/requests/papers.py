"""The page of one paper form: a second reading, its scan, and corrections with their history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests import entry_words
from admin.requests.reviews import found_request
from admin.requests.scans import SCAN
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, whole_date
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.domain.requests.correcting import correct
from portal.domain.requests.requests.evidence import (
    UNDECIDED,
    PaperKey,
    SeenOnPaper,
    add_scan,
    is_blind,
    paper_of,
    read_again,
    reads_again,
    seen_of,
)
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import NoScan, Signer
from portal.domain.requests.requests.scans import CheckedScan, store_scan
from portal.platform.carrying_out import Again
from portal.platform.view import View

FILES = {"scan": SCAN}
FIELDS = frozenset({"signed_by", "received_on", "postmark_on", "no_scan"})


class PaperView(View, frozen=True):
    """What ``admin/requests/paper.html`` shows.

    Attributes:
        entered: What was entered; None for a second person who has not read the paper yet.
        second: What a second person read, where it differs.
        corrections: What stood there before each correction, the oldest first.
        reads: Whether this person is asked to read the paper.
    """

    request: Request
    paper: PaperForm
    entered: SeenOnPaper | None
    second: Mapping[str, Any] | None
    corrections: Sequence[Mapping[str, Any]]
    names: Mapping[int, str]
    reads: bool
    is_open: bool
    day_label: str
    signers: tuple[Signer, ...]
    no_scan: tuple[NoScan, ...]
    said: str


def _key(page: Page, row: Request) -> PaperKey:
    return PaperKey(row.id, number_in_address(page, "paper_id"))


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a form: blank to who is to read the paper, else what was entered, with its history."""
    row = found_request(page)
    paper = paper_of(page.session, _key(page, row))
    corrections = paper.detail.get("corrections", [])
    me = page.who.staff.id if page.who.staff is not None else 0
    blind = is_blind(paper, me)
    second = paper.second_reading
    people = {paper.entered_by, *(one["by"] for one in corrections)}
    people |= {key for key in (second and second["by"], paper.detail.get("witnessed_by")) if key}
    return page.render(
        "admin/requests/paper.html",
        PaperView(
            request=row,
            paper=paper,
            entered=None if blind else seen_of(paper),
            second=second,
            corrections=[] if blind else corrections,
            names=staff_names(page.session, people),
            reads=reads_again(row, paper, me),
            is_open=row.state in UNDECIDED,
            day_label=entry_words.received_on(paper.channel),
            signers=tuple(Signer),
            no_scan=tuple(NoScan),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _seen(page: Page) -> SeenOnPaper | None:
    """Read what somebody reads on the paper; None where a field is wrong."""
    form = page.form
    if Signer.known(form.get("signed_by")) is None:
        form.error("signed_by", _s("署名した人を選んでください。"))
    received, postmark = _day(page, "received_on"), None
    if form.get("postmark_on").strip():
        postmark = _day(page, "postmark_on")
    if not form.ok or received is None:
        return None
    return SeenOnPaper(form.get("signed_by"), form.get("attorney") == "1", received, postmark)


def _day(page: Page, name: str) -> date | None:
    day = whole_date(page.form.get(name))
    if isinstance(day, DateFault):
        page.form.error(name, _s("日付は、2026-04-01 か 令和8年4月1日 のように入力してください。"))
        return None
    return day


def read(page: Page) -> Response[Any]:
    """Record what the second person reads on the paper."""
    row, seen = found_request(page), _seen(page)
    if seen is None:
        return show(page, 422)
    key, ends = _key(page, row), list[str]()
    reason = page.form.get("no_scan")
    return carry_out_once(
        page,
        lambda: ends.append(read_again(page.work, key, seen, reason)),
        lambda: page.redirect(_address(key, ends[0] if ends else "")),
        Again(show, "paper", FIELDS),
    )


def correct_paper(page: Page) -> Response[Any]:
    """Correct what was entered."""
    row, seen = found_request(page), _seen(page)
    if seen is None:
        return show(page, 422)
    key = _key(page, row)
    return carry_out_once(
        page,
        lambda: correct(page.work, key, seen),
        _address(key, "corrected"),
        Again(show, "paper", FIELDS),
    )


def complete(page: Page) -> Response[Any]:
    """Complete the form with its scan."""
    row, checked = found_request(page), page.form.upload("scan", CheckedScan)
    if checked is None:
        if "scan" not in page.form.errors:
            page.form.error("scan", _s("書類のスキャンを選んでください。"))
        return show(page, 422)
    key, picture = _key(page, row), checked

    def stored() -> None:
        scan = store_scan(page.work, picture, household_id=row.household_id)
        add_scan(page.work, key, scan)

    return carry_out_once(page, stored, _address(key, "scan"), Again(show, "scan"))


def _address(key: PaperKey, said: str) -> str:
    return f"/reviews/{key.request_id}/papers/{key.paper_id}?said={said}"


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act = Permission.ENTER_REQUESTS
    one = "/reviews/{request_id:int}/papers/{paper_id:int}"
    return [
        staff_route("GET", one, show, act),
        staff_route("POST", one + "/read", read, act, shows=show),
        staff_route("POST", one + "/correct", correct_paper, act, shows=show),
        staff_route("POST", one + "/scan", complete, act, shows=show, uploads=FILES),
    ]
