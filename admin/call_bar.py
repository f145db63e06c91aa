"""The bar that shows the open call on every page, whatever browser or page it began in; without one, its button."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin.access import allowed
from portal.domain.calls.kinds import CallLanguage
from portal.domain.calls.models import Call
from portal.domain.calls.queries import opened_last
from portal.domain.calls.services import current_call
from portal.domain.calls.states import TALKING
from portal.domain.faxes.standing import case_id_of
from portal.domain.staff.permissions import Permission
from portal.platform.page import Page

DEFAULTS = "call_defaults"
"""Where a session keeps the line and language with which the next call begins."""


@dataclass(frozen=True, slots=True)
class OpenCall:
    """The call that goes on, begun ``seconds`` ago. ``fixed``: its channel is that of the FAX or form it is about.

    ``household_id`` is the household that was opened last in it, ``fax_case`` the FAX that it is about.
    """

    id: int
    receipt_no: str
    talking: bool
    channel: str
    direction: str
    language: str
    line: str
    fixed: bool
    seconds: int
    household_id: int | None
    fax_case: int | None


@dataclass(frozen=True, slots=True)
class CallBar:
    """What the bar shows: the open call, or the line and language with which one key begins the next."""

    call: OpenCall | None
    line: str
    language: str


def call_bar(page: Page) -> CallBar | None:
    """Return the bar of the signed-in person; None for people who handle no calls."""
    if not allowed(page, Permission.HANDLE_CALLS):
        return None
    if page.session.is_active and page.session.in_transaction():
        with page.session.no_autoflush:
            return _bar(page, page.session)
    # a page without a transaction of its own, or an error page after one that broke
    with page.site.database.read() as session:
        return _bar(page, session)


def next_call(page: Page) -> tuple[str, CallLanguage]:
    """Return the line and language with which the next call of this session begins."""
    kept = page.auth.data.get(DEFAULTS, {}) if page.auth is not None else {}
    known = {language.value for language in CallLanguage}
    language = kept.get("language", "")
    return str(kept.get("line", "")), CallLanguage(language if language in known else "ja")


def _bar(page: Page, session: Session) -> CallBar:
    call = current_call(session, page.actor)
    line, language = next_call(page)
    return CallBar(_open(page, session, call) if call is not None else None, line, language.value)


def _open(page: Page, session: Session, call: Call) -> OpenCall:
    return OpenCall(
        call.id, call.receipt_no, call.state == TALKING, call.channel, call.direction, call.language, call.line,
        call.subject is not None, max(0, int((page.now - call.started_at).total_seconds())),
        opened_last(session, call.id), case_id_of(call.subject),
    )  # fmt: skip
