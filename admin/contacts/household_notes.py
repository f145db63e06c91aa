"""Notes that wait at one's desk: finished here, or handed to another desk; never to a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from portal.domain.contacts.notes import queries, services
from portal.domain.contacts.notes.kinds import NoteDesk, NoteTopic, desk_of
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View


class NotesView(View, frozen=True):
    """What ``admin/contacts/notes.html`` shows; ``places`` is where a household is opened."""

    rows: Sequence[HouseholdNote]
    more: bool
    topics: Mapping[str, str]
    names: Mapping[int, str]
    desk: NoteDesk
    desks: Sequence[NoteDesk]
    place: str
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """List the notes that wait at this person's desk, oldest first."""
    desk = desk_of(page.actor)
    if desk is None:
        raise NotAllowedError(_s("あなたの役割では、この画面は使えません。"))
    typed = page.query.get("after", "0")
    after = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
    known = allowed(page, Permission.KNOW_PROTECTED)
    rows = queries.waiting_notes(page.session, desk, include_protected=known, after=after)
    return page.render(
        "admin/contacts/notes.html",
        NotesView(
            rows=rows[: queries.PAGE],
            more=len(rows) > queries.PAGE,
            topics={row.topic: label_of(NoteTopic, row.topic) for row in rows},
            names=staff_names(page.session, {row.written_by for row in rows}),
            desk=desk,
            desks=[one for one in NoteDesk if one is not desk],
            place="/households" if allowed(page, Permission.OPEN_HOUSEHOLD) else "/desk",
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def assign(page: Page) -> Response[Any]:
    """Hand a note to another desk."""
    key = number_in_address(page, "note_id")
    return carry_out_once(
        page,
        lambda: services.assign(page.work, key, page.form.get(f"desk-{key}")),
        "/notes?said=assigned",
        Again(show, f"desk-{key}", only=InputError),
    )


def finish(page: Page) -> Response[Any]:
    """Finish a note."""
    key = number_in_address(page, "note_id")
    return carry_out_once(
        page,
        lambda: services.finish(page.work, key),
        "/notes?said=finished",
        Again(show, "notes", only=InputError),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep, one = Permission.KEEP_NOTES, "/notes/{note_id:int}"
    return [
        staff_route("GET", "/notes", show, keep),
        staff_route("POST", one + "/assign", assign, keep, shows=show),
        staff_route("POST", one + "/finish", finish, keep, shows=show),
    ]
