"""The bar that shows the active call on every page, or the button that starts one."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import inspect

from admin.access import allowed
from admin.page import Page
from portal.domain.contacts.calls.about import is_conversation
from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage, Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED, TALKING
from portal.domain.contacts.line.help_calls import is_open
from portal.domain.people.staff.permissions import Permission

HELP_CALL, HELP_KEY_OFF = "help_call", "help_key_off"
"""The session's keys for one's own silent call, and for switching its key off."""
DEFAULTS = "call_defaults"
"""The session's key for the line and language with which the next call starts."""


class OpenCall(Struct, frozen=True):
    """The active call, started ``seconds`` ago.

    ``fixed``: its channel is that of the FAX or form that it is about. ``household_id`` is the
    household opened last in it, ``fax_case`` the FAX that it is about.
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

    @property
    def is_spoken(self) -> bool:
        """Whether two people talk, by telephone or at the counter."""
        return self.channel in {CallChannel.PHONE, CallChannel.COUNTER}


class CallBar(Struct, frozen=True):
    """The content of the bar: the active call, or line and language for starting the next one.

    ``helped``: the supervisor was called and has not finished; ``help_key``: Alt + H calls.
    """

    call: OpenCall | None
    line: str
    language: str
    languages: Sequence[CallLanguage] = tuple(CallLanguage)
    channels: Sequence[CallChannel] = tuple(CallChannel)
    directions: Sequence[Direction] = tuple(Direction)
    helped: bool = False
    help_key: bool = True

    @property
    def first_channel(self) -> CallChannel:
        """The channel of a call that the button starts."""
        return CallChannel.PHONE


def call_bar(page: Page) -> CallBar | None:
    """Return the bar of the signed-in person; None for people who handle no calls."""
    if not allowed(page, Permission.HANDLE_CALLS):
        return None
    line, language = next_call(page)
    call = page.who.call
    # an error page after a broken transaction can read none, and this request may have ended it
    if call is None or inspect(call).expired_attributes or call.state == ENDED:
        return CallBar(None, line, language.value)
    kept = page.who.auth.data if page.who.auth is not None else {}
    return CallBar(
        _open(page, call),
        line,
        language.value,
        helped=bool(kept.get(HELP_CALL)) and is_open(page.session, kept[HELP_CALL]),
        help_key=not kept.get(HELP_KEY_OFF),
    )


def next_call(page: Page) -> tuple[str, CallLanguage]:
    """Return the line and language with which the session's next call starts."""
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
        not is_conversation(call),
        max(0, int((page.now - call.started_at).total_seconds())),
        page.who.opened_last,
        call.fax_case_id,
    )
