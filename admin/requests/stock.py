"""Pages of the stock of paper: balances, received ranges, and stocktaking by two people."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests.parcels import read_number
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives import queries, stock, stocktaking
from portal.domain.requests.alternatives.models import StockCount, StockMovement, StockRange
from portal.domain.requests.alternatives.queries import StockLine
from portal.domain.requests.alternatives.serials import SerialRange, read_range
from portal.domain.requests.alternatives.words import product_name
from portal.platform.carrying_out import Again
from portal.platform.view import View


class Waiting(Struct, frozen=True):
    """A stocktaking that waits, as this person may see it.

    Attributes:
        key: Its key.
        product: What was counted.
        counts: What both people counted, where their counts differ; else the own one, or nothing.
        own: Whether this person made the only count.
    """

    key: int
    product: str
    counts: Sequence[StockCount]
    own: bool


class SecondCountView(View, frozen=True):
    """What ``admin/requests/stock_count.html`` shows: nothing of the first count."""

    key: int
    product: str


class StockView(View, frozen=True):
    """What ``admin/requests/stock.html`` shows."""

    lines: Sequence[StockLine]
    product: str
    known: Sequence[str]
    ranges: Sequence[tuple[StockRange, int]]
    movements: Sequence[StockMovement]
    counts: Sequence[Waiting]
    me: int
    name: Callable[[str], str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show every product's stock, the ledger of one, and what waits for a second person."""
    program, session = page.site.program, page.session
    known = [product.id for product in program.alternatives]
    asked = page.query.get("product", "") or page.form.get("product")
    product = asked if asked in known else (known[0] if known else "")
    me = page.who.staff.id if page.who.staff else 0
    return page.render(
        "admin/requests/stock.html",
        StockView(
            lines=queries.stock_lines(page.work),
            product=product,
            known=known,
            ranges=queries.ranges(session, product),
            movements=queries.movements(session, product),
            counts=_waiting(queries.waiting_counts(session), me),
            me=me,
            name=lambda product_id: product_name(program, product_id),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _waiting(rows: Sequence[StockCount], me: int) -> Sequence[Waiting]:
    """Return what waits by product; of a single count only its own person sees the numbers."""
    found = []
    for product in dict.fromkeys(row.product for row in rows):
        counts = [row for row in rows if row.product == product]
        own = len(counts) == 1 and counts[0].counted_by == me
        shown = counts if own or len(counts) > 1 else ()
        found.append(Waiting(counts[0].id, product, shown, own))
    return found


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
    """Record what the first person counted; another one counts again."""
    counted = _counted(page, page.form.get("product"))
    if counted is None:
        return show(page, 422)
    return carry_out_once(
        page,
        lambda: stocktaking.propose_count(page.work, counted),
        "/stock?" + urlencode({"product": counted.product_id, "said": "counted"}),
        Again(show, "counted"),
    )


def _counted(page: Page, product: str) -> stocktaking.Counted | None:
    """Read what somebody counted; None where a field is wrong."""
    form = page.form
    pieces = read_number(form.get("counted"))
    if pieces is None:
        form.error("counted", _s("数字で入力してください。"))
    missing, found = _ranges(page, "missing"), _ranges(page, "found")
    if pieces is None or not form.ok:
        return None
    return stocktaking.Counted(
        product,
        pieces,
        missing=missing,
        found=found,
        damaged=form.get("damaged") == "1",
        reason=form.get("reason"),
    )


def show_second(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form of the second count, without anything of the first one."""
    row = stocktaking.count_by_id(page.session, number_in_address(page, "count_id"))
    name = product_name(page.site.program, row.product)
    return page.render(
        "admin/requests/stock_count.html", SecondCountView(key=row.id, product=name), status_code
    )


def count_again(page: Page) -> Response[Any]:
    """Record what the second person counted, and say whether both counts are equal."""
    key = number_in_address(page, "count_id")
    counted = _counted(page, stocktaking.product_counted(page.session, key))
    if counted is None:
        return show_second(page, 422)
    ends: list[str] = []
    return carry_out_once(
        page,
        lambda: ends.append(stocktaking.count_again(page.work, key, counted)),
        lambda: page.redirect(
            "/stock?" + urlencode({"product": counted.product_id, "said": ends[0] if ends else ""})
        ),
        Again(_show_refused, "counted"),
    )


def _show_refused(page: Page, status_code: int) -> Response[Any]:
    """Show the second count again, or the stock where somebody else has ended it meanwhile."""
    try:
        return show_second(page, status_code)
    except NotFoundError:
        return show(page, status_code)


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
    """Agree with the other person's count where two differ, or drop what waits."""
    key, drop = number_in_address(page, "count_id"), page.form.get("answer") == "drop"
    settle_it = stocktaking.drop_count if drop else stocktaking.agree
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
        staff_route("GET", "/stock/counts/{count_id:int}", show_second, keep),
        staff_route(
            "POST", "/stock/counts/{count_id:int}/again", count_again, keep, shows=show_second
        ),
        staff_route("POST", "/stock/counts/{count_id:int}/settle", settle, keep, shows=show),
    ]
