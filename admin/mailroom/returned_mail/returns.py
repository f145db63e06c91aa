"""Page of the returned-mail desk: scan the items of a pile, and read each one's next step.

The scanner needs no key but Enter.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.returned_mail import return_words
from admin.page import Page
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.letters.shipments.mail import RETURN_REASONS, STORAGE_ENDED
from portal.domain.mailroom.returned_mail import next_step, receiving, storage
from portal.domain.mailroom.returned_mail.storage import StoredItem
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

PILE = "returns_pile"


class ReturnsView(View, frozen=True):
    """What ``admin/mailroom/returned_mail/returns.html`` shows."""

    pile: Mapping[str, str]
    reasons: tuple[str, ...]
    reason_name: Callable[..., str]
    rows: Sequence[StoredItem]
    count: int
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the pile, the field for the scanner, and the items received today."""
    protected = allowed(page, Permission.KNOW_PROTECTED)
    count, rows = storage.of_day(page.session, jst_date(page.now), include_protected=protected)
    return page.render(
        "admin/mailroom/returned_mail/returns.html",
        ReturnsView(
            pile=_typed(page)
            if page.method == "POST" and "reason" in page.form.values
            else _kept(page),
            reasons=RETURN_REASONS,
            reason_name=return_words.return_reason,
            rows=rows,
            count=count,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def receive(page: Page) -> Response[Any]:
    """Receive one item; the pile is kept for the next scan."""
    typed = _typed(page)
    pile = _pile(page, typed)
    number = page.form.get("number").strip()
    if not number:
        page.form.error("number", _s("番号を読み取るか、入力してください。"))
    if pile is None or not page.form.ok:
        return show(page, 422)
    _keep(page, typed)
    return carry_out_once(
        page,
        lambda: receiving.receive(page.work, number, pile),
        "/returns?said=received",
        Again(show, "number"),
    )


def correct(page: Page) -> Response[Any]:
    """Correct a wrong reason."""
    number = number_in_address(page, "item_id")
    return carry_out_once(
        page,
        lambda: next_step.correct_reason(
            page.work,
            number,
            page.form.get(f"reason-{number}"),
            include_protected=allowed(page, Permission.KNOW_PROTECTED),
        ),
        "/returns?said=corrected",
        Again(show, f"reason-{number}"),
    )


def _typed(page: Page) -> dict[str, str]:
    return {
        name: page.form.get(name).strip() for name in ("reason", "box", "received_on", "keep_until")
    }


def _kept(page: Page) -> dict[str, str]:
    kept = page.who.auth.data.get(PILE) if page.who.auth is not None else None
    today = jst_date(page.now)
    if kept and kept.get("day") == today.isoformat():
        return {name: str(value) for name, value in kept.items()}
    keep_until = receiving.default_keep_until(page.site.program, today)
    return {
        "reason": STORAGE_ENDED,
        "box": "",
        "received_on": today.isoformat(),
        "keep_until": keep_until.isoformat(),
    }


def _keep(page: Page, typed: dict[str, str]) -> None:
    if page.who.auth is not None:
        page.who.auth.data = page.who.auth.data | {
            PILE: typed | {"day": jst_date(page.now).isoformat()}
        }


def _pile(page: Page, typed: dict[str, str]) -> receiving.Pile | None:
    days: dict[str, date] = {}
    for name in ("received_on", "keep_until"):
        found = whole_date(typed[name])
        if isinstance(found, date) and not isinstance(found, datetime):
            days[name] = found
        else:
            page.form.error(name, _s("日付は 2023-05-15 の形で入力してください。"))
    if len(days) < 2:
        return None
    pile = receiving.Pile(typed["reason"], typed["box"], days["received_on"], days["keep_until"])
    for name, sentence in receiving.check_pile(pile, page.now).items():
        page.form.error(name, sentence)
    return pile


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act = Permission.HANDLE_RETURNS
    return [
        staff_route("GET", "/returns", show, act),
        staff_route("POST", "/returns/receive", receive, act, shows=show),
        staff_route("POST", "/returns/{item_id:int}/correct", correct, act, shows=show),
    ]
