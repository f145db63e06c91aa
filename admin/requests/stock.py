"""Pages of the stock of paper: balances, received ranges, and stocktaking by two people."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests.parcels import read_number
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives import queries, stock, stocktaking
from portal.domain.requests.alternatives.models import StockCount, StockMovement, StockRange
from portal.domain.requests.alternatives.queries import StockLine
from portal.domain.requests.alternatives.serials import SerialRange, read_range
from portal.domain.requests.alternatives.words import product_name
from portal.platform.carrying_out import Again
from portal.platform.view import View


@dataclass(frozen=True, slots=True)
class StockView(View):
    """What ``admin/requests/stock.html`` shows."""

    lines: Sequence[StockLine]
    product: str
    known: Sequence[str]
    ranges: Sequence[tuple[StockRange, int]]
    movements: Sequence[StockMovement]
    counts: Sequence[StockCount]
    me: int
    name: Callable[[str], str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show every product's stock, the ledger of one, and what waits for a second person."""
    program, session = page.site.program, page.session
    known = [product.id for product in program.alternatives]
    asked = page.query.get("product", "") or page.form.get("product")
    product = asked if asked in known else (known[0] if known else "")
    return page.render(
        "admin/requests/stock.html",
        StockView(
            lines=queries.stock_lines(page.work),
            product=product,
            known=known,
            ranges=queries.ranges(session, product),
            movements=queries.movements(session, product),
            counts=queries.waiting_counts(session),
            me=page.who.staff.id if page.who.staff else 0,
            name=lambda product_id: product_name(program, product_id),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def receive(page: Page) -> Response[Any]:
    """Add a range to the stock."""
    form = page.form
    return carry_out_once(
        page,
        lambda: stock.receive(
            page.work,
            stock.Consignment(
                form.get("product"),
                form.get("first"),
                form.get("last"),
                form.get("delivery_note"),
            ),
        ),
        "/stock?" + urlencode({"product": form.get("product"), "said": "received"}),
        Again(show, "first"),
    )


def count(page: Page) -> Response[Any]:
    """Record what one person counted; another one confirms it."""
    form = page.form
    counted = read_number(form.get("counted"))
    if counted is None:
        form.error("counted", _s("数字で入力してください。"))
    missing, found = _ranges(page, "missing"), _ranges(page, "found")
    if not form.ok:
        return show(page, 422)
    return carry_out_once(
        page,
        lambda: stocktaking.propose_count(
            page.work,
            stocktaking.Counted(
                form.get("product"),
                counted or 0,
                missing=missing,
                found=found,
                damaged=form.get("damaged") == "1",
                reason=form.get("reason"),
            ),
        ),
        "/stock?" + urlencode({"product": form.get("product"), "said": "counted"}),
        Again(show, "counted"),
    )


def _ranges(page: Page, name: str) -> list[SerialRange]:
    """Read serial numbers, one range a line.

    First and last with a space or 〜 between, or a single number.
    """
    found = []
    for line in page.form.get(name).splitlines():
        if parts := [part for part in re.split(r"[\s　〜～,、]+", line.strip()) if part]:
            try:
                found.append(read_range(parts[0], parts[-1] if len(parts) > 1 else ""))
            except InputError as error:
                page.form.error(name, error.message)
    return found


def settle(page: Page) -> Response[Any]:
    """Confirm another person's count, or discard a count."""
    key, drop = number_in_address(page, "count_id"), page.form.get("answer") == "drop"
    settle_it = stocktaking.drop_count if drop else stocktaking.confirm_count
    return carry_out_once(
        page,
        lambda: settle_it(page.work, key),
        "/stock?said=" + ("dropped" if drop else "settled"),
        Again(show, "waiting"),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep = Permission.KEEP_STOCK
    return [
        staff_route("GET", "/stock", show, Permission.SEE_STOCK),
        staff_route("POST", "/stock/receive", receive, keep, shows=show),
        staff_route("POST", "/stock/count", count, keep, shows=show),
        staff_route("POST", "/stock/counts/{count_id:int}/settle", settle, keep, shows=show),
    ]
