"""Pages of the post's events: files, refused lines, unknown words and numbers, events to check."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.labels import labels
from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.mailroom.tracking.dismissed import (
    NumberReason,
    UnknownNumber,
    dismissed_numbers,
    unknown_numbers,
)
from portal.domain.mailroom.tracking.dismissing import dismiss, take_back
from portal.domain.mailroom.tracking.explaining import (
    CHOICES,
    UnknownWord,
    explain,
    forget,
    unknown_words,
)
from portal.domain.mailroom.tracking.file import RefusedLine
from portal.domain.mailroom.tracking.ingest import counts, match_again
from portal.domain.mailroom.tracking.meanings import explained_words
from portal.domain.mailroom.tracking.models import (
    DismissedNumber,
    TrackingEvent,
    TrackingFile,
    TrackingWord,
)
from portal.domain.mailroom.tracking.queries import events_to_check, file_by_id, files
from portal.domain.mailroom.tracking.refused import refused_csv, refused_lines
from portal.domain.mailroom.tracking.words import Status
from portal.domain.oversight.daily.queries import last_begun
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

NUMBER_FIELD = re.compile(r"number-(\d{11,12})", re.ASCII)


class TrackingView(View, frozen=True):
    """What ``admin/mailroom/printing/tracking.html`` shows.

    ``begun`` is the task that takes the newest file in.
    """

    begun: BegunTask | None
    files: Sequence[TrackingFile]
    counts: Mapping[str, int]
    to_check: Sequence[TrackingEvent]
    unknown: Sequence[UnknownWord]
    explained: Sequence[TrackingWord]
    numbers: Sequence[UnknownNumber]
    dismissed: Sequence[DismissedNumber]
    reasons: tuple[NumberReason, ...]
    reason_text: Callable[[str], str]
    names: Mapping[int, str]
    meanings: tuple[Status, ...]
    status_text: Callable[[str], str]
    said: str


class RefusedLinesView(View, frozen=True):
    """What ``admin/mailroom/printing/tracking_file.html`` shows."""

    file: TrackingFile
    refused: Sequence[RefusedLine]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the files, and the events that officers must check."""
    explained, dismissed = explained_words(page.session), dismissed_numbers(page.session)
    return page.render(
        "admin/mailroom/printing/tracking.html",
        TrackingView(
            begun=last_begun(page.work, BegunKind.TRACKING_FILE),
            files=files(page.session),
            counts=counts(page.session),
            to_check=events_to_check(page.session),
            unknown=unknown_words(page.session),
            explained=explained,
            numbers=unknown_numbers(page.session),
            dismissed=dismissed,
            reasons=tuple(NumberReason),
            reason_text=labels(NumberReason),
            names=staff_names(
                page.session,
                {row.said_by for row in explained} | {row.said_by for row in dismissed},
            ),
            meanings=CHOICES,
            status_text=labels(Status),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def explain_word(page: Page) -> Response[Any]:
    """Say what an unknown word means."""
    word, meaning = page.form.get("word"), page.form.get("meaning")
    return carry_out_once(
        page,
        lambda: explain(page.work, word, meaning),
        "/tracking?said=explained",
        Again(show, "words", {"meaning": "words"}),
    )


def forget_word(page: Page) -> Response[Any]:
    """Take the explanation of a word back."""
    key = number_in_address(page, "word_id")
    return carry_out_once(
        page,
        lambda: forget(page.work, key),
        "/tracking?said=forgotten",
        Again(show, "explained"),
    )


def dismiss_numbers(page: Page) -> Response[Any]:
    """Put unknown numbers aside."""
    found = [NUMBER_FIELD.fullmatch(name) for name in page.form.values]
    numbers = {match[1] for match in found if match is not None}
    reason = page.form.get("reason")
    return carry_out_once(
        page,
        lambda: dismiss(page.work, numbers, reason),
        "/tracking?said=dismissed",
        Again(show, "numbers", {"numbers": "numbers", "reason": "reason"}),
    )


def list_number_again(page: Page) -> Response[Any]:
    """Have a number listed again."""
    key = number_in_address(page, "number_id")
    return carry_out_once(
        page,
        lambda: take_back(page.work, key),
        "/tracking?said=listed",
        Again(show, "dismissed"),
    )


def show_refused(page: Page) -> Response[Any]:
    """Show the lines of a file that were refused, with why."""
    file = file_by_id(page.session, number_in_address(page, "file_id"))
    return page.render(
        "admin/mailroom/printing/tracking_file.html",
        RefusedLinesView(file=file, refused=refused_lines(file)),
    )


def take_refused(page: Page) -> Response[Any]:
    """Send the refused lines as a list for the post office; nothing of what was written there."""
    file = file_by_id(page.session, number_in_address(page, "file_id"))
    record(page.work, "tracking.refused_taken", "tracking_file", file.id)
    return page.download(f"tracking-{file.id}-refused.csv", refused_csv(file))


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
        staff_route("POST", "/tracking/match", match, act),
        staff_route("POST", "/tracking/words", explain_word, act, shows=show),
        staff_route("POST", "/tracking/words/{word_id:int}/forget", forget_word, act, shows=show),
        staff_route("POST", "/tracking/numbers", dismiss_numbers, act, shows=show),
        staff_route(
            "POST", "/tracking/numbers/{number_id:int}/back", list_number_again, act, shows=show
        ),
        staff_route("GET", "/tracking/files/{file_id:int}", show_refused, act),
        staff_route("POST", "/tracking/files/{file_id:int}/refused", take_refused, act),
    ]
