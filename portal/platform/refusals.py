"""What was refused stands on record: a line of the log, and an event of staff who asked for it.

The line names the reason and the route, nobody and nothing that was typed; the event says who of
the staff it was (decision 0004: no act of staff without a record). Tries beyond a limit need no
such line: 429 in the line of their request is their reason.
"""

import logging
from enum import StrEnum

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import DomainError, NotAllowedError
from portal.platform.logs.lines import with_fields
from portal.platform.page import Page
from portal.platform.who import W

LOG = logging.getLogger("portal.refusals")


class Refusal(StrEnum):
    """Why a request was refused that no page of ours leads to."""

    FAULTY_FORM = "faulty_form"
    """A field twice, or one that no page of ours sends."""
    FORM_TOKEN = "form_token"  # noqa: S105  (the name of a reason)
    NOT_ALLOWED = "not_allowed"
    ORIGIN = "origin"
    """The browser names another site as the sender."""


class FormRefusedError(PermissionError):
    """A form that does not come from a page of ours."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def note_refusal(route: str, reason: Refusal) -> None:
    """Write the line; its request's number is on it."""
    LOG.warning("refused: %s", reason, extra=with_fields(route=route, refused=reason))


def note_error(route: str, error: Exception) -> None:
    """Write the line of an error that is such a refusal; others are none."""
    match error:
        case FormRefusedError():
            note_refusal(route, error.reason)
        case NotAllowedError():
            note_refusal(route, Refusal.NOT_ALLOWED)


def record_refusal(page: Page[W], actor: Actor, error: DomainError) -> None:
    """Record that somebody of the staff asked for what is not theirs.

    In a transaction of its own, since that of the request was rolled back.
    """
    if not page.site.records_looks or actor.id is None or not isinstance(error, NotAllowedError):
        return
    with page.site.database.write() as session:
        work = page.site.work(session, actor, page.site.clock.now(session))
        record(work, "page.refused", "page", route=page.request.route)
