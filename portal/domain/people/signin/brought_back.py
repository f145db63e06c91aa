"""What comes back with the next sign-in: typed answers, and choices of requests not yet sent.

A session that idled too long leaves its row behind until its absolute end. The next sign-in of the
same account, in the same browser, takes over what stands there. Whatever ends a household's
sessions (a new letter, protection, a change of recipient, a sign-out) deletes the row, and this
with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, update

from portal.domain.foundation.base import table_of
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.session_check import LIVING, session_key

LIFE = timedelta(minutes=15)
"""How long typed answers wait for the sign-in, from the moment at which they were sent."""
MOST = 20_000
"""Characters of answers that are kept; a form of a household has a tenth of it."""
TYPED = "typed"
UNFINISHED = ("alternative", "decline")
"""Keys of a session's data with choices of a request, sealed for its account alone."""
_SESSIONS = table_of(AuthSession)
_KEEP = (
    update(_SESSIONS)
    .where(
        _SESSIONS.c.id == bindparam("key"),
        _SESSIONS.c.token_hash == bindparam("token"),
        _SESSIONS.c.stage == Stage.FULL,
    )
    .values(data=bindparam("kept"))
    .returning(_SESSIONS.c.id)
)
_TAKE_OUT = delete(_SESSIONS).where(_SESSIONS.c.id == bindparam("key"))


@dataclass(frozen=True, slots=True)
class TypedForm:
    """A form that came after its session had ended.

    Attributes:
        route: The name of the route it was sent to.
        path: The path it was sent to.
        params: The values in that path.
        values: What was typed, without secrets.
    """

    route: str
    path: str
    params: Mapping[str, object]
    values: Mapping[str, str] = field(repr=False)


def keep_typed(work: Work, token: str, form: TypedForm, is_own: Callable[[str], bool]) -> bool:
    """Keep a form in the ended session of an ID; return False if there is none to keep it for.

    ``is_own`` tells whether the form was made for the session that has this binding.
    """
    ended = _ended(work, token)
    size = sum(len(name) + len(value) for name, value in form.values.items())
    if ended is None or size > MOST or not is_own(sessions.binding(ended)):
        return False
    content = {
        "at": work.now.timestamp(),
        "route": form.route,
        "path": form.path,
        "params": dict(form.params),
        "values": dict(form.values),
    }
    data = ended.data | {TYPED: carry(work.vault, content, _context(ended))}
    row = {"key": ended.id, "token": ended.token_hash, "kept": data}
    return work.session.execute(_KEEP, row).scalar_one_or_none() is not None


def take_over(work: Work, token: str, ended_token: str) -> bool:
    """Bring what an ended session left into one that just began; tell whether a form is among it.

    Only for the same account; the ended session is gone afterwards.
    """
    ended, begun = _ended(work, ended_token), _living(work, token)
    if ended is None or begun is None or ended.owner_id != begun.owner_id:
        return False
    left = {key: ended.data[key] for key in (*UNFINISHED, TYPED) if key in ended.data}
    work.session.execute(_TAKE_OUT, {"key": ended.id})
    if left:
        sessions.keep_data(work.session, begun, left | begun.data)
    return typed_form(work, begun) is not None


def typed_form(work: Work, auth: AuthSession) -> TypedForm | None:
    """Return the form that waits in a session; None if there is none, or its time is over."""
    content = carried(work.vault, str(auth.data.get(TYPED, "")), _context(auth))
    if content is None or work.now >= datetime.fromtimestamp(content["at"], work.now.tzinfo) + LIFE:
        return None
    return TypedForm(content["route"], content["path"], content["params"], content["values"])


def forget_typed(work: Work, auth: AuthSession) -> None:
    """Let the form go that waits in a session: the household sent this one, or another."""
    if TYPED in auth.data:
        left = {key: value for key, value in auth.data.items() if key != TYPED}
        sessions.keep_data(work.session, auth, left)


def _context(auth: AuthSession) -> str:
    return f"{TYPED}:{auth.owner_id}"


def _ended(work: Work, token: str) -> AuthSession | None:
    """Return a session that idled too long, of a household that may still use the site."""
    row = work.session.execute(LIVING, session_key(token, work.now)).one_or_none()
    auth: AuthSession | None = row[0] if row is not None else None
    if auth is None or auth.stage != Stage.FULL or sessions.is_alive(auth, work.now):
        return None
    return auth


def _living(work: Work, token: str) -> AuthSession | None:
    return sessions.load(work.session, sessions.RESIDENT, token, work.now)
