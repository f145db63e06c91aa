"""Page of subcontractors: proposals, the ward's consent, their end, and every file sent."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.letters.subcontractors import queries, services
from portal.domain.letters.subcontractors.keys import fingerprint
from portal.domain.letters.subcontractors.kinds import Purpose, SentKind
from portal.domain.letters.subcontractors.models import Subcontractor
from portal.domain.letters.subcontractors.queries import FileSent, Link
from portal.domain.letters.subcontractors.states import CompanyState
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View

FILES = {"file": UploadRule(50 * MEGABYTE)}
STATE_MARK = marks(
    {
        CompanyState.PROPOSED: Mark.WAIT,
        CompanyState.CONSENTED: Mark.GOOD,
        CompanyState.REFUSED: Mark.STOP,
        CompanyState.ENDED: Mark.STOP,
    }
)


class SubcontractorsView(View, frozen=True):
    """What ``admin/letters/subcontractors.html`` shows."""

    links: Sequence[Link]
    above: Sequence[Link]
    names: Mapping[int, str]
    files: Sequence[FileSent]
    purposes: tuple[Purpose, ...]
    state_mark: Callable[[str], Mark]
    consented: Sequence[Subcontractor]
    fingerprint: Callable[[str], str]
    me: int
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the companies with the ward's consent, and the files sent."""
    links = queries.in_chains(page.session)
    rows = [link.row for link in links]
    people = {key for row in rows for key in (row.proposed_by, row.decided_by) if key is not None}
    return page.render(
        "admin/letters/subcontractors.html",
        SubcontractorsView(
            links=links,
            above=[link for link in links if link.row.can_end],
            names=staff_names(page.session, people),
            files=queries.files_sent(page.session),
            purposes=tuple(Purpose),
            state_mark=STATE_MARK,
            consented=[row for row in rows if row.state == CompanyState.CONSENTED],
            fingerprint=fingerprint,
            me=page.who.staff.id if page.who.staff else 0,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def propose(page: Page) -> Response[Any]:
    """Enter a company."""
    form = page.form
    until, work_until = _day(page, "certificate_until"), _day(page, "work_until")
    if not form.ok:
        return show(page, 422)
    if until is None and form.get("certificate_no").strip():
        form.error("certificate_until", _day_wanted())
        return show(page, 422)
    company = services.Company(
        form.get("name"),
        form.get("purpose"),
        form.get("work"),
        form.get("public_key"),
        parent_id=_number_or_none(form.get("parent")),
        certificate=services.Certificate(form.get("certificate_no"), until) if until else None,
        work_until=work_until,
    )
    return _act(page, "proposed", lambda: services.propose_subcontractor(page.work, company), {})


def _day(page: Page, field: str) -> date | None:
    """Return a typed day; None where nothing was typed, or what is none (an error then)."""
    typed = page.form.get(field)
    if not typed.strip():
        return None
    day = whole_date(typed)
    if isinstance(day, date):
        return day
    page.form.error(field, _day_wanted())
    return None


def _day_wanted() -> str:
    return _s("日付を、2023-06-30 のように入力してください。")


def _number_or_none(typed: str) -> int | None:
    # 0 has no row, so what nobody could choose is refused like a company that is gone
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


def certify(page: Page) -> Response[Any]:
    """Record the certificate that a company has now."""
    key = number_in_address(page, "company_id")
    no, until = f"certificate_no-{key}", f"certificate_until-{key}"
    day = _day(page, until)
    if day is None:
        page.form.error(until, _day_wanted())
        return show(page, 422)
    certificate = services.Certificate(page.form.get(no), day)
    return _act(
        page,
        "certified",
        lambda: services.certify(page.work, key, certificate),
        {"certificate_no": no, "certificate_until": until},
    )


def consent(page: Page) -> Response[Any]:
    """Record the ward's consent."""
    key, day = (
        number_in_address(page, "company_id"),
        whole_date(page.form.get(f"day-{page.params['company_id']}")),
    )
    if not isinstance(day, date):
        page.form.error(f"day-{key}", _day_wanted())
        return show(page, 422)
    return _act(
        page,
        "consented",
        lambda: services.consent(page.work, key, Instruction(page.form.get(f"number-{key}"), day)),
        {"number": f"number-{key}", "day": f"day-{key}"},
    )


def refuse(page: Page) -> Response[Any]:
    """Record that the ward does not consent."""
    key = number_in_address(page, "company_id")
    return _act(page, "refused", lambda: services.refuse(page.work, key), {})


def end(page: Page) -> Response[Any]:
    """End the work with a company."""
    key = number_in_address(page, "company_id")
    return _act(page, "ended", lambda: services.end(page.work, key), {})


def record_file(page: Page) -> Response[Any]:
    """Record a file that was sent by another way; of the file only its SHA-256 is stored."""
    form = page.form
    data, chosen = form.upload("file", bytes), form.get("company")
    if not chosen.isascii() or not chosen.isdigit() or len(chosen) > 15:
        form.error("company", _s("渡した相手を選んでください。"))
    if data is None:
        form.error("file", _s("渡したファイルを選んでください。"))
    if not form.ok or data is None:
        return show(page, 422)
    facts = services.FileFacts(
        SentKind.OTHER, form.get("file_name"), hashlib.sha256(data).hexdigest()
    )
    return _act(page, "noted", lambda: services.record_sent(page.work, int(chosen), facts), {})


def _act(
    page: Page, said: str, act: Callable[[], object], fields: Mapping[str, str]
) -> Response[Any]:
    return carry_out_once(
        page, act, f"/subcontractors?said={said}", Again(show, "companies", fields, named=True)
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base, keep, ward = (
        "/subcontractors/{company_id:int}",
        Permission.KEEP_SUBCONTRACTORS,
        Permission.CONSENT_TO_SUBCONTRACTORS,
    )
    return [
        staff_route("GET", "/subcontractors", show, Permission.SEE_SUBCONTRACTORS),
        staff_route("POST", "/subcontractors/propose", propose, keep, shows=show),
        staff_route("POST", "/subcontractors/files", record_file, keep, shows=show, uploads=FILES),
        staff_route("POST", base + "/consent", consent, ward, shows=show),
        staff_route("POST", base + "/refuse", refuse, ward, shows=show),
        staff_route("POST", base + "/certify", certify, keep, shows=show),
        staff_route("POST", base + "/end", end, keep, shows=show),
    ]
