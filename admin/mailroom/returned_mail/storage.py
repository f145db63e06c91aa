"""Pages of the storage of returned mail, and of the list of undelivered letters.

Stored items are shown by box, and are destroyed by two people.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.returned_mail import return_words
from admin.page import Page
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.returned_mail import storage, undelivered
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.storage import StoredItem
from portal.domain.mailroom.returned_mail.undelivered import Undelivered
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View


def _protected(page: Page) -> bool:
    return allowed(page, Permission.KNOW_PROTECTED)


def _after(page: Page) -> int:
    text = page.query.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


class StorageView(View, frozen=True):
    """What ``admin/mailroom/returned_mail/storage.html`` shows."""

    boxes: Mapping[str, int]
    box: str
    rows: Sequence[StoredItem]
    more: bool
    to_propose: Sequence[ReturnedItem]
    to_confirm: Sequence[ReturnedItem]
    own: Sequence[ReturnedItem]
    reason_name: Callable[..., str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the boxes, their items, and the items to be destroyed."""
    protected, box = _protected(page), page.query.get("box", "")[:20]
    rows = storage.in_storage(
        page.session, include_protected=protected, box=box, after=_after(page)
    )
    over = storage.to_destroy(page.session, jst_date(page.now), include_protected=protected)
    mine = page.who.staff.id if page.who.staff is not None else 0
    return page.render(
        "admin/mailroom/returned_mail/storage.html",
        StorageView(
            boxes=storage.boxes(page.session, include_protected=protected),
            box=box,
            rows=rows,
            more=len(rows) == storage.PAGE,
            to_propose=[item for item in over if item.destruction_proposed_by is None],
            to_confirm=[item for item in over if item.destruction_proposed_by not in (None, mine)],
            own=[item for item in over if item.destruction_proposed_by == mine],
            reason_name=return_words.return_reason,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def propose(page: Page) -> Response[Any]:
    """Propose to destroy the chosen items, whose storage is over."""
    return _destroy(page, "proposed", storage.propose_destruction)


def confirm(page: Page) -> Response[Any]:
    """Record, as the second person, that the proposed items were destroyed."""
    return _destroy(page, "destroyed", storage.confirm_destruction)


def _destroy(page: Page, said: str, act: Callable[..., int]) -> Response[Any]:
    chosen = [
        int(name.removeprefix("item-"))
        for name in page.form.values
        if name.startswith("item-")
        and name.removeprefix("item-").isascii()
        and name.removeprefix("item-").isdigit()
    ]
    if not chosen:
        page.form.error("destroy", _s("廃棄する郵便を選んでください。"))
        return show(page, 422)
    return carry_out_once(
        page,
        lambda: act(page.work, chosen, include_protected=_protected(page)),
        f"/returns/storage?said={said}",
        Again(show, "destroy"),
    )


def take_back(page: Page) -> Response[Any]:
    """Withdraw a proposal to destroy."""
    return _one(page, "taken_back", storage.withdraw_proposal)


def hand_to_ward(page: Page) -> Response[Any]:
    """Record that the item was handed to the ward."""
    return _one(page, "with_ward", storage.hand_to_ward)


def _one(page: Page, said: str, act: Callable[..., object]) -> Response[Any]:
    number = number_in_address(page, "item_id")
    return carry_out_once(
        page,
        lambda: act(page.work, number, include_protected=_protected(page)),
        f"/returns/storage?said={said}",
        Again(show, "destroy"),
    )


class UndeliveredView(View, frozen=True):
    """What ``admin/mailroom/returned_mail/undelivered.html`` shows."""

    rows: Sequence[Undelivered]
    more: bool
    by_reason: Mapping[str, int]
    reason_name: Callable[..., str]
    state_name: Callable[[str], str]


def show_undelivered(page: Page) -> Response[Any]:
    """Show the households whose letter was not delivered."""
    protected = _protected(page)
    rows = undelivered.undelivered(page.work, include_protected=protected, after=_after(page))
    return page.render(
        "admin/mailroom/returned_mail/undelivered.html",
        UndeliveredView(
            rows=rows,
            more=len(rows) == undelivered.PAGE,
            by_reason=undelivered.by_reason(page.session, include_protected=protected),
            reason_name=return_words.return_reason,
            state_name=return_words.shipment,
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act = Permission.HANDLE_RETURNS
    one = "/returns/{item_id:int}"
    return [
        staff_route("GET", "/returns/storage", show, act),
        staff_route("POST", "/returns/storage/propose", propose, act, shows=show),
        staff_route("POST", "/returns/storage/confirm", confirm, act, shows=show),
        staff_route("POST", one + "/take-back", take_back, act, shows=show),
        staff_route("POST", one + "/hand-to-ward", hand_to_ward, act, shows=show),
        staff_route("GET", "/undelivered", show_undelivered, act),
    ]
