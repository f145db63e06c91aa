"""Page of the ward's documents: their versions, the ward's approval, and their uses in print."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.oversight.reports.files import send_file
from admin.page import Page
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.letters.documents import queries, services
from portal.domain.letters.documents.kinds import DocumentKind
from portal.domain.letters.documents.models import DocumentUse, DocumentVersion
from portal.domain.letters.documents.states import DocumentState
from portal.domain.oversight.reports import ward_documents
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

STATE_MARK = marks(
    {
        DocumentState.PROPOSED: Mark.WAIT,
        DocumentState.APPROVED: Mark.GOOD,
        DocumentState.REFUSED: Mark.STOP,
        DocumentState.REVOKED: Mark.STOP,
    }
)


class DocumentsView(View, frozen=True):
    """What ``admin/letters/documents.html`` shows."""

    rows: Sequence[DocumentVersion]
    names: Mapping[int, str]
    uses: Sequence[tuple[DocumentUse, DocumentVersion]]
    kinds: tuple[DocumentKind, ...]
    letter_version: DocumentVersion | None
    keeps: bool
    decides: bool
    state_mark: Callable[[str], Mark]
    me: int
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the versions, whether the letter's texts may be printed now, and their uses."""
    session = page.session
    rows = queries.versions(session)
    people = {key for row in rows for key in (row.proposed_by, row.decided_by) if key is not None}
    return page.render(
        "admin/letters/documents.html",
        DocumentsView(
            rows=rows,
            names=staff_names(session, people),
            uses=queries.uses(session),
            kinds=ward_documents.KINDS,
            letter_version=ward_documents.letter_status(page.work),
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            decides=allowed(page, Permission.DECIDE_MANAGEMENT),
            state_mark=STATE_MARK,
            me=page.who.staff.id if page.who.staff else 0,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def propose(page: Page) -> Response[Any]:
    """Propose a document in its current form to the ward."""
    kind = page.form.get("kind")
    if kind not in ward_documents.KINDS:
        page.form.error("kind", _s("文書を選んでください。"))
        return show(page, 422)
    return _act(
        page,
        "proposed",
        lambda: ward_documents.propose(
            page.work, page.site.settings.public_url, kind, page.form.get("label")
        ),
        {"content": "kind", "known": "kind", "input": "kind"},
    )


def approve(page: Page) -> Response[Any]:
    """Approve a version as the ward."""
    key = number_in_address(page, "version_id")
    day = whole_date(page.form.get(f"day-{key}"))
    if not isinstance(day, date):
        page.form.error(f"day-{key}", _s("日付を、2023-06-30 のように入力してください。"))
        return show(page, 422)
    return _act(
        page,
        "approved",
        lambda: services.approve(page.work, key, Instruction(page.form.get(f"number-{key}"), day)),
        {"number": f"number-{key}", "day": f"day-{key}"},
    )


def refuse(page: Page) -> Response[Any]:
    """Reject a version as the ward."""
    key = number_in_address(page, "version_id")
    return _act(page, "refused", lambda: services.refuse(page.work, key), {})


def revoke(page: Page) -> Response[Any]:
    """Revoke an approval as the ward."""
    key = number_in_address(page, "version_id")
    return _act(page, "revoked", lambda: services.revoke(page.work, key), {})


def _act(page: Page, said: str, act: Callable[[], object], fields: dict[str, str]) -> Response[Any]:
    return carry_out_once(
        page, act, f"/documents?said={said}", Again(show, "versions", fields, named=True)
    )


def download(page: Page) -> Response[Any]:
    """Return the content of a version, as it was stored."""
    row = queries.version(page.session, number_in_address(page, "version_id"))
    stem, _dot, ending = row.file_name.rpartition(".")
    name = f"{row.kind}-{row.number:03}.{ending if stem and ending.isascii() else 'bin'}"
    media_type = ward_documents.media_type(row.file_name)
    record(page.work, "report.taken", "report", name=name)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return page.send(row.content, media_type, headers)


def download_specimen(page: Page) -> Response[Any]:
    """Return the PDF that shows a version's texts on paper."""
    row = queries.version(page.session, number_in_address(page, "version_id"))
    if row.specimen is None:
        raise NotFoundError(_s("この文書に見本はありません。"))
    name = f"{row.kind}-{row.number:03}-specimen.pdf"
    return send_file(page, name, row.specimen)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep, decide = (
        Permission.SEE_MANAGEMENT,
        Permission.KEEP_MANAGEMENT,
        Permission.DECIDE_MANAGEMENT,
    )
    one = "/documents/{version_id:int}"
    return [
        staff_route("GET", "/documents", show, see),
        staff_route("POST", "/documents/propose", propose, keep, shows=show),
        staff_route("POST", one + "/approve", approve, decide, shows=show),
        staff_route("POST", one + "/refuse", refuse, decide, shows=show),
        staff_route("POST", one + "/revoke", revoke, decide, shows=show),
        staff_route("POST", one + "/file", download, see),
        staff_route("POST", one + "/specimen", download_specimen, see),
    ]
