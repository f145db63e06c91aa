"""Page of the post's events: ingested files, and the events that officers must check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, staff_route
from admin.labels import labels
from admin.page import Page
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import counts, ingest, match_again
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingFile
from portal.domain.mailroom.tracking.queries import events_to_check, files
from portal.domain.mailroom.tracking.words import Status
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View

FILES = {"file": UploadRule(20 * MEGABYTE)}


@dataclass(frozen=True, slots=True)
class TrackingView(View):
    """What ``admin/mailroom/printing/tracking.html`` shows."""

    files: Sequence[TrackingFile]
    counts: Mapping[str, int]
    to_check: Sequence[TrackingEvent]
    status_text: Callable[[str], str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the files, and the events that officers must check."""
    return page.render(
        "admin/mailroom/printing/tracking.html",
        TrackingView(
            files=files(page.session),
            counts=counts(page.session),
            to_check=events_to_check(page.session),
            status_text=labels(Status),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def take_file(page: Page) -> Response[Any]:
    """Ingest an uploaded file."""
    file = page.form.files.get("file")
    if file is None:
        if "file" not in page.form.errors:
            page.form.error("file", _s("郵便のファイルを選んでください。"))
        return show(page, 422)
    try:
        done = ingest(page.work, CsvFeed(file.data))
    except (InputError, ConflictError) as error:
        page.form.error("file", error.message)
        return show(page, 422)
    return page.redirect(f"/tracking?said={'repeated' if done.repeated else 'taken'}")


def match(page: Page) -> Response[Any]:
    """Match again the events whose number no shipment had."""
    if first_post(page):
        match_again(page.work)
    return page.redirect("/tracking?said=matched")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act = Permission.TRACK_MAIL
    return [
        staff_route("GET", "/tracking", show, act),
        staff_route("POST", "/tracking/file", take_file, act, shows=show, uploads=FILES),
        staff_route("POST", "/tracking/match", match, act),
    ]
