"""What a household may still choose instead of a coupon, as home and the list of requests say."""

from collections.abc import Sequence

from msgspec import Struct

from portal.domain.foundation.program.deadlines import Window
from portal.resident_page import Page
from portal.web.coupons.tickets import Ticket


class WaysLeft(Struct, frozen=True):
    """The windows of what is offered, one that opens later too; None of what is not."""

    decline: Window | None
    paper: Window | None


def _is_undecided(ticket: Ticket) -> bool:
    return not (ticket.settled or ticket.decline_no or ticket.paper_no)


def ways_left(page: Page, tickets: Sequence[Ticket]) -> WaysLeft:
    """Return what is offered: nothing where no child is left, or after the last day."""
    program, none_left = page.site.program, not any(_is_undecided(one) for one in tickets)
    decline, paper = program.windows.decline, program.windows.alternative
    return WaysLeft(
        None if none_left or decline.is_over(page.now) else decline,
        None if none_left or not program.alternatives or paper.is_over(page.now) else paper,
    )
