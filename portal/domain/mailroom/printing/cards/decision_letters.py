"""Compose decision letters for households without another channel.

A decision letter is a card with the outcome of a request, the reason, and the next step.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _, use_locale
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.letters.drawing.card import Decision
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.requests.kinds import OF_RESIDENTS, kind_name
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import reply_of
from portal.domain.requests.requests.words import next_words, state_words

EVENTS = ("decided", "returned_for_correction", "stopped")
OTHER = "other"
LONGEST_REPLY = 300
"""The most characters of a reviewer's text that are printed; a longer one is explained by phone.

A text that does not fit its page would stop the whole print.
"""


def versions(session: Session, rows: Collection[Announcement]) -> dict[int, int]:
    """Return the version of the request behind each announcement of a decision.

    Other announcements are left out.
    """
    return {key: request.version for key, request in _requests(session, rows).items()}


def decisions(
    work: Work, rows: Collection[Announcement], locales: Sequence[str]
) -> dict[int, dict[str, Decision]]:
    """Return the announced decisions by announcement and language, as the requests are now."""
    found: dict[int, dict[str, Decision]] = {}
    for key, request in _requests(work.session, rows).items():
        found[key] = {}
        for locale in locales:
            with use_locale(locale):
                found[key][locale] = _decision(work, request, locale)
    return found


def _decision(work: Work, request: Request, locale: str) -> Decision:
    kind = kind_of(request.kind)
    why: list[str] = []
    reason = kind.reasons.known(request.reply)
    if reason is not None and reason != OTHER:
        why.append(reason.label)
    if locale == SOURCE_LOCALE and (reply := reply_of(work.vault, request)):
        why.append(
            reply
            if len(reply) <= LONGEST_REPLY
            else _("担当者からの説明は、お電話でお伝えします。")
        )
    return Decision(
        kind_name(request.kind),
        state_words(request),
        tuple(why),
        next_words(kind.steps_of(work.session, request)),
    )


def _requests(session: Session, rows: Collection[Announcement]) -> dict[int, Request]:
    wanted = {
        row.receipt_no: row for row in rows if row.event in EVENTS and row.receipt_no is not None
    }
    requests = session.scalars(
        select(Request).where(Request.receipt_no.in_(wanted), Request.kind.in_(OF_RESIDENTS))
    ).all()
    by_receipt = {request.receipt_no: request for request in requests}
    return {
        row.id: request
        for row in rows
        if row.event in EVENTS
        and (request := by_receipt.get(row.receipt_no or "")) is not None
        and request.household_id == row.household_id
    }
