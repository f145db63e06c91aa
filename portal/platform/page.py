"""One request as a handler sees it: form, session, instant, texts and templates in one object."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.active_call import signed_in_staff
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.credentials.models import Credential
from portal.domain.people.signin.session_check import going_on
from portal.domain.people.staff.models import StaffUser
from portal.platform import cookies
from portal.platform.forms import Form
from portal.platform.locale import CODE_OF, NAMES, html_lang
from portal.platform.site import Site

HTML = "text/html; charset=utf-8"


@dataclass(slots=True)
class Page:
    """A request in work. ``session`` is there only inside the transaction of the handler.

    ``locked``: the password is asked before anything else. ``came_from``: path and query of our
    page that leads here. ``call``: the signed-in person's call that goes on, and the household
    opened last in it. ``unattended``: a page that renews itself, which keeps nobody signed in.
    ``drawn_again``: a form shown with what was typed before the screen was locked. ``lookup`` finds
    a route by name.
    """

    site: Site
    method: str
    path: str
    route: str
    params: Mapping[str, Any]
    query: Mapping[str, str]
    form: Form
    cookies: Mapping[str, str]
    address: str
    locale: str
    htmx: bool = False
    user_agent: str = ""
    session: Session = field(default=None, repr=False)  # type: ignore[assignment]
    moment: datetime | None = None
    auth: AuthSession | None = field(default=None, repr=False)
    staff: StaffUser | None = field(default=None, repr=False)
    credential: Credential | None = field(default=None, repr=False)
    call: Call | None = field(default=None, repr=False)
    opened_last: int | None = None
    set_cookies: dict[str, Cookie] = field(default_factory=dict, repr=False)
    bound_to: str = field(default="", repr=False)
    own_token: str = field(default="", repr=False)
    locked: bool = False
    unattended: bool = False
    came_from: str = ""
    drawn_again: bool = False
    lookup: Callable[[str], Any] = field(default=lambda _name: None, repr=False)

    @property
    def now(self) -> datetime:
        """The instant of the transaction (UTC); outside of one, this machine's clock."""
        return self.moment or datetime.now(UTC) + self.site.settings.clock_offset

    # ---- who ---------------------------------------------------------------------------
    def cookie(self, name: str) -> str:
        """Return one of our cookies."""
        return self.cookies.get(self.site.cookie_prefix + name, "")

    def load_auth(self, session: Session, now: datetime) -> None:
        """Find the living session of the request's cookie."""
        self.session, self.moment = session, now
        token = self.cookie(cookies.SESSION)
        self.auth = self.staff = self.credential = self.call = self.opened_last = None
        if token and self.site.kind == sessions.STAFF:
            if (found := signed_in_staff(session, token, now)) is not None:
                self.auth, self.staff, self.call, self.opened_last = (
                    found.auth,
                    found.staff,
                    found.call,
                    found.opened_last,
                )
        elif token:
            self.auth, self.credential = going_on(session, token, now) or (None, None)
        living = self.auth
        self.locked = living is not None and sessions.is_locked(living, now)
        self.bound_to = (
            sessions.binding(living) if living is not None else self.cookie(cookies.VISIT)
        )
        self.own_token = ""

    @property
    def actor(self) -> Actor:
        """The acting party for audit events."""
        if self.staff is not None:
            return Actor(
                Role(self.staff.role), self.staff.id, Organization(self.staff.organization)
            )
        return Actor(
            Role.RESIDENT, self.auth.owner_id if self.auth else None, channel=Channel.PORTAL
        )

    @property
    def work(self) -> Work:
        """The request's transaction with keys, program, actor and instant, as services take it."""
        return self.site.work(self.session, self.actor, self.now)

    # ---- cookies -----------------------------------------------------------------------
    def set_cookie(self, name: str, value: str, *, max_age: int | None = None) -> None:
        """Give the browser one of our cookies with the answer."""
        self.set_cookies[name] = cookies.make(self.site.cookie_prefix, name, value, max_age=max_age)

    def drop_cookie(self, name: str) -> None:
        """Take one of our cookies back."""
        self.set_cookies[name] = cookies.gone(self.site.cookie_prefix, name)

    def sign_in_as(self, token: str) -> None:
        """Give the browser a new session id."""
        self.set_cookie(cookies.SESSION, token)
        self.drop_cookie(cookies.VISIT)

    def go_on_as(self, token: str) -> None:
        """Give the browser a new session id, and answer this request in that session too."""
        self.sign_in_as(token)
        self.cookies = {**self.cookies, self.site.cookie_prefix + cookies.SESSION: token}

    def form_token(self) -> str:
        """Return the hidden token for this page's forms.

        A visitor without session gets a cookie to bind it to.
        """
        if not self.bound_to:
            self.bound_to = cookies.new_visit()
            self.set_cookie(cookies.VISIT, self.bound_to)
        if not self.own_token:
            self.own_token = cookies.form_token(self.site.vault, self.bound_to)
        return self.own_token

    # ---- answers -----------------------------------------------------------------------
    def render(self, template: str, status_code: int = 200, **context: Any) -> Response[str]:
        """Answer with a template."""
        body = self.site.templates.get_template(template).render(self.context() | context)
        return Response(
            body, status_code=status_code, media_type=HTML, cookies=list(self.set_cookies.values())
        )

    def redirect(self, path: str) -> Response[None]:
        """Answer 303: the browser gets the next page with GET, so that reloading repeats nothing."""
        return Response(
            None,
            status_code=303,
            headers={"location": path},
            media_type=HTML,
            cookies=list(self.set_cookies.values()),
        )

    def send(
        self, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> Response[bytes]:
        """Answer with bytes (an image, a file)."""
        return Response(
            body,
            media_type=media_type,
            headers=dict(headers or {}),
            cookies=list(self.set_cookies.values()),
        )

    def context(self) -> dict[str, Any]:
        """Return what every template may use."""
        code = CODE_OF[self.locale]
        return {
            "page": self,
            "form": self.form,
            "program": self.site.program,
            "locale": self.locale,
            "lang": html_lang(self.locale),
            "lang_code": code,
            "languages": LANGUAGES,
            "form_token": self.form_token,
            "form_key": secrets.token_urlsafe(18),
            "signed_in": self.auth is not None
            and self.auth.stage == sessions.FULL
            and not self.locked,
            "htmx": self.htmx,
        } | self.site.context(self)


def html_lang_of(code: str) -> str:
    """Return the ``lang`` attribute of a language code."""
    return "ja" if code == "easy" else code


LANGUAGES = [(code, name, html_lang_of(code)) for code, name in NAMES.items()]
