"""What staff enter about files that change hands: sheets, receipts, acceptance, withdrawal."""

from collections.abc import Callable

from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.oversight import transfers
from admin.page import Page, StaffWho
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers import ending, services, vouching
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import INCOMING, Figure, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.sheet_file import MAX_BYTES, digest, number, read_sheet
from portal.domain.foundation.transfers.sheets import Sheet
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again, Shows
from portal.platform.http.answer import Reply
from portal.platform.http.uploads import UploadRule

FILES = {"file": UploadRule(MAX_BYTES)}
FIELDS = ("file", "file_name", "partner", "sheet_no", "reason", *(one.value for one in Figure))


def enter(page: Page) -> Reply:
    """Enter the sheet of a file that comes to us."""
    kind = TransferKind.known(page.form.get("kind"))
    if kind is None or kind not in INCOMING:
        page.form.error("kind", _s("ファイルの種類を選んでください。"))
        return transfers.show_new(page, 422)
    return _enter(page, kind, transfers.show_new, lambda sheet: services.announce(page.work, sheet))


def correct(page: Page) -> Reply:
    """Enter the sheet of this hand-over, or a corrected one."""
    row = transfers.found(page)
    return _enter(
        page,
        TransferKind(row.kind),
        transfers.show_one,
        lambda sheet: services.correct(page.work, row.id, sheet),
    )


def _enter(
    page: Page, kind: TransferKind, shows: Shows[StaffWho], act: Callable[[Sheet], FileTransfer]
) -> Reply:
    try:
        sheet = _sheet(page, kind)
    except InputError as error:
        page.form.error("file", error.message)
    if not page.form.ok:
        return shows(page, 422)
    done: list[int] = []
    again = Again(shows, "file_name", fields=FIELDS)
    return carry_out_once(
        page,
        lambda: done.append(act(sheet).id),
        lambda: page.redirect(_after(done, "sheet")),
        again,
    )


def _after(done: list[int], said: str) -> str:
    """Return where a form leads: to its hand-over, or for a repeated one to the register."""
    return f"/transfers/{done[0]}?said={said}" if done else "/transfers"


def _sheet(page: Page, kind: TransferKind) -> Sheet:
    """Return the sheet as its file says it, or as it was typed. Raises InputError."""
    file = page.form.files.get("file")
    if file is not None:
        return read_sheet(file.data, kind)
    form = page.form
    return Sheet(
        kind, form.get("file_name"), form.get("partner"), _figures(page), form.get("sheet_no")
    )


def _figures(page: Page) -> Figures:
    """Return the typed figures; a field that is no number gets its sentence."""
    values: dict[str, int | None] = {}
    for figure in (Figure.ROWS, Figure.CHILDREN, Figure.YEN):
        try:
            values[figure.value] = number(page.form.get(figure.value))
        except ValueError:
            page.form.error(figure.value, _s("数字で入力してください。"))
    return Figures(**values, sha256=digest(page.form.get(Figure.SHA256.value)))


def receipt(page: Page) -> Reply:
    """Enter what the receiver of a file that we sent counted."""
    counted = _figures(page)
    if not page.form.ok:
        return transfers.show_one(page, 422)
    return _act(
        page, "receipt", "rows", lambda key: services.enter_receipt(page.work, key, counted)
    )


def propose(page: Page) -> Reply:
    """Propose to accept a difference, with a reason."""
    reason = page.form.get("reason")
    return _act(
        page, "proposed", "reason", lambda key: ending.propose_acceptance(page.work, key, reason)
    )


def confirm(page: Page) -> Reply:
    """Accept a difference as the second person."""
    return _act(page, "accepted", "proposal", lambda key: ending.confirm_acceptance(page.work, key))


def vouch(page: Page) -> Reply:
    """Confirm the other side's figures that somebody else entered."""
    return _act(page, "vouched", "vouch", lambda key: vouching.vouch(page.work, key))


def refuse(page: Page) -> Reply:
    """Turn down the proposal to accept, or take back one's own."""

    def act(key: int) -> None:
        proposal = ending.proposal_of(page.session, key)
        if proposal is not None:
            turn_down(page.work, proposal.id)

    return _act(page, "refused", "proposal", act)


def withdraw(page: Page) -> Reply:
    """Withdraw a sheet that was entered by mistake."""
    reason = page.form.get("why")
    return _act(page, "withdrawn", "why", lambda key: ending.withdraw(page.work, key, reason))


def _act(page: Page, said: str, field: str, act: Callable[[int], object]) -> Reply:
    key = number_in_address(page, "transfer_id")
    fields = {name: field if name == "reason" else name for name in FIELDS}
    return carry_out_once(
        page,
        lambda: act(key),
        f"/transfers/{key}?said={said}",
        Again(transfers.show_one, field, fields=fields),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep, accept = Permission.KEEP_TRANSFERS, Permission.ACCEPT_TRANSFERS
    one, shows = "/transfers/{transfer_id:int}", transfers.show_one
    return [
        staff_route(
            "POST", "/transfers/enter", enter, keep, shows=transfers.show_new, uploads=FILES
        ),
        staff_route("POST", f"{one}/sheet", correct, keep, shows=shows, uploads=FILES),
        staff_route("POST", f"{one}/receipt", receipt, keep, shows=shows),
        staff_route("POST", f"{one}/propose", propose, accept, shows=shows),
        staff_route("POST", f"{one}/confirm", confirm, accept, shows=shows),
        staff_route("POST", f"{one}/vouch", vouch, accept, shows=shows),
        staff_route("POST", f"{one}/refuse", refuse, accept, shows=shows),
        staff_route("POST", f"{one}/withdraw", withdraw, keep, shows=shows),
    ]
