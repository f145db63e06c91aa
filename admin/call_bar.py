"""The bar that shows the open call on every page, whatever browser or page it began in.

Without one, its button.
"""

from dataclasses import dataclass

from sqlalchemy import inspect

from admin.access import allowed
from admin.page import Page
from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED, TALKING
from portal.domain.contacts.faxes.visibility import case_id_of
from portal.domain.people.staff.permissions import Permission

DEFAULTS = "call_defaults"
"""Where a session keeps the line and language with which the next call begins."""


@dataclass(frozen=True, slots=True)
class OpenCall:
    """The call that goes on, begun ``seconds`` ago.

    ``fixed``: its channel is that of the FAX or form it is about.

    ``household_id`` is the household that was opened last in it, ``fax_case`` the FAX that it is
    about.
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
    """What the bar shows.

    The open call, or the line and language with which one key begins the next.
    """

    call: OpenCall | None
    line: str
    language: str


def call_bar(page: Page) -> CallBar | None:
    """Return the bar of the signed-in person; None for people who handle no calls."""
    if not allowed(page, Permission.HANDLE_CALLS):
        return None
    line, language = next_call(page)
    call = page.who.call
    # an error page after a transaction that broke can read none, and what this request ended goes
    # on no longer
    if call is None or inspect(call).expired_attributes or call.state == ENDED:
        return CallBar(None, line, language.value)
    return CallBar(_open(page, call), line, language.value)


def next_call(page: Page) -> tuple[str, CallLanguage]:
    """Return the line and language with which the next call of this session begins."""
    kept = page.who.auth.data.get(DEFAULTS, {}) if page.who.auth is not None else {}
    known = {language.value for language in CallLanguage}
    language = kept.get("language", "")
    return str(kept.get("line", "")), CallLanguage(language if language in known else "ja")


def _open(page: Page, call: Call) -> OpenCall:
    return OpenCall(
        call.id,
        call.receipt_no,
        call.state == TALKING,
        call.channel,
        call.direction,
        call.language,
        call.line,
        call.subject is not None,
        max(0, int((page.now - call.started_at).total_seconds())),
        page.who.opened_last,
        case_id_of(call.subject),
    )
