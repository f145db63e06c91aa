"""The review desk: one queue of requests, the next one, claimed and decided on one screen, by keyboard alone."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin import request_words
from admin.access import allowed, first_post, number_in_address, staff_route
from admin.web.review_facts import facts_of
from portal.domain.casework import review_queue
from portal.domain.casework.bulk_review import ACCEPTING
from portal.domain.casework.review_kinds import rules_of
from portal.domain.clock import jst_date
from portal.domain.errors import ConflictError, DomainError, NotFoundError
from portal.domain.requests import services
from portal.domain.requests.kinds import KINDS
from portal.domain.requests.models import Request
from portal.domain.requests.states import REQUEST
from portal.domain.staff.permissions import Permission
from portal.domain.texts import _s
from portal.platform.page import Page

TEXT_MAX = 400
STAYS = ("choose",)
"""Decisions after which the same request goes on."""
OWN_FIELDS = frozenset({"form_token", "form_key", "lang", "version", "action", "reason", "text"})
"""What the desk itself reads of a decision; every other field belongs to the kind."""


def _staff_id(page: Page) -> int:
    return page.staff.id if page.staff is not None else 0


def _after(page: Page) -> int:
    typed = page.query.get("after", "0")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


def show_queue(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what waits, oldest first; htmx gets the list alone."""
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    filters = review_queue.Filters.read(page.query)
    today = jst_date(page.now)
    rows = review_queue.queue(
        page.session, filters, include_protected=may_know, staff_id=_staff_id(page), today=today,
        after=_after(page), limit=review_queue.PAGE + 1,
    )  # fmt: skip
    template = "admin/_reviews_list.html" if page.htmx else "admin/reviews.html"
    return page.render(
        template, status_code, rows=rows[: review_queue.PAGE], more=len(rows) > review_queue.PAGE, filters=filters,
        counts=review_queue.counts(page.session, include_protected=may_know, today=today), today=today,
        href=_href, said=page.query.get("said", ""), me=_staff_id(page), kinds=KINDS,
        states=tuple(sorted(REQUEST.states)), channels=review_queue.CHANNELS, waited=_waited,
        warning=_warning, now=page.now, cap=review_queue.CAP,
        kind_words={kind: request_words.request_kind(kind) for kind in KINDS},
        channel_words={code: request_words.channel(code) for code in (*review_queue.CHANNELS, "command")},
    )  # fmt: skip


def _href(filters: review_queue.Filters, changes: Mapping[str, Any] | None = None, **more: Any) -> str:
    pairs = filters.pairs()
    for name, value in {**(changes or {}), **more}.items():
        if value:
            pairs[name] = str(value)
        else:
            pairs.pop(name, None)
    return "/reviews" + (f"?{urlencode(pairs)}" if pairs else "")


def _waited(page: Page, row: review_queue.QueueRow) -> int:
    return (jst_date(page.now) - jst_date(row.received_at)).days


def _warning(kind: str, code: str) -> str:
    return rules_of(kind).warning_text(code)


def found_request(page: Page) -> Request:
    """Return the request of the address, if this person may know of it.

    Raises:
        NotFoundError: there is none, or its household is not theirs to know.
    """
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    row = review_queue.one(page.session, number_in_address(page, "request_id"), include_protected=may_know)
    if row is None:
        raise NotFoundError(_s("この申請は見つかりませんでした。"))
    return row


def take_next(page: Page) -> Response[Any]:
    """Claim the oldest request that nobody else has, and open it."""
    kind = page.form.get("kind")
    after = page.form.get("after")
    return _open_next(page, kind, int(after) if after.isascii() and after.isdigit() else 0, "")


def _open_next(page: Page, kind: str, after: int, said: str) -> Response[Any]:
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    found = review_queue.next_for(
        page.session, _staff_id(page), page.now, include_protected=may_know,
        kind=kind if kind in KINDS else "", after=after,
    )  # fmt: skip
    if found is None:
        return page.redirect("/reviews?" + urlencode({"said": said or "none"}))
    services.claim(page.session, found, page.actor, page.now)
    return page.redirect(f"/reviews/{found}" + (f"?said={said}" if said else ""))


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one request; what is personal only to the one who claimed it."""
    row = found_request(page)
    mine = (
        row.claimed_by == _staff_id(page) and row.claimed_until is not None and row.claimed_until > page.now
    )
    rules = rules_of(row.kind)
    return page.render(
        "admin/review.html", status_code, request=row, mine=mine, warning=_warning, said=page.query.get("said", ""),
        decisions=rules.DECISIONS, reasons={code: text() for code, text in rules.REASONS.items()},
        facts=facts_of(page, row) if mine else None, now=page.now,
        taken=row.claimed_by is not None and not mine and row.claimed_until is not None and row.claimed_until > page.now,
        own_entry=row.entered_by is not None and row.entered_by == _staff_id(page),
    )  # fmt: skip


def claim(page: Page) -> Response[Any]:
    """Start to review a request."""
    row = found_request(page)
    services.claim(page.session, row.id, page.actor, page.now)
    return page.redirect(f"/reviews/{row.id}")


def release(page: Page) -> Response[Any]:
    """Leave a request to others."""
    row = found_request(page)
    services.release(page.session, row.id, page.actor, page.now)
    return page.redirect("/reviews")


def decide(page: Page) -> Response[Any]:
    """Decide, and go on to the next request of the same kind."""
    row = found_request(page)
    rules = rules_of(row.kind)
    action, reason, text = (page.form.get(name).strip() for name in ("action", "reason", "text"))
    if action not in rules.DECISIONS:
        page.form.error("action", _s("どうするかを選んでください。"))
    if action in {"return", "refuse", "mark_unclear"} and reason not in rules.REASONS:
        page.form.error("reason", _s("住民に伝える理由を選んでください。"))
    if len(text) > TEXT_MAX:
        page.form.error("text", _s("伝える文は400文字までで書いてください。"))
    version = page.form.get("version")
    if not page.form.ok or not (version.isascii() and version.isdigit()):
        return show(page, 422)
    if not first_post(page):
        return _open_next(page, row.kind, row.id, "")
    extra = {name: value for name, value in page.form.values.items() if name not in OWN_FIELDS}
    try:
        with page.session.begin_nested():
            decided = rules.decide(
                page.session, page.site.vault, page.site.program, row.id, int(version), action, page.actor, page.now,
                reason=reason, text=text, **extra,
            )  # fmt: skip
    except ConflictError as error:
        page.form.error("action", error.message)
        return show(page, 409)
    except DomainError as error:
        page.form.error("action", error.message)
        return show(page, 422)
    if action in STAYS:
        return page.redirect(f"/reviews/{row.id}?said={action}")
    said = "proposed" if decided.state == "waiting" and action in ACCEPTING else action
    return _open_next(page, row.kind, row.id, said)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, act = Permission.SEE_REQUESTS, Permission.DECIDE_REQUESTS
    base = "/reviews/{request_id:int}"
    return [
        staff_route("GET", "/reviews", show_queue, see),
        staff_route("POST", "/reviews/next", take_next, act),
        staff_route("GET", base, show, see),
        staff_route("POST", base + "/claim", claim, act),
        staff_route("POST", base + "/release", release, act),
        staff_route("POST", base + "/decide", decide, act, shows=show),
    ]
