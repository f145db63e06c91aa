"""PDFs of a household's own requests, and the blank decline form."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.declines.form import decline_form_pdf, meaning_of
from portal.domain.declines.queries import rights_of_request
from portal.domain.declines.words import WHY
from portal.domain.errors import NotFoundError
from portal.domain.requests import documents
from portal.domain.requests.kinds import DECLINE, kind_name
from portal.domain.requests.models import Request
from portal.domain.requests.queries import own_request
from portal.domain.requests.services import written_in
from portal.domain.texts import SOURCE_LOCALE, _, use_locale
from portal.platform.page import Page
from portal.platform.routes import endpoint
from portal.web.access import PUBLIC, everybody, signed_in
from portal.web.activation import own_credential
from portal.web.home import household_of


def receipt(page: Page) -> Response[Any]:
    """Return the PDF with a request's number: for a decline the 辞退届, for others a receipt."""
    row = own_request(page.session, own_credential(page).household_id, str(page.params["receipt_no"])[:20])
    pdf = _decline_copy(page, row) if row.kind == DECLINE else _receipt(page, row)
    name = f'attachment; filename="{row.receipt_no}.pdf"'
    return page.send(pdf, "application/pdf", {"content-disposition": name, "cache-control": "no-store"})


def _decline_copy(page: Page, row: Request) -> bytes:
    view = household_of(page)
    names = {child.ordinal: child.fields.name for child in view.children}
    rights = rights_of_request(page.session, row)
    if not rights:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    reason = str(written_in(page.site.vault, row).get("reason", ""))
    with use_locale(SOURCE_LOCALE):
        why = WHY[reason]() if reason in WHY else ""
    copy = documents.DeclineCopy(
        row.receipt_no, row.received_at, view.fields.name,
        [(names.get(ordinal, ""), yen) for ordinal, yen in rights], why, meaning_of(page.site.program),
    )  # fmt: skip
    return documents.decline_copy_pdf(page.site.program, copy)


def _receipt(page: Page, row: Request) -> bytes:
    def make() -> documents.Receipt:
        amount = _("%(amount)s円") % {"amount": f"{row.amount_yen:,}"}
        rows = [documents.ReceiptRow(_("手続き"), kind_name(row.kind))]
        if row.children:
            rows.append(documents.ReceiptRow(_("こどもの人数"), str(row.children)))
            rows.append(documents.ReceiptRow(_("金額"), amount))
        nexts = (_("担当者が、申請の内容を確かめます。"), _("結果は、サインインして、ごらんください。"))
        return documents.Receipt(_("受付票"), tuple(rows), nexts)

    return documents.receipt_pdf(page.site.program, make, row.receipt_no, row.received_at)


def blank_form(page: Page) -> Response[Any]:
    """Return the form for declining on paper; anybody may have it."""
    pdf = decline_form_pdf(page.site.program, page.now)
    return page.send(pdf, "application/pdf", {"content-disposition": 'attachment; filename="decline.pdf"'})


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/requests/{receipt_no:str}/receipt.pdf", receipt, signed_in, "signed_in"),
        endpoint("GET", "/decline/form.pdf", blank_form, everybody, PUBLIC),
    ]
