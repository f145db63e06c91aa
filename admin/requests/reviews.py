"""The screen of the review desk: one request is claimed and decided, by keyboard alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.roster.releases import FILES, stored_order
from admin.page import Page
from admin.requests.review_facts import Facts, facts_of
from admin.requests.review_queue import key_in
from portal.domain.desk.casework.list_page import ListPage
from portal.domain.desk.casework.reviews import changes as review_changes
from portal.domain.desk.casework.reviews import offers as review_offers
from portal.domain.desk.casework.reviews import queue as review_queue
from portal.domain.desk.casework.reviews.changes import Changes
from portal.domain.desk.casework.reviews.next_in_queue import next_for
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, DomainError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests import reopening
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.reopening import ReopenReason
from portal.domain.requests.requests import services
from portal.domain.requests.requests.deciding import decide as carry_out
from portal.domain.requests.requests.decisions import ACCEPTING, Decided, Decision
from portal.domain.requests.requests.evidence import lacks_evidence
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState
from portal.platform.carrying_out import Again
from portal.platform.view import View

TEXT_MAX = 400
TRIES = 5
STAYS = (Decision.CHOOSE, Decision.CLARIFY, Decision.COUNTERSIGNED)
"""Decisions after which the same reviewer goes on with the same request."""
OWN_FIELDS = frozenset(
    {"form_token", "form_key", "lang", "version", "shown", "queue", "action", "reason", "text"}
)
"""What the desk itself reads of a decision; every other field belongs to the kind."""


def _staff_id(page: Page) -> int:
    return page.who.staff.id if page.who.staff is not None else 0


def _queue_of(page: Page) -> str:
    """Return the kind whose queue this person works through; empty for all kinds."""
    kind = page.form.get("queue") or page.query.get("queue", "")
    return kind if RequestKind.known(kind) else ""


def _warning(kind: str, code: str) -> str:
    return kind_of(kind).warning_text(code)


def found_request(page: Page) -> Request:
    """Return the request of the address, if this person may know of it.

    Raises:
        NotFoundError: there is none, or its household is not theirs to know.
    """
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    row = review_queue.one(
        page.session, number_in_address(page, "request_id"), include_protected=may_know
    )
    if row is None:
        raise NotFoundError(_s("この申請は見つかりませんでした。"))
    return row


def take_next(page: Page) -> Response[Any]:
    """Claim the oldest request that nobody else has, and open it.

    The one that was skipped is left to others.
    """
    skipped = key_in(page.form.get("after"))
    if skipped and review_queue.one(
        page.session, skipped, include_protected=allowed(page, Permission.KNOW_PROTECTED)
    ):
        services.release(page.work, skipped)
    return _open_next(page, skipped, "")


def _open_next(page: Page, after: int, said: str) -> Response[Any]:
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    queue = _queue_of(page)
    kept = {"queue": queue, "said": said}
    for _try in range(TRIES):
        found = next_for(page.work, ListPage(queue, after), include_protected=may_know)
        if found is None:
            break
        try:
            services.claim(page.work, found)
        except ConflictError:
            continue  # another reviewer has claimed it meanwhile
        return page.redirect(_address(f"/reviews/{found}", kept))
    return page.redirect(_address("/reviews", {"kind": queue, "said": said or "none"}))


def _address(path: str, pairs: Mapping[str, str]) -> str:
    kept = {name: value for name, value in pairs.items() if value}
    return path + (f"?{urlencode(kept)}" if kept else "")


class ReviewView(View, frozen=True):
    """What ``admin/requests/review/request.html`` shows."""

    request: Request
    mine: bool
    warning: Callable[[str, str], str]
    said: str
    decisions: tuple[Decision, ...]
    reasons: Mapping[str, str]
    facts: Facts | None
    now: datetime
    taken: bool
    own_entry: bool
    queue: str
    changes: Changes | None
    shown: str
    today: date
    waited: int
    unread: bool
    accepts: bool
    reopen_reasons: tuple[ReopenReason, ...]
    not_reopened: str


def show(page: Page, status_code: int = 200, changes: Changes | None = None) -> Response[Any]:
    """Show one request; personal data only to the reviewer who claimed it."""
    row = found_request(page)
    claimed = row.claimed_until is not None and row.claimed_until > page.now
    mine = claimed and row.claimed_by == _staff_id(page)
    kind = kind_of(row.kind)
    decisions = review_offers.offered(page.work, row)
    return page.render(
        "admin/requests/review/request.html",
        ReviewView(
            request=row,
            mine=mine,
            warning=_warning,
            said=page.query.get("said", ""),
            decisions=decisions if allowed(page, Permission.DECIDE_REQUESTS) else (),
            reasons={reason.value: reason.label for reason in kind.reasons}
            if review_offers.needs_reason(decisions)
            else {},
            facts=facts_of(page, row) if mine else None,
            now=page.now,
            taken=claimed and not mine,
            own_entry=row.entered_by is not None and row.entered_by == _staff_id(page),
            queue=_queue_of(page),
            changes=changes,
            shown=review_changes.shown_now(page.session, row).written() if mine else "",
            today=jst_date(page.now),
            waited=(jst_date(page.now) - jst_date(row.received_at)).days,
            unread=lacks_evidence(page.session, row),
            accepts=any(code in ACCEPTING for code in decisions),
            reopen_reasons=tuple(ReopenReason),
            not_reopened=_why_not_reopened(page, row),
        ),
        status_code,
    )


def _why_not_reopened(page: Page, row: Request) -> str:
    if row.state != RequestState.CLOSED:
        return ""
    found = reopening.obstacle(page.session, row)
    return found.message if found is not None else ""


def reopen(page: Page) -> Response[Any]:
    """Take a decision back before anybody read it."""
    row = found_request(page)
    return carry_out_once(
        page,
        lambda: reopening.reopen(page.work, row.id, page.form.get("why")),
        _address(f"/reviews/{row.id}", {"queue": _queue_of(page), "said": "reopened"}),
        Again(show, "why"),
    )


def claim(page: Page) -> Response[Any]:
    """Start to review a request."""
    row = found_request(page)
    services.claim(page.work, row.id)
    return page.redirect(_address(f"/reviews/{row.id}", {"queue": _queue_of(page)}))


def release(page: Page) -> Response[Any]:
    """Release a request to other reviewers."""
    row = found_request(page)
    services.release(page.work, row.id)
    return page.redirect(_address("/reviews", {"kind": _queue_of(page)}))


def decide(page: Page) -> Response[Any]:
    """Decide, and go on to the next request of the queue."""
    row = found_request(page)
    version = _checked(page, row)
    if version is None:
        return show(page, 422)
    action = page.form.get("action")
    try:
        with page.session.begin_nested():
            # claimed together with the decision: after a refusal the same form may be sent again
            decided = _carried_out(page, row, version) if first_post(page) else row
    except ConflictError as error:
        page.form.error("action", error.message)
        before = review_changes.Shown.read(page.form.get("shown"))
        if error.code != "changed" or before is None:
            return show(page, 409)
        return show(page, 409, review_changes.changes_since(page.session, row, before))
    except DomainError as error:
        page.form.error("action", error.message)
        return show(page, 422)
    if action in STAYS:
        services.claim(page.work, row.id)
        return page.redirect(
            _address(f"/reviews/{row.id}", {"queue": _queue_of(page), "said": action})
        )
    proposed = decided.state == RequestState.WAITING and action in ACCEPTING
    return _open_next(page, 0, "proposed" if proposed else action)


def _checked(page: Page, row: Request) -> int | None:
    """Return the version that the form refers to; None, with errors, where a field is missing."""
    kind, decided = kind_of(row.kind), _decided(page)
    if decided.action not in kind.decisions:
        page.form.error("action", _s("どうするかを選んでください。"))
    if kind.needs_reason(decided):
        page.form.error("reason", _s("住民に伝える理由を選んでください。"))
    if len(decided.text) > TEXT_MAX:
        page.form.error("text", _s("伝える文は400文字までで書いてください。"))
    version = page.form.get("version")
    return key_in(version) if page.form.ok and version else None


def _carried_out(page: Page, row: Request, version: int) -> Request:
    decided = _decided(page)
    if row.kind == RequestKind.REDELIVERY:
        order = decided.more.get("extra_instruction", "")
        scan = {"extra_scan": str(stored_order(page, order, row.household_id) or "")}
        decided = replace(decided, more={**decided.more, **scan})
    return carry_out(page.work, kind_of(row.kind), row.id, version, decided)


def _decided(page: Page) -> Decided:
    return Decided(
        page.form.get("action").strip(),
        page.form.get("reason").strip(),
        page.form.get("text").strip(),
        {name: value for name, value in page.form.values.items() if name not in OWN_FIELDS},
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, act = Permission.SEE_REQUESTS, Permission.DECIDE_REQUESTS
    base = "/reviews/{request_id:int}"
    return [
        staff_route("POST", "/reviews/next", take_next, act),
        staff_route("GET", base, show, see),
        staff_route("POST", base + "/claim", claim, act),
        staff_route("POST", base + "/release", release, act),
        staff_route("POST", base + "/reopen", reopen, act, shows=show),
        staff_route("POST", base + "/decide", decide, act, shows=show, uploads=FILES),
    ]
