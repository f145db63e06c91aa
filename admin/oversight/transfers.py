"""Pages of files that change hands: the register with its filters, and one hand-over."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, number_in_address, staff_route
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers import queries
from portal.domain.foundation.transfers.chain import open_transfers
from portal.domain.foundation.transfers.ending import may_withdraw, proposal_of, reason_of
from portal.domain.foundation.transfers.kinds import (
    INCOMING,
    RULES,
    Figure,
    KindRule,
    Stopped,
    TransferKind,
)
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.queries import Filters, Register, Shown
from portal.domain.foundation.transfers.states import TransferState
from portal.domain.foundation.transfers.vouching import may_vouch
from portal.domain.foundation.transfers.words import next_step, sentences, side
from portal.domain.oversight.reports.transfers import transfer_pdf
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.domain.requests.requests.documents import in_turn
from portal.platform.view import View

STATE_MARK = marks(
    {
        TransferState.MATCHED: Mark.GOOD,
        TransferState.ACCEPTED: Mark.GOOD,
        TransferState.DIFFERING: Mark.STOP,
        TransferState.LOST: Mark.STOP,
        TransferState.ANNOUNCED: Mark.WAIT,
        TransferState.WITHOUT_SHEET: Mark.WAIT,
        TransferState.SENT: Mark.WAIT,
        TransferState.ONE_SIDED: Mark.WAIT,
    }
)


class Chip(Struct, frozen=True):
    """One filter: where it leads, its words, and whether it is on."""

    to: str
    words: str
    current: bool


class TransfersView(View, frozen=True):
    """What ``admin/oversight/transfers.html`` shows."""

    register: Register
    stopped: Sequence[tuple[Stopped, int]]
    states: Sequence[Chip]
    kinds: Sequence[Chip]
    following: str
    state_mark: Callable[[str], Mark]
    next_step: Callable[[FileTransfer], str]
    sentences: Callable[[FileTransfer], Sequence[str]]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the register, what is open first by default, and what the open ones stop."""
    filters = _filters(page)
    found = queries.register(page.session, filters)
    stopped = [(one, len(open_transfers(page.session, one))) for one in Stopped]
    return page.render(
        "admin/oversight/transfers.html",
        TransfersView(
            register=found,
            stopped=[(one, count) for one, count in stopped if count],
            states=[
                Chip(
                    _address(one, filters.kind),
                    one.label,
                    one is filters.shown and filters.stops is None,
                )
                for one in Shown
            ],
            kinds=[
                Chip(_address(filters.shown, None), _s("すべての種類"), filters.kind is None),
                *(
                    Chip(_address(filters.shown, one), one.label, one is filters.kind)
                    for one in TransferKind
                ),
            ],
            following=_address(filters.shown, filters.kind, filters.page + 1, filters.stops),
            state_mark=STATE_MARK,
            next_step=next_step,
            sentences=sentences,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _filters(page: Page) -> Filters:
    typed = page.query.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
    return Filters(
        Shown.known(page.query.get("shown")) or Shown.ALL,
        TransferKind.known(page.query.get("kind")),
        max(1, number),
        Stopped.known(page.query.get("stops")),
    )


def _address(
    shown: Shown, kind: TransferKind | None, number: int = 1, stops: Stopped | None = None
) -> str:
    values: dict[str, str] = {"shown": shown.value}
    if kind is not None:
        values["kind"] = kind.value
    if stops is not None:
        values["stops"] = stops.value
    if number > 1:
        values["page"] = str(number)
    return f"/transfers?{urlencode(values)}"


class FigureLine(Struct, frozen=True):
    """One line of both sides' figures."""

    label: str
    sent: str
    got: str
    differs: bool


class TransferView(View, frozen=True):
    """What ``admin/oversight/transfer.html`` shows."""

    row: FileTransfer
    lines: Sequence[FigureLine]
    differences: Sequence[str]
    next_step: str
    reason: str
    proposal: Approval | None
    own: bool
    names: dict[int, str]
    rule: KindRule
    figures: Sequence[Figure]
    state_mark: Callable[[str], Mark]
    may_withdraw: bool
    may_vouch: bool
    said: str


def show_one(page: Page, status_code: int = 200) -> Response[Any]:
    """Show both sides of one hand-over, where they differ, and the next step."""
    row = found(page)
    proposal = proposal_of(page.session, row.id)
    differing = {one.figure for one in row.disagreements}
    people = {row.sent_by, row.got_by, row.ended_by, row.vouched_by}
    people |= {proposal.proposed_by} if proposal is not None else set()
    staff = page.who.staff
    return page.render(
        "admin/oversight/transfer.html",
        TransferView(
            row=row,
            lines=[
                FigureLine(
                    one.label,
                    side(row, one, sent=True, unknown="–"),
                    side(row, one, sent=False, unknown="–"),
                    one in differing,
                )
                for one in row.rule.figures
            ],
            differences=sentences(row),
            next_step=next_step(row),
            reason=reason_of(page.site.vault, row)
            if allowed(page, Permission.KEEP_TRANSFERS)
            else "",
            proposal=proposal,
            own=proposal is not None and staff is not None and proposal.proposed_by == staff.id,
            names=dict(staff_names(page.session, {key for key in people if key is not None})),
            rule=row.rule,
            figures=row.rule.figures,
            state_mark=STATE_MARK,
            may_withdraw=may_withdraw(row),
            may_vouch=may_vouch(page.work, row),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def found(page: Page) -> FileTransfer:
    """Return the hand-over that the page is about. Raises NotFoundError."""
    return queries.transfer_by_id(page.session, number_in_address(page, "transfer_id"))


def send_paper(page: Page) -> Response[Any]:
    """Send our sheet, or our receipt, as a PDF."""
    row = found(page)
    with in_turn():
        return page.show_file(f"transfer-{row.id}.pdf", transfer_pdf(page.work, row))


class NewTransferView(View, frozen=True):
    """What ``admin/oversight/transfer_new.html`` shows."""

    kinds: Sequence[TransferKind]
    chosen: TransferKind
    rule: KindRule


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form for a sheet that came, for the chosen kind of file."""
    typed = page.form.get("kind") if page.method == "POST" else page.query.get("kind")
    chosen = TransferKind.known(typed)
    if chosen not in INCOMING:
        chosen = INCOMING[0]
    return page.render(
        "admin/oversight/transfer_new.html",
        NewTransferView(kinds=INCOMING, chosen=chosen, rule=RULES[chosen]),
        status_code,
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see = Permission.SEE_TRANSFERS
    return [
        staff_route("GET", "/transfers", show, see),
        staff_route("GET", "/transfers/new", show_new, Permission.KEEP_TRANSFERS),
        staff_route("GET", "/transfers/{transfer_id:int}", show_one, see),
        staff_route("GET", "/transfers/{transfer_id:int}/paper", send_paper, see),
    ]
