"""Channels set at the ward's counter: the form of a household, and what waits for confirmation."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.desk.household import refused
from admin.page import Page
from portal.domain.desk.casework import counter_channel
from portal.domain.desk.casework.counter_channel import (
    ADDRESSES,
    CounterProposal,
    CounterReason,
    Wish,
)
from portal.domain.foundation.errors import NotFoundError
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.signin.last_days import in_last_days
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.recipients.counter import IdentityDocument
from portal.platform.carrying_out import Again
from portal.platform.view import View

BASE = "/counter-channels"
FIELDS = {"reason", "kind", "address", "document"}


class CounterChannelView(View, frozen=True):
    """What ``admin/desk/counter_channel.html`` shows."""

    household_id: int
    reasons: Sequence[CounterReason]
    kinds: Sequence[CodeChannel]
    documents: Sequence[IdentityDocument]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the channel of the person at the counter, in a household opened with a reason."""
    if (answer := refused(page)) is not None:
        return answer
    near = in_last_days(page.site.program.windows, page.now)
    offered = [one for one in CounterReason if near or one is not CounterReason.LAST_DAYS]
    return page.render(
        "admin/desk/counter_channel.html",
        CounterChannelView(
            household_id=number_in_address(page, "household_id"),
            reasons=offered,
            kinds=[kind for kind in ADDRESSES if kind in page.site.channels],
            documents=tuple(IdentityDocument),
        ),
        status_code,
    )


def propose(page: Page) -> Response[Any]:
    """Propose the channel; a second person of the ward confirms it."""
    if (answer := refused(page)) is not None:
        return answer
    household_id, form = number_in_address(page, "household_id"), page.form
    wish = Wish(form.get("reason"), form.get("kind"), form.get("address"), form.get("document"))
    return carry_out_once(
        page,
        lambda: counter_channel.propose(page.work, household_id, wish),
        f"{BASE}?said=proposed",
        Again(show, "address", FIELDS),
    )


class CounterChannelsView(View, frozen=True):
    """What ``admin/desk/counter_channels.html`` shows."""

    rows: Sequence[CounterProposal]
    said: str


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List what waits for a second person."""
    return page.render(
        "admin/desk/counter_channels.html",
        CounterChannelsView(
            rows=counter_channel.waiting(page.work), said=page.query.get("said", "")
        ),
        status_code,
    )


def confirm(page: Page) -> Response[Any]:
    """Put the channel in force at once."""
    return _decide(page, "confirmed", counter_channel.confirm)


def refuse(page: Page) -> Response[Any]:
    """Reject a proposal, or withdraw one's own."""
    return _decide(page, "refused", counter_channel.refuse)


def _decide(page: Page, said: str, decide: Callable[..., None]) -> Response[Any]:
    key = number_in_address(page, "approval_id")
    return carry_out_once(
        page,
        lambda: decide(page.work, key),
        f"{BASE}?said={said}",
        Again(show_list, "channels", but=NotFoundError),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.SET_CHANNEL_AT_COUNTER
    of_household, one = "/households/{household_id:int}/channel", BASE + "/{approval_id:int}"
    return [
        staff_route("GET", of_household, show, permission),
        staff_route("POST", of_household + "/propose", propose, permission, shows=show),
        staff_route("GET", BASE, show_list, permission),
        staff_route("POST", one + "/confirm", confirm, permission, shows=show_list),
        staff_route("POST", one + "/refuse", refuse, permission, shows=show_list),
    ]
