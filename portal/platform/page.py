"""One request as a handler sees it: what was read, who is signed in, and the answer."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic

from litestar import Response
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.party import Party
from portal.platform.http import cookies
from portal.platform.http.answer import Answer, Reply
from portal.platform.http.forms import Form
from portal.platform.http.incoming import Incoming
from portal.platform.http.locale import CODE_OF, NAMES, html_lang
from portal.platform.lost import Outcome
from portal.platform.site import Site
from portal.platform.view import View
from portal.platform.who import LoadWho, W

MEDIA_TYPES = {
    "age": "application/octet-stream",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Types of the files that pages send, by the ending of the file's name."""


@dataclass(slots=True)
class Page(Generic[W]):
    """A request that is being handled, on the site whose people are ``W``.

    Attributes:
        site: The site that answers.
        request: The request as it was read.
        who: Who is signed in.
        answer: The answer that the browser gets.
        session: The open transaction; only there while one is open.
        instant: The instant of the transaction (UTC).
        redrawn: Whether a form is shown with what was typed before a question interrupted it.
        again: What became of the first try of a form that is sent again; None for a first try.
        unopened: Whether all that was read went past the session, whose transaction begins with
            the first thing that is asked of it.
        lookup: Finds a route by name.
    """

    site: Site
    request: Incoming
    who: W
    answer: Answer
    session: Session = field(default=None, repr=False)  # type: ignore[assignment]
    instant: datetime | None = None
    redrawn: bool = False
    again: Outcome | None = None
    unopened: bool = False
    lookup: Callable[[str], object] = field(default=lambda _name: None, repr=False)

    # ---- the request -------------------------------------------------------------------
    @property
    def method(self) -> str:
        """GET or POST."""
        return self.request.method

    @property
    def path(self) -> str:
        """The path as it was asked for."""
        return self.request.path

    @property
    def params(self) -> Mapping[str, Any]:
        """The values in the path, by name."""
        return self.request.params

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query string."""
        return self.request.query

    @property
    def form(self) -> Form:
        """What was posted, and what is wrong with it."""
        return self.request.form

    @property
    def wants_large(self) -> bool:
        """Whether a paper is asked for in large print, by its address; nobody is known for it."""
        return self.query.get("size", "") == "large"

    def fill(self, form: Form) -> None:
        """Show the form with these values, as if they had been typed."""
        self.request = self.request.with_form(form)

    @property
    def party(self) -> Party | None:
        """This site as devices know it; None where they make no passkeys for it."""
        return self.site.party(self.request.host)

    def cookie(self, name: str) -> str:
        """Return one of our cookies."""
        return self.request.cookies.get(self.site.cookie_prefix + name, "")

    # ---- who, and the transaction ------------------------------------------------------
    @property
    def now(self) -> datetime:
        """The instant of the transaction (UTC); outside of one, this machine's clock."""
        return self.instant or datetime.now(UTC) + self.site.settings.clock_offset

    def load_auth(self, session: Session, now: datetime, load: LoadWho[W] | None = None) -> None:
        """Load who is signed in by the request's cookie, perhaps with more that the page shows."""
        token = self.cookie(cookies.SESSION)
        load = load or self.site.sign_ins.load
        self.take(session, now, load(session, token, now) if token else self.nobody)

    def take(self, session: Session, now: datetime, who: W, *, unopened: bool = False) -> None:
        """Answer for somebody who was loaded, in a session's transaction at an instant (UTC)."""
        self.session, self.instant, self.unopened = session, now, unopened
        self.site.in_force.refresh(session, now)
        self.who = who
        living = who.auth
        self.answer.bind(
            sessions.binding(living) if living is not None else self.cookie(cookies.VISIT)
        )

    @property
    def may_read(self) -> bool:
        """Whether the page has a transaction to read in, or gets one by reading."""
        return self.unopened or self.session.in_transaction()

    def load_stranger(self) -> bool:
        """Load a browser without a session as ``load_auth`` does, but without a database.

        Returns False, and loads nothing, for one with a session, and where a form is only shown
        again in another language.
        """
        if self.cookie(cookies.SESSION) or self.form.get("lang"):
            return False
        self.answer.bind(self.cookie(cookies.VISIT))
        return True

    def forget_who(self) -> None:
        """Answer as if nobody were signed in."""
        self.who = self.nobody

    def forget_everything(self) -> None:
        """Answer as if nobody were signed in, and without a database."""
        self.forget_who()
        self.session = None  # type: ignore[assignment]  # as before a transaction is opened

    @property
    def nobody(self) -> W:
        """Who is signed in where nobody is."""
        nobody: W = self.site.sign_ins.nobody  # a site knows only that its people are of one kind
        return nobody

    @property
    def actor(self) -> Actor:
        """The acting party for audit events."""
        return self.who.actor

    @property
    def work(self) -> Work:
        """The request's transaction with keys, program, actor and instant, as services take it."""
        return self.site.work(self.session, self.actor, self.now)

    # ---- the answer --------------------------------------------------------------------
    def sign_in_as(self, token: str, *, on_the_way: bool = False) -> None:
        """Give the browser a new session id.

        One that is ``on_the_way`` to a whole sign-in outlives the browser's program: telephones
        end it while somebody reads the code in another app. Idle, the session ends as ever.
        """
        life = cookies.LIFE_ON_THE_WAY if on_the_way else None
        self.answer.set_cookie(cookies.SESSION, token, max_age=life)
        self.answer.drop_cookie(cookies.VISIT)

    def continue_as(self, token: str) -> None:
        """Give the browser a new session id, and answer this request in that session."""
        self.sign_in_as(token)
        name = self.site.cookie_prefix + cookies.SESSION
        self.request = self.request.with_cookie(name, token)

    def render(
        self, template: str, view: View | None = None, status_code: int = 200
    ) -> Response[str]:
        """Answer with a template, which sees the names of its view beside those of every page."""
        return self.answer.html(self._drawn(template, view), status_code)

    def render_small(self, template: str, view: View | None = None) -> Reply:
        """Answer as ``render`` does, compressed where the browser unpacks it.

        Only for a page that shows nothing of its request: where somebody else can choose a part of
        a page, its compressed size tells what else stands there.
        """
        body = self._drawn(template, view)
        return self.answer.packed(body) if self.request.unpacks else self.answer.html(body)

    def _drawn(self, template: str, view: View | None) -> str:
        names = view.as_context() if view is not None else {}
        return self.site.templates.get_template(template).render(self.context() | names)

    def redirect(self, path: str) -> Response[None]:
        """Answer 303: the browser then GETs the next page, so that reloading repeats nothing."""
        return self.answer.redirect(path)

    def send(
        self, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> Response[bytes]:
        """Answer with bytes (an image, a file)."""
        return self.answer.send(body, media_type, headers)

    def download(self, name: str, body: bytes) -> Response[bytes]:
        """Answer with a file to save; the ending of its name says what it is."""
        return self._file(f'attachment; filename="{name}"', name, body)

    def show_file(self, name: str, body: bytes) -> Response[bytes]:
        """Answer with a file that the browser shows; the ending of its name says what it is."""
        return self._file(f'inline; filename="{name}"', name, body)

    def _file(self, disposition: str, name: str, body: bytes) -> Response[bytes]:
        media_type = MEDIA_TYPES[name.rsplit(".", 1)[-1]]
        return self.answer.send(body, media_type, {"content-disposition": disposition})

    def steady_form_key(self, form: str) -> str:
        """Return the key of a form for strangers that is drawn again with the same key.

        Whoever lost the answer on the way comes back to a page that was drawn anew: what is sent
        from it within the hour, unchanged, is the same form (``PublicForm``).
        """
        self.answer.form_token()  # a first visit is bound to its browser by it
        hour = int(self.now.timestamp()) // 3600
        return self.site.vault.sign("form_key", f"{self.answer.bound_to}:{form}:{hour}")[:32]

    def context(self) -> dict[str, object]:
        """Return the names that every template sees."""
        locale, auth = self.request.locale, self.who.auth
        return {
            "page": self,
            "form": self.form,
            "program": self.site.program,
            "locale": locale,
            "lang": html_lang(locale),
            "lang_code": CODE_OF[locale],
            "languages": LANGUAGES,
            "form_token": self.answer.form_token,
            "form_key": secrets.token_urlsafe(18),
            "signed_in": auth is not None
            and auth.stage == sessions.Stage.FULL
            and not self.who.locked,
            "htmx": self.request.htmx,
        } | self.site.context(self)


def html_lang_of(code: str) -> str:
    """Return the ``lang`` attribute of a language code."""
    return "ja" if code in {"easy", "furigana"} else code


LANGUAGES = tuple((code, name, html_lang_of(code)) for code, name in NAMES.items())
