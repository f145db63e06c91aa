"""Answers where the database was lost: what became of the form, and the form itself, kept."""

import logging
from collections.abc import Mapping

from litestar import Response
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.audit.services import claimed_key, earlier_result
from portal.domain.foundation.texts import _
from portal.platform.http.answer import Reply
from portal.platform.http.forms import Form
from portal.platform.lost import CommitUnknownError, Outcome
from portal.platform.page import Page
from portal.platform.sent_again import (
    AGAIN,
    CAME_FROM,
    FormMark,
    asked_again,
    kept_fields,
    mark_of,
    was_carried_out,
)
from portal.platform.view import View
from portal.platform.who import W

LOG = logging.getLogger("portal.requests")
RETRY_AFTER = 10
"""Seconds; a fail-over takes less than thirty."""
OUTCOME_HEADER = "x-outcome"
"""Tells a script that the page itself says what became of the form."""


class KeptForm(Struct, frozen=True):
    """The form as the page holds it.

    Attributes:
        action: Where it is sent.
        fields: The hidden fields, by name.
        asked: What was not kept and is asked for again.
        files: The fields of files, to be chosen again.
        stored: Whether it was stored, so that sending it again shows the result.
    """

    action: str
    fields: Mapping[str, str]
    asked: list[tuple[str, str]]
    files: list[str]
    stored: bool


class LostView(View, frozen=True):
    """What ``errors/lost_resident.html`` and ``errors/lost_staff.html`` show.

    Attributes:
        heading: What became of it, in a few words.
        message: The same in a sentence, with what to do.
        kept: The form; None where only a page was asked for.
        again: The address of that page.
        number: What people tell us who ask about it.
        main_form: The form that a change of language sends; empty for none.
    """

    heading: str
    message: str
    kept: KeptForm | None
    again: str
    number: str
    main_form: str


class CarriedOutView(View, frozen=True):
    """What ``errors/done_resident.html`` and ``errors/done_staff.html`` show."""

    back: str


class FormPlan(Struct, frozen=True):
    """What the page must know of a form's route: its files, and whether its own page shows it."""

    files: tuple[str, ...] = ()
    shows: bool = False


def outcome_of(page: Page[W], error: Exception, commits: int) -> Outcome:
    """Return what became of a form whose database was lost.

    ``commits`` is how many transactions of the request were stored before.
    """
    if isinstance(error, CommitUnknownError):
        return _looked_up(page)
    if commits or page.again is Outcome.UNKNOWN:
        return Outcome.UNKNOWN
    return Outcome.NOT_STORED


def _looked_up(page: Page[W]) -> Outcome:
    """Look for what a COMMIT without an answer stored: found, or still unknown.

    It may also be stored a moment later, so that not to find it says nothing.
    """
    mark = mark_of(page)
    key = claimed_key(page.session) or (mark.key if mark else "")
    if not key:
        return Outcome.UNKNOWN
    try:
        with page.site.database.read() as session:
            return Outcome.STORED if was_carried_out(session, key) else Outcome.UNKNOWN
    except SQLAlchemyError:
        return Outcome.UNKNOWN


def lost_page(page: Page[W], outcome: Outcome, plan: FormPlan) -> Response[str]:
    """Answer 503 with what became of the form; what was typed is kept, but no secret."""
    page.forget_everything()
    posted = page.method == "POST"
    view = LostView(
        heading=_heading(outcome if posted else None),
        message=_message(outcome if posted else None),
        kept=_kept(page, outcome, plan) if posted else None,
        again=page.path,
        number=page.request.number,
        main_form="again-form" if posted and plan.shows else "",
    )
    page.fill(Form())
    response = page.render(f"errors/lost_{page.site.kind}.html", view, 503)
    response.headers["retry-after"] = str(RETRY_AFTER)
    if posted:
        response.headers[OUTCOME_HEADER] = outcome.value
    return response


def first_answer(page: Page[W], mark: FormMark) -> Reply:
    """Answer a form that was sent again, and had been carried out the first time, as then."""
    if location := earlier_result(page.session, mark.key):
        return page.redirect(location)
    view = CarriedOutView(page.request.came_from or "/")
    page.fill(Form())
    return page.render(f"errors/done_{page.site.kind}.html", view)


def _kept(page: Page[W], outcome: Outcome, plan: FormPlan) -> KeptForm:
    kind, form = page.site.kind, page.form
    stored = outcome is Outcome.STORED
    marks = {AGAIN: outcome.value, CAME_FROM: page.request.came_from}
    asked = [] if stored else asked_again(form.values, kind)
    return KeptForm(
        action=page.path,
        fields=kept_fields(form, kind) | marks,
        asked=[(name, what.name) for name, what in asked],
        files=[] if stored else list(plan.files),
        stored=stored,
    )


def _heading(outcome: Outcome | None) -> str:
    match outcome:
        case Outcome.UNKNOWN:
            return _("受け付けたかどうか、分かりません")
        case Outcome.STORED:
            return _("受け付けました")
        case Outcome.NOT_STORED:
            return _("まだ受け付けていません")
        case _:
            return _("つながりにくくなっています")


def _message(outcome: Outcome | None) -> str:
    match outcome:
        case Outcome.UNKNOWN:
            return _(
                "途中でつながらなくなり、受け付けたかどうかを確かめられませんでした。"
                "少したってから、下のボタンを押してください。"
                "何度押しても、受け付けは1回だけです。"
            )
        case Outcome.STORED:
            return _(
                "受け付けましたが、途中でつながらなくなり、いつもの画面を出せませんでした。"
                "下のボタンを押すと、結果を見られます。"
            )
        case Outcome.NOT_STORED:
            return _(
                "いま、つながりにくくなっているため、まだ受け付けていません。"
                "少したってから、下のボタンを押してください。"
            )
        case _:
            return _("いま、つながりにくくなっています。少したってから、もう一度開いてください。")
