"""One household: opened with a reason, masked, with its timeline; unmasking is logged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.desk.asking import ask
from admin.desk.contacts_of import ContactsView, contacts_of, wants_earlier, write_note
from admin.desk.gate import closed, kept_until, opened_until, remember
from admin.desk.reasons import chosen, open_household
from admin.interrupted import carried, go_on
from admin.marks import Mark, marks
from admin.page import Page
from admin.people import notice_words
from portal.domain.contacts.escalations.services import RaisedIn
from portal.domain.desk.casework import access, masking
from portal.domain.desk.casework.access import Part
from portal.domain.desk.casework.contact_history import known_of
from portal.domain.desk.casework.overview import Overview, overview
from portal.domain.desk.casework.shut_doors import ShutDoor, shut_doors
from portal.domain.desk.casework.timeline import (
    LIMIT,
    RECENT,
    TimelineEntry,
    TimelineFacts,
    timeline,
)
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import unseal
from portal.domain.letters.announcements.queries import LogEntry, delivery_log
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import BEYOND_POSTING, ShipmentState
from portal.domain.people.coupons.queries import (
    HouseholdCoupon,
    coupons_and_assignments,
    coupons_of_household,
)
from portal.domain.people.credentials.formats import print_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.claims import RECIPIENT_CHANGE
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.moved import MovedView, moved_children
from portal.domain.people.households.queries import HouseholdView, open_holds, view_of
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.queries import tasks_of
from portal.domain.people.tasks.states import TaskState
from portal.platform.failures import failure_page
from portal.platform.http.answer import Reply
from portal.platform.routes import Transaction
from portal.platform.view import View

SHOWN = "shown"
credential_mark = marks(
    {
        CredentialState.ACTIVE: Mark.GOOD,
        CredentialState.LOCKED: Mark.STOP,
        CredentialState.SUSPENDED: Mark.STOP,
        CredentialState.CLOSED: Mark.STOP,
    },
    Mark.WAIT,
)


def _row(page: Page) -> Household | access.Missing:
    """Return the household of the address, if it is there for this person."""
    return access.visible(
        page.session,
        number_in_address(page, "household_id"),
        include_protected=allowed(page, Permission.KNOW_PROTECTED),
    )


def _missing(page: Page, asked: access.Missing) -> Response[Any]:
    """Answer that there is no such household, noted and counted, protected or not."""
    if page.method == "POST":
        return failure_page(page, access.note_missing(page.work, asked))
    with page.site.database.write() as session:  # the page's own transaction only reads
        work = page.site.work(session, page.actor, page.now)
        error = access.note_missing(work, asked)
    return failure_page(page, error)


def shown_now(page: Page, household_id: int, part: access.Part) -> bool:
    """Return whether this person has unmasked a part."""
    return kept_until(page, SHOWN, f"{household_id}:{part.value}") is not None


def show_reason(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for a reason before anything of the household is shown."""
    household = _row(page)
    if isinstance(household, access.Missing):
        return _missing(page, household)
    action = f"/households/{household.id}/reason/submit"
    return ask(page, action, kept=carried(page), status_code=status_code)


def submit_reason(page: Page) -> Reply:
    """Log the reason and open the household for a quarter of an hour."""
    household = _row(page)
    if isinstance(household, access.Missing):
        return _missing(page, household)
    if not open_household(page, household):
        return show_reason(page, 422)
    return go_on(page, f"/households/{household.id}")


def _asked(page: Page, kind: type[StrEnum], name: str) -> str:
    found = chosen(kind, page.query.get(name, ""))
    return found.value if found is not None else ""


def refused(page: Page) -> Response[Any] | None:
    """Return the page for somebody who may not know the household or gave no reason, else None."""
    household = _row(page)
    if isinstance(household, access.Missing):
        return _missing(page, household)
    return closed(page, household.id)


class ChildRow(Struct, frozen=True):
    """A child on a household's page; the names of states are empty while it is ``checking``.

    ``checking``: whether its entitlement goes to another recipient is being checked.
    """

    ordinal: int
    name: str
    birth: str = ""
    entitlement: str = ""
    coupon: str = ""
    amount_yen: int = 0
    checking: bool = False


class States(Struct, frozen=True):
    """The states with which the templates of a household compare."""

    household: type[HouseholdState] = HouseholdState
    letter: type[LetterState] = LetterState
    mail: type[ShipmentState] = ShipmentState
    task: type[TaskState] = TaskState


class HouseholdPageView(View, frozen=True):
    """What ``admin/desk/household.html`` shows."""

    household: HouseholdView
    view: Mapping[str, str]
    children: Sequence[ChildRow]
    shown: Mapping[Part, datetime | None]
    credential: Credential | None
    credential_mark: str
    shut_doors: Sequence[ShutDoor]
    letters: Sequence[Letter]
    mails: Mapping[int, Shipment]
    ended: tuple[str, ...]
    holds: Sequence[Hold]
    tasks: Sequence[Task]
    timeline: Sequence[TimelineEntry]
    timeline_more: bool
    notices: Sequence[LogEntry]
    notice_words: ModuleType
    known_contacts: ContactsView
    until: str
    said: str
    just_shown: str
    last_reason: str
    shown_until: str
    parts: type[Part] = Part
    reasons: type[access.Reason] = access.Reason
    states: States = States()


def _overview(page: Page) -> Overview | Response[Any]:
    """Return the overview of the household of the address, or the page that says why not."""
    key = number_in_address(page, "household_id")
    found = overview(page.session, key)
    if found is None:
        return _missing(page, access.Missing(key, protected=False))
    if found.household.protected and not allowed(page, Permission.KNOW_PROTECTED):
        return _missing(page, access.Missing(key, protected=True))
    return closed(page, found.household.id) or found


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the household to somebody who gave a reason."""
    found = _overview(page)
    return found if isinstance(found, Response) else _drawn(page, found, status_code)


def _drawn(page: Page, found: Overview, status_code: int) -> Response[Any]:
    household, credential = found.household, found.credential
    view = view_of(page.work, household)
    known = known_of(page.session, household.id, found.contacts)
    shown = _parts_shown(page, household.id)
    children, assigned = _children(page, view, found, shown=shown[Part.CHILDREN] is not None)
    entries, more = _timeline(
        page, TimelineFacts(household, known.letters, assigned, found.changes)
    )
    return page.render(
        "admin/desk/household.html",
        HouseholdPageView(
            household=view,
            view=_fields(page, view, credential, shown),
            children=children,
            shown=shown,
            credential=credential,
            credential_mark=credential_mark(credential.state) if credential else "",
            shut_doors=shut_doors(page.work, household, credential),
            letters=known.letters,
            mails=known.mails,
            ended=BEYOND_POSTING,
            holds=open_holds(page.session, household.id) if found.holds else [],
            tasks=tasks_of(page.session, household.id) if found.tasks else [],
            timeline=entries,
            timeline_more=more,
            notices=delivery_log(page.session, household.id) if found.notices else [],
            notice_words=notice_words,
            known_contacts=contacts_of(
                page, household.id, shown=shown[Part.NOTES] is not None, known=known
            ),
            until=_latest([opened_until(page, household.id) or page.now]),
            said=page.query.get("said", ""),
            just_shown=_asked(page, access.Part, "part") if page.method == "GET" else "",
            last_reason=_asked(page, access.Reason, "reason"),
            shown_until=_latest(shown.values()),
        ),
        status_code,
    )


def _parts_shown(page: Page, household_id: int) -> dict[Part, datetime | None]:
    """Return until when each part of a household is unmasked for this person; None if masked."""
    return {part: kept_until(page, SHOWN, f"{household_id}:{part.value}") for part in Part}


def _latest(instants: Iterable[datetime | None]) -> str:
    """Return the latest of instants as Japanese local time; "" if there is none."""
    return max((f"{one.astimezone(JST):%H:%M}" for one in instants if one), default="")


def _timeline(page: Page, facts: TimelineFacts) -> tuple[Sequence[TimelineEntry], bool]:
    """Return the entries of the page, and whether earlier ones can be asked for."""
    earlier = wants_earlier(page)
    most = LIMIT if earlier else RECENT
    of_ward = allowed(page, Permission.KNOW_PROTECTED)
    entries = timeline(page.session, replace(facts, limit=most + 1), of_ward=of_ward)
    return entries[:most], len(entries) > most and not earlier


def _fields(
    page: Page,
    view: HouseholdView,
    credential: Credential | None,
    shown: dict[access.Part, datetime | None],
) -> dict[str, str]:
    fields = view.fields
    open_name = shown[access.Part.NAME] is not None
    values = {
        "name": fields.name if open_name else masking.mask_name(fields.name),
        "kana": fields.kana if open_name else masking.mask_name(fields.kana),
        "postal": masking.mask_postal_code(fields.postal_code),
        "address": masking.mask_address(fields.town),
        "birth": masking.mask_birth(fields.birth),
        "login_id": "",
    }
    if shown[access.Part.ADDRESS]:
        values["postal"] = f"{fields.postal_code[:3]}-{fields.postal_code[3:]}"
        values["address"] = f"{fields.town}{fields.street}\u3000{fields.building}".strip()
    if shown[access.Part.BIRTH] and fields.birth:
        values["birth"] = fields.birth.isoformat()
    if credential is not None:
        login_id = unseal(
            page.site.vault.kek, credential.login_sealed, credential.login_digest
        ).decode()
        open_id = shown[access.Part.LOGIN_ID] is not None
        values["login_id"] = print_login_id(login_id) if open_id else masking.mask_number(login_id)
    return values


def child_rows(page: Page, view: HouseholdView, *, shown: bool) -> list[ChildRow]:
    """Return the children with entitlement and coupon for a page, masked unless ``shown``."""
    coupons = coupons_of_household(page.session, view.id)
    return _child_rows(view, coupons, moved_children(page.work, view.id), shown=shown)


def _children(
    page: Page, view: HouseholdView, found: Overview, *, shown: bool
) -> tuple[list[ChildRow], Sequence[datetime]]:
    """Return the children as ``child_rows`` does, and when their coupons were assigned (UTC)."""
    coupons, assigned = coupons_and_assignments(page.session, view.id)
    moved = moved_children(page.work, view.id) if found.moved else []
    return _child_rows(view, coupons, moved, shown=shown), assigned


def _child_rows(
    view: HouseholdView,
    entries: Iterable[HouseholdCoupon],
    moved: Iterable[MovedView],
    *,
    shown: bool,
) -> list[ChildRow]:
    coupons = {entry.ordinal: entry for entry in entries}
    rows = []
    for child in view.children:
        entry = coupons.get(child.ordinal)
        birth = child.fields.birth.isoformat() if child.fields.birth else ""
        checking = entry is not None and entry.claimed_by == RECIPIENT_CHANGE
        rows.append(
            ChildRow(
                child.ordinal,
                child.fields.name if shown else masking.mask_name(child.fields.name),
                birth if shown else masking.mask_birth(child.fields.birth),
                entitlement=entry.entitlement_state if entry and not checking else "",
                coupon=entry.coupon.state if entry and entry.coupon and not checking else "",
                amount_yen=entry.amount_yen if entry else 0,
                checking=checking,
            )
        )
    # Whoever answers the old householder's calls reads what the householder reads: "under
    # confirmation".
    rows += [
        ChildRow(
            one.ordinal,
            one.name if shown else masking.mask_name(one.name),
            amount_yen=one.amount_yen,
            checking=True,
        )
        for one in moved
    ]
    return sorted(rows, key=lambda row: row.ordinal)


def unmask(page: Page) -> Response[Any]:
    """Show a masked part for five minutes, with a reason, logged and counted."""
    household = _row(page)
    if isinstance(household, access.Missing):
        return _missing(page, household)
    if (answer := closed(page, household.id)) is not None:
        return answer
    part = chosen(access.Part, page.form.get("part"))
    reason = chosen(access.Reason, page.form.get("reason"))
    if part is None:
        raise InputError(_s("表示する項目を選んでください。"))
    if reason is None:
        page.form.error("reason", _s("表示する理由を選んでください。"))
        return show(page, 422)
    if first_post(page):
        until = access.unmask(page.work, household, part, reason)
        remember(page, SHOWN, f"{household.id}:{part.value}", until)
    kept = urlencode({"said": "shown", "part": part.value, "reason": reason.value})
    return page.redirect(f"/households/{household.id}?{kept}")


def note(page: Page) -> Reply:
    """Write a note about the household."""
    if (answer := refused(page)) is not None:
        return answer
    key = number_in_address(page, "household_id")
    return write_note(page, RaisedIn(None, key), f"/households/{key}?said=noted", show)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission = Permission.OPEN_HOUSEHOLD
    base = "/households/{household_id:int}"
    return [
        staff_route("GET", base, show, permission, transaction=Transaction.LOOK),
        staff_route("GET", base + "/reason", show_reason, permission),
        staff_route("POST", base + "/reason/submit", submit_reason, permission, shows=show_reason),
        staff_route("POST", base + "/unmask", unmask, permission, shows=show),
        staff_route("POST", base + "/notes", note, permission, shows=show),
    ]
