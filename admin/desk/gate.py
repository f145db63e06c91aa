"""The gate before a household: open for work in hand, otherwise only with a reason.

Guards ask it for the records of the daily work, the household's own pages ask it themselves
(decision 0040). It never speaks of a household that the person may not know of: such a record
answers as its page does when nothing is there.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from admin.desk.asking import interrupt
from admin.page import Page
from portal.domain.desk.openings import services
from portal.domain.desk.openings.at_hand import AtHand, at_hand
from portal.domain.desk.openings.records import Reader, Record, household_of
from portal.domain.people.authn import sessions
from portal.domain.people.staff.permissions import Permission, may

OPENED, ORIGINS = "opened", "origins"
"""Keys of a session's data: until when a household is open, and the record that led to it."""
ORIGINS_KEPT = 20
ASKED_AT = "/opening/submit"
"""Where a reason for a record is sent."""
PLACES: Mapping[str, Record] = {
    "tasks": Record.TASK,
    "call-backs": Record.TASK,
    "holds": Record.HOLD,
    "escalations": Record.ESCALATION,
    "coupon-faults": Record.FAULT,
    "faxes": Record.FAX,
    "calls": Record.CALL,
    "scans": Record.SCAN,
}
"""The records of a household by the first part of their address."""
_ROUTE = re.compile(rf"/({'|'.join(PLACES)})/\{{(\w+):int\}}(?:/.*)?")
_PLACE = re.compile(rf"/({'|'.join(PLACES)})/(\d{{1,18}})")


def reader_of(page: Page) -> Reader:
    """Return who asks, as the rules about work in hand take it."""
    staff = page.who.staff
    leads = staff is not None and may(staff, Permission.SUPERVISE_CALLS)
    return Reader(staff.id if staff is not None else 0, page.now, leads)


def opened_until(page: Page, household_id: int) -> datetime | None:
    """Return until when (UTC) the person has a household open; None if it is closed."""
    return kept_until(page, OPENED, str(household_id))


def kept_until(page: Page, store: str, key: str) -> datetime | None:
    """Return an instant of the future that the session keeps, or None."""
    kept = page.who.auth.data.get(store, {}) if page.who.auth is not None else {}
    until = datetime.fromisoformat(kept[key]) if key in kept else None
    return until if until is not None and until > page.now else None


def remember(page: Page, store: str, key: str, until: datetime) -> None:
    """Keep an instant in the session, in a transaction that writes; what is over is dropped."""
    if page.who.auth is not None:
        page.who.auth.data = _with_instant(page, store, key, until)


def _with_instant(page: Page, store: str, key: str, until: datetime) -> dict[str, object]:
    data = page.who.auth.data if page.who.auth is not None else {}
    alive = {k: v for k, v in data.get(store, {}).items() if datetime.fromisoformat(v) > page.now}
    return data | {store: alive | {key: until.isoformat()}}


def closed(page: Page, household_id: int, *, origin: str = "") -> Response[Any] | None:
    """Return the question for a reason, or the way to it; None where the household is open.

    ``origin`` names the record from whose page the person comes; by default the address (``at``) or
    the session says it. The caller knows that the person may know of the household.
    """
    if opened_until(page, household_id) is not None:
        return None
    ground = _ground(page, household_id, origin)
    if ground is None:
        place = f"/households/{household_id}/reason"
        return interrupt(page, f"{place}/submit") if page.method == "POST" else page.redirect(place)
    _open_for_work(page, household_id, ground)
    return None


def _ground(page: Page, household_id: int, origin: str) -> AtHand | None:
    kept = page.who.auth.data.get(ORIGINS, {}) if page.who.auth is not None else {}
    came_from = origin or page.query.get("at", "") or str(kept.get(str(household_id), ""))
    return at_hand(page.work, household_id, reader_of(page), came_from)


def _open_for_work(page: Page, household_id: int, ground: AtHand) -> None:
    if page.method == "POST":
        until = services.open_for_work(page.work, household_id, ground)
        if page.who.auth is not None:
            page.who.auth.data = _opened_data(page, household_id, ground, until)
        return
    with page.site.database.write() as session:  # the page's own transaction only reads
        work = page.site.work(session, page.actor, page.now)
        until = services.open_for_work(work, household_id, ground)
        if page.who.auth is not None:
            data = _opened_data(page, household_id, ground, until)
            sessions.keep_data(session, page.who.auth, data)


def _opened_data(
    page: Page, household_id: int, ground: AtHand, until: datetime
) -> dict[str, object]:
    key = str(household_id)
    data = _with_instant(page, OPENED, key, until)
    kept = page.who.auth.data.get(ORIGINS, {}) if page.who.auth is not None else {}
    others = {k: v for k, v in kept.items() if k != key}
    latest = dict(list(others.items())[-ORIGINS_KEPT + 1 :])
    return data | {ORIGINS: latest | {key: ground.name}}


def record_of_route(path: str) -> tuple[Record, str] | None:
    """Return the kind of record that a route's address names, and the name of its key."""
    found = _ROUTE.fullmatch(path)
    return (PLACES[found[1]], found[2]) if found is not None else None


def record_at(place: str) -> tuple[Record, int] | None:
    """Return the record whose page an address is."""
    found = _PLACE.fullmatch(place)
    return (PLACES[found[1]], int(found[2])) if found is not None else None


def household_to_ask(page: Page, record: Record, key: int) -> int | None:
    """Return the household for which a reason is due before a record is shown; None if none is.

    None as well where there is no such record, or the person may not know of its household.
    """
    if key >= 2**63:
        return None
    reader = reader_of(page)
    found = household_of(page.session, record, key, reader)
    if found is None or found.at_work or (found.protected and not _knows_protected(page)):
        return None
    if opened_until(page, found.household_id) is not None:
        return None
    in_hand = at_hand(page.work, found.household_id, reader)
    return found.household_id if in_hand is None else None


def _knows_protected(page: Page) -> bool:
    return page.who.staff is not None and may(page.who.staff, Permission.KNOW_PROTECTED)


def closed_record(page: Page, record: Record, name: str) -> Response[Any] | None:
    """Return the question for a reason, or the way to it; None where a record may be shown."""
    if household_to_ask(page, record, int(page.params[name])) is None:
        return None
    place = "/".join(page.path.split("/")[:3])
    if page.method == "POST":
        return interrupt(page, ASKED_AT, place)
    return page.redirect("/opening?" + urlencode({"place": place}))
