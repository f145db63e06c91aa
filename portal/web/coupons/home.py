"""Home: one card per child with the coupon's state and last day in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.texts import _
from portal.domain.mailroom.incidents.fault_queries import of_household
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import OPEN
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.entitlements.claims import ALTERNATIVE as PAPER
from portal.domain.people.entitlements.claims import DECLINE, RECIPIENT_CHANGE
from portal.domain.people.households.moved import moved_children
from portal.domain.people.households.queries import HouseholdView, view_household
from portal.domain.requests.alternatives.choosing import ChildPaper, papers_of_household
from portal.domain.requests.declines.queries import ChildDecline, declines_of_household, wish_of
from portal.domain.requests.requests.kinds import kind_name
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import waiting_for_resident
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.coupons.issuer_words import issuer_sentence, state_words
from portal.web.signin.activation import own_credential


@dataclass(frozen=True, slots=True)
class Ticket:
    """One child's card. ``kind`` picks icon and color, ``words`` say the same."""

    ordinal: int
    name: str
    amount_yen: int
    kind: str
    words: str
    last_day: date | None
    can_show: bool
    shown_before: bool
    decline_no: str = ""
    paper_no: str = ""
    one_way: bool = False
    issuer: str = ""
    fault_no: str = ""
    fault_words: str = ""


def household_of(page: Page) -> HouseholdView:
    """Return the signed-in household."""
    return view_household(page.work, own_credential(page).household_id)


def ticket(
    page: Page,
    name: str,
    entry: HouseholdCoupon,
    decline: ChildDecline | None = None,
    paper: ChildPaper | None = None,
    fault: CouponFault | None = None,
) -> Ticket:
    """Describe one child's coupon at this instant.

    ``decline`` and ``paper`` are the child's own, under way or done; ``fault`` is what a shop found.
    """
    can_show = entry.can_show(page.now)
    shown_before = entry.coupon is not None and entry.coupon.revealed_at is not None
    kind, words = _state(page, entry, can_show=can_show, shown_before=shown_before)
    last_day = last_day_before(entry.exchange_end) if entry.exchange_end is not None else None
    given_up = _given_up(entry, decline, paper)
    if given_up is not None:
        kind, words, last_day = "waiting", given_up.words, None
    # A10: while a change of recipient is checked, the old household reads the same as afterwards.
    silent = entry.claimed_by == RECIPIENT_CHANGE
    fault_no, fault_words = _fault(fault, shown_before=shown_before)
    return Ticket(
        entry.ordinal,
        name,
        entry.amount_yen,
        kind,
        words,
        last_day,
        can_show,
        shown_before,
        decline_no=given_up.decline_no if given_up else "",
        paper_no=given_up.paper_no if given_up else "",
        one_way=can_show and not shown_before and entry.stop == "never",
        issuer="" if silent else issuer_sentence(entry.coupon, entry.entitlement_state),
        fault_no=fault_no,
        fault_words=fault_words,
    )


@dataclass(frozen=True, slots=True)
class _GivenUp:
    """What takes the electronic coupon's place: a decline or paper, with its receipts."""

    words: str
    decline_no: str = ""
    paper_no: str = ""


def _given_up(
    entry: HouseholdCoupon, decline: ChildDecline | None, paper: ChildPaper | None
) -> _GivenUp | None:
    """Return what the household chose instead of the coupon; None where it chose nothing."""
    declined = decline is not None and (entry.claimed_by == DECLINE or decline.is_done)
    decline_no = decline.receipt_no if decline is not None and declined else ""
    if paper is not None and (entry.claimed_by == PAPER or paper.is_delivered):
        words = (
            _("紙の代替品をお届けしました") if paper.is_delivered else _("紙の代替品の手続き中です")
        )
        return _GivenUp(words, decline_no, paper.receipt_no)
    if decline is not None and declined:
        words = _("辞退しました") if decline.is_done else _("辞退の手続き中です")
        return _GivenUp(words, decline_no)
    return None


def _fault(fault: CouponFault | None, *, shown_before: bool) -> tuple[str, str]:
    """Return number and words of a case that still matters.

    Open, or its new code was not shown yet.
    """
    if fault is None or not (
        fault.state in OPEN or (fault.state == "replaced" and not shown_before)
    ):
        return "", ""
    return fault.receipt_no, state_words(fault)[1]


def _state(
    page: Page, entry: HouseholdCoupon, *, can_show: bool, shown_before: bool
) -> tuple[str, str]:
    state = entry.coupon.state if entry.coupon is not None else ""
    if state == "exchanged":
        return "seen", _("交換が終わりました")
    if state == "part_used":
        return "seen", _("一部を使いました")
    if can_show:
        return ("seen", _("表示したことがあります")) if shown_before else ("ready", _("使えます"))
    if entry.exchange_end is not None and page.now >= entry.exchange_end:
        return "waiting", _("期限が過ぎました")
    if state in {"suspended", "stop_requested"} or entry.entitlement_state in {
        "held",
        "in_progress",
    }:
        return "waiting", _("確認中です")
    return "waiting", _("お渡しできません")


def _moved(page: Page, household_id: int) -> list[Ticket]:
    """Describe children whose part went elsewhere.

    As they looked before, and never more than "under confirmation".
    """
    return [
        ticket(
            page,
            one.name,
            HouseholdCoupon(
                0, one.ordinal, 0, "in_progress", one.amount_yen, None, one.last_end, None
            ),
        )
        for one in moved_children(page.work, household_id)
    ]


@dataclass(frozen=True, slots=True)
class HomeView(View):
    """What ``portal/coupons/home.html`` shows."""

    tickets: Sequence[Ticket]
    total: Any
    own_password: bool
    announced: tuple[Window, ...]
    kind_name: Callable[..., str]
    wish: Request | None
    waiting: Sequence[Any]
    decline: Window
    paper: Window | None


def show(page: Page) -> Response[Any]:
    """Show all children of the household."""
    view = household_of(page)
    names = {child.ordinal: child.fields.name for child in view.children}
    entries = coupons_of_household(page.session, view.id)
    declines = declines_of_household(page.session, view.id)
    papers = papers_of_household(page.session, view.id)
    faults = of_household(page.session, view.id)
    tickets = [
        ticket(
            page,
            names[entry.ordinal],
            entry,
            declines.get(entry.ordinal),
            papers.get(entry.ordinal),
            faults.get(entry.ordinal),
        )
        for entry in entries
        if entry.ordinal in names
    ]
    tickets = sorted(tickets + _moved(page, view.id), key=lambda one: one.ordinal)
    own = own_credential(page).own_password_hash is not None
    wish = wish_of(page.session, view.id)
    return page.render(
        "portal/coupons/home.html",
        HomeView(
            tickets=tickets,
            total=sum(t.amount_yen for t in tickets if t.can_show),
            own_password=own,
            announced=page.site.program.windows.announced(page.now),
            kind_name=kind_name,
            wish=wish,
            waiting=[
                row
                for row in waiting_for_resident(page.session, view.id)
                if wish is None or row.id != wish.id
            ],
            decline=page.site.program.windows.decline,
            paper=page.site.program.windows.alternative if page.site.program.alternatives else None,
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", "/home", show, signed_in, "signed_in")]
