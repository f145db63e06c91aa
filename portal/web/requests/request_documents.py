"""PDFs of a household's own requests, and the blank decline form."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _, use_locale
from portal.domain.people.households.large_print import large_print_of
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives.items import items_of as alternative_items
from portal.domain.requests.alternatives.words import product_name
from portal.domain.requests.declines.form import decline_form_pdf, meaning_of
from portal.domain.requests.declines.items import items_of as decline_items
from portal.domain.requests.declines.queries import rights_of_request
from portal.domain.requests.declines.services import can_withdraw
from portal.domain.requests.declines.written import WRITTEN as DECLINE_WRITTEN
from portal.domain.requests.requests import documents
from portal.domain.requests.requests.fields import Line, Place
from portal.domain.requests.requests.kinds import RequestKind, Result, kind_name
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import own_request
from portal.domain.requests.requests.services import written_in
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.words import state_words
from portal.platform.routes import endpoint
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody, signed_in
from portal.web.coupons.tickets import household_of
from portal.web.signin.activation import own_credential

PENDING = (RequestState.WAITING, RequestState.IN_PROGRESS)
"""States in which a result is still to come."""


def declared_online(row: Request) -> bool:
    """Tell whether a request is a decline declared online: its document is the 辞退届 itself.

    One that was taken back whole declares nothing any more.
    """
    return (
        row.kind == RequestKind.DECLINE
        and row.channel == Channel.PORTAL.value
        and row.children > 0
        and row.result != Result.WITHDRAWN
    )


def written_online(page: Page, row: Request, place: Place) -> tuple[Line, ...]:
    """Return what the household wrote online, as ``place`` shows it; not what staff entered."""
    if row.channel != Channel.PORTAL.value:
        return ()
    form = kind_of(row.kind).written
    return form.lines(written_in(page.site.vault, row, form), place)


def receipt(page: Page) -> Response[Any]:
    """Send the PDF of a request: the 辞退届 of a decline declared online, else a receipt."""
    row = own_request(
        page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20]
    )
    rights = rights_of_request(page.session, row) if declared_online(row) else []
    large = large_print_of(page.session, own_credential(page).household_id) is not None
    pdf = _decline_copy(page, row, rights, large) if rights else _receipt(page, row, large)
    name = f'attachment; filename="{row.receipt_no}.pdf"'
    return page.send(
        pdf, "application/pdf", {"content-disposition": name, "cache-control": "no-store"}
    )


def _status(row: Request, now: datetime) -> str:
    """Return a request's status with the day on which its document is made.

    A document on paper does not change.
    """
    if row.result == Result.WITHDRAWN and row.closed_at is not None:
        return _("この申請は、%(day)sに取り下げました。") % {
            "day": format_day(jst_date(row.closed_at))
        }
    return _("%(state)s（%(day)s）") % {"state": state_words(row), "day": format_day(jst_date(now))}


def _decline_copy(
    page: Page, row: Request, rights: Sequence[tuple[int, int]], large: bool
) -> bytes:
    view = household_of(page)
    names = {child.ordinal: child.fields.name for child in view.children}
    with use_locale(SOURCE_LOCALE):
        note = written_in(page.site.vault, row, DECLINE_WRITTEN)
        reason = note.reason.label if note.reason is not None else ""
        status, coming = _status(row, page.now), _coming(page, row)
    copy = documents.DeclineCopy(
        row.receipt_no,
        row.received_at,
        view.fields.name,
        [(names.get(ordinal, ""), yen) for ordinal, yen in rights],
        reason,
        meaning=(
            f"{_('いまの様子')}: {_status(row, page.now)}",
            *_coming(page, row),
            *meaning_of(page.site.program),
        ),
        text=note.text,
        status=status,
        coming=coming,
        can_withdraw=_can_withdraw(page, row),
    )
    return documents.decline_copy_pdf(page.site.program, copy, large=large)


def _can_withdraw(page: Page, row: Request) -> bool:
    return can_withdraw(page.work, row, decline_items(page.session, row.id))


def _coming(page: Page, row: Request) -> tuple[str, ...]:
    """Return what is still to come, and how the household is informed of it."""
    steps = kind_of(row.kind).steps_of(page.session, row)
    coming = tuple(step.words for step in steps if step.at is None)
    return (
        (*coming, _("結果は、サインインして、ごらんください。")) if row.state in PENDING else coming
    )


def _receipt(page: Page, row: Request, large: bool) -> bytes:
    names = {child.ordinal: child.fields.name for child in household_of(page).children}

    def make() -> documents.Receipt:
        rows = [documents.ReceiptRow(_("手続き"), kind_name(row.kind))]
        rows += [
            documents.ReceiptRow(_("こども"), f"{name} {product}".strip())
            for name, product in children_of(page, row, names)
        ]
        if row.children:
            amount = _("%(amount)s円") % {"amount": f"{row.amount_yen:,}"}
            rows.append(documents.ReceiptRow(_("こどもの人数"), str(row.children)))
            rows.append(documents.ReceiptRow(_("金額"), amount))
        written = written_online(page, row, Place.PDF)
        rows += [documents.ReceiptRow(line.label, line.value) for line in written]
        rows.append(documents.ReceiptRow(_("いまの様子"), _status(row, page.now)))
        return documents.Receipt(_("受付票"), tuple(rows), _coming(page, row))

    return documents.receipt_pdf(page.site.program, row, make, large=large)


def children_of(page: Page, row: Request, names: dict[int, str]) -> list[tuple[str, str]]:
    """Return the names of a request's children, each with its paper product ("" for none)."""
    if row.kind == RequestKind.DECLINE:
        found = [(ordinal, "") for ordinal, _yen in rights_of_request(page.session, row)]
    elif row.kind == RequestKind.ALTERNATIVE:
        items = alternative_items(page.session, row.id)
        found = [(item.ordinal, product_name(page.site.program, item.product)) for item in items]
    else:
        found = []
    return [(names[ordinal], product) for ordinal, product in found if ordinal in names]


def blank_form(page: Page) -> Response[Any]:
    """Send the blank form for declining on paper to anybody."""
    pdf = decline_form_pdf(page.site.program, page.now, large=page.wants_large)
    return page.download("decline.pdf", pdf)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/requests/{receipt_no:str}/receipt.pdf", receipt, signed_in, "signed_in"),
        endpoint("GET", "/decline/form.pdf", blank_form, everybody, PUBLIC),
    ]
