"""From a URL to a handler.

One async shell reads the request, the rest runs in a thread inside one transaction.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, Generic
from urllib.parse import urlsplit

from litestar import HttpMethod, Litestar, route
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct, field
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.errors import DomainError, ThrottledError
from portal.domain.foundation.languages import OFFERED, STAFF_LOCALES
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.vault import noting_what_is_opened
from portal.domain.people.authn import sessions
from portal.platform.database import counting_commits
from portal.platform.failures import failure_page
from portal.platform.http import cookies
from portal.platform.http import locale as locales
from portal.platform.http.answer import Answer, Reply
from portal.platform.http.forms import Form, form_from, read_form
from portal.platform.http.incoming import Incoming, WebRequest
from portal.platform.http.network import client_address
from portal.platform.http.origin import is_foreign
from portal.platform.http.uploads import MAX_UPLOAD_BODY, UploadRule, check_uploads, read_multipart
from portal.platform.loading import load_who
from portal.platform.looks import Look, shows
from portal.platform.lost import is_lost
from portal.platform.lost_pages import FormPlan, first_answer, lost_page, outcome_of
from portal.platform.outages import outage_of
from portal.platform.page import Page
from portal.platform.refusals import FormRefusedError, Refusal, note_refusal, record_refusal
from portal.platform.sent_again import (
    CAME_FROM,
    first_outcome,
    mark_of,
    note_carried_out,
    typed_in,
    was_carried_out,
)
from portal.platform.site import Site
from portal.platform.threads import in_thread
from portal.platform.who import LoadWho, W

LOG = logging.getLogger("portal.requests")
Handler = Callable[[Page[W]], Reply]
Guard = Callable[[Page[W]], Reply | None]
ON_PAGES = tuple(language.locale for language in OFFERED)
MAX_BODY = 256 * 1024


class Transaction(StrEnum):
    """The transaction of a handler: reading, writing, or short ones that it opens itself."""

    READ = "read"
    WRITE = "write"
    OWN = "own"
    LOOK = "look"
    """Reading what is personal; what was shown is recorded in it where writers do not exclude each
    other. On SQLite it only reads, and the look is recorded in one of its own, as elsewhere."""
    TRIES = "tries"
    """Short ones as well, and none before them for a browser without a session."""


class Endpoint(Struct, Generic[W], frozen=True):
    """A handler with its conditions.

    Attributes:
        handler: Answers the request.
        guard: Lets the request in, or answers it.
        transaction: What the handler needs of the database.
        shows: Renders the form again, for a change of language.
        uploads: The rules of the fields that may hold a file, by name.
        load: Loads who is signed in with what the page shows of them; None loads no more than who.
    """

    handler: Handler[W]
    guard: Guard[W]
    transaction: Transaction
    shows: Handler[W] | None = None
    uploads: Mapping[str, UploadRule] = field(default_factory=dict)
    load: LoadWho[W] | None = None


SITE = "portal.site"
NUMBER = "portal.request_number"


def site_of(request: WebRequest) -> Site:
    """Return the site that answers a request."""
    site: Site = request.scope[SITE]  # type: ignore[literal-required]
    return site


def endpoint(
    method: str,
    path: str,
    handler: Handler[W],
    guard: Guard[W],
    access: str,
    *,
    shows: Handler[W] | None = None,
    transaction: Transaction | None = None,
    uploads: Mapping[str, UploadRule] | None = None,
    load: LoadWho[W] | None = None,
) -> HTTPRouteHandler:
    """Return the route of a handler.

    ``access`` is the name of its permission; a test checks that every route has one.
    """
    chosen = transaction or (Transaction.READ if method == "GET" else Transaction.WRITE)
    plan = Endpoint(handler, guard, chosen, shows, uploads or {}, load)

    async def shell(request: WebRequest) -> Reply:
        site = site_of(request)
        form = await _read_form(plan, site, request) if method == "POST" else Form()
        if form.faulty:
            note_refusal(f"{method} {path}", Refusal.FAULTY_FORM)
            raise ClientException(status_code=400)
        page = read_page(site, request, form)
        page.lookup = partial(_plan_of, request.app)
        return await in_thread(site, partial(_run, plan, page))

    shell.__name__ = handler.__name__
    return route(
        path,
        http_method=HttpMethod(method),
        opt={"access": access, "plan": plan},
        name=f"{method} {path}",
        request_max_body_size=MAX_UPLOAD_BODY if plan.uploads else MAX_BODY,
        status_code=200,
        include_in_schema=False,
    )(shell)


def _plan_of(app: Litestar, name: str) -> object:
    found = app.get_handler_index_by_name(name)
    return found["handler"].opt.get("plan") if found is not None else None


def redraw(
    page: Page[W], name: str, path: str, params: Mapping[str, object], values: Mapping[str, str]
) -> Reply | None:
    """Return the page of a form as ``redraw_here`` does, in a transaction of its own."""
    with page.site.database.write() as session:
        page.load_auth(session, page.site.clock.now(session))
        return redraw_here(page, name, path, params, values)


def redraw_here(
    page: Page[W], name: str, path: str, params: Mapping[str, object], values: Mapping[str, str]
) -> Reply | None:
    """Return the page of a form that was posted to another route, without carrying it out.

    For a form that met a question; its own guard decides again, in the running transaction. None
    where it has no page.
    """
    plan = page.lookup(name)
    if not isinstance(plan, Endpoint) or plan.shows is None:
        return None
    page.request = replace(page.request, form=Form(values), path=path, params=params, query={})
    page.redrawn = True
    again: Reply = plan.guard(page) or plan.shows(page)
    return again


async def _read_form(plan: Endpoint[W], site: Site, request: WebRequest) -> Form:
    """Read a posted form.

    Files are kept only for somebody whom the guard lets in, so that strangers fill no memory.
    """
    kind, options = request.content_type
    if not plan.uploads or kind != "multipart/form-data":
        return read_form(await request.form())
    stranger = read_page(site, request, Form())
    admitted = await in_thread(site, partial(_admits, plan, stranger))
    limits = {name: rule.limit if admitted else 0 for name, rule in plan.uploads.items()}
    return await read_multipart(request.stream(), options.get("boundary", ""), limits)


def _admits(plan: Endpoint[W], page: Page[W]) -> bool:
    try:
        with page.site.database.read() as session:
            page.load_auth(session, page.site.clock.now(session))
            return plan.guard(page) is None
    except DomainError:
        return False  # the request itself is answered with the reason
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        return False  # the same


def read_page(site: Site, request: WebRequest, form: Form) -> Page[Any]:
    """Return the request as handlers see it, in the language that was chosen."""
    offered = ON_PAGES if site.kind == sessions.RESIDENT else STAFF_LOCALES
    prefix = site.cookie_prefix
    chosen = form.get("lang") or request.cookies.get(prefix + locales.COOKIE)
    incoming = Incoming(
        method=request.method,
        path=request.scope["path"],
        route=request.scope["route_handler"].name or "",
        params=dict(request.path_params),
        query=form_from(request.query_params.multi_items()).values
        if request.scope["query_string"]
        else {},
        form=typed_in(form),
        cookies=request.cookies,
        number=request.scope[NUMBER],  # type: ignore[literal-required]
        address=client_address(request, site.settings.trusted_proxies),
        locale=locales.choose(chosen, request.headers.get("accept-language", ""), offered),
        htmx=request.headers.get("hx-request") == "true",
        user_agent=request.headers.get("user-agent", "")[:300],
        unattended=request.headers.get("x-unattended") == "true"
        or request.query_params.get("unattended") == "1",
        came_from=_came_from(request, form) if request.method == "POST" else "",
        foreign=is_foreign(request.headers, site.settings.addresses[site.kind]),
        unpacks="gzip" in request.headers.get("accept-encoding", ""),
        host=request.headers.get("host", ""),
    )
    again = first_outcome(form.values)
    answer = Answer(prefix, site.vault)
    return Page(site, incoming, site.sign_ins.nobody, answer, again=again)


def _came_from(request: WebRequest, form: Form) -> str:
    kept = form.get(CAME_FROM)
    if kept.startswith("/") and not kept.startswith(("//", "/\\")):
        return kept
    return _own_path(request)


def _own_path(request: WebRequest) -> str:
    """Return path and query of our page that sent the request; empty for any other page."""
    came = urlsplit(request.headers.get("referer", ""))
    own = came.netloc == request.headers.get("host", "")
    if not own or not came.path.startswith("/") or came.path.startswith("//"):
        return ""
    return came.path + (f"?{came.query}" if came.query else "")


def _run(plan: Endpoint[W], page: Page[W]) -> Reply:
    with use_locale(page.request.locale), counting_commits() as commits:
        try:
            return _answer(plan, page)
        except SQLAlchemyError as error:
            if not is_lost(error):
                raise
            outage = outage_of(error)
            LOG.error("database: %s", outage)  # noqa: TRY400  (a trace would hold nothing more)
            page.site.meter.database_failed(outage)
            outcome = outcome_of(page, error, len(commits))
            return lost_page(page, outcome, FormPlan(tuple(plan.uploads), bool(plan.shows)))


def _answer(plan: Endpoint[W], page: Page[W]) -> Reply:
    """Answer; what staff are shown is on record before the answer leaves (decision 0004).

    What was opened before a refusal is too, though its transaction was rolled back: the refusal
    itself tells of it.
    """
    if not page.site.records_looks:
        return _answer_or_refuse(plan, page, Look(page, set()))
    with noting_what_is_opened() as opened:
        look = Look(page, opened)
        response = _answer_or_refuse(plan, page, look)
    if opened and shows(response):
        with page.site.database.write() as session:
            look.record(page.site.work(session, look.actor, page.site.clock.now(session)))
    return response


def _answer_or_refuse(plan: Endpoint[W], page: Page[W], look: Look) -> Reply:
    try:
        check_uploads(page.form, plan.uploads)
        return chosen_language(page) or _in_transaction(plan, page, look)
    except DomainError as error:
        return _refused(page, error)


def _refused(page: Page[W], error: DomainError) -> Reply:
    """Answer a refusal whose transaction was rolled back.

    Who is signed in is read again, for the page around it.
    """
    with page.site.database.read() as session:
        page.load_auth(session, page.instant or page.site.clock.now(session))
        answer, actor = failure_page(page, error), page.actor
    record_refusal(page, actor, error)
    return answer


def chosen_language(page: Page[W]) -> Reply | None:
    """Answer a language link: keep the choice, and take it out of the address."""
    if page.method != "GET" or (code := page.query.get("lang")) not in locales.CODES:
        return None
    page.answer.set_cookie(locales.COOKIE, code or "ja", max_age=365 * 24 * 3600)
    return page.redirect(page.path)


def _in_transaction(plan: Endpoint[W], page: Page[W], look: Look) -> Reply:
    database = page.site.database
    if plan.transaction is Transaction.TRIES and page.load_stranger():
        return _refuse(plan, page) or plan.handler(page)
    if plan.transaction in {Transaction.OWN, Transaction.TRIES}:
        return _refused_before(plan, page, look) or plan.handler(page)
    longer = [(name, rule.then) for name, rule in plan.uploads.items() if rule.then is not None]
    if longer and (refused := _refused_before(plan, page, look)) is not None:
        return refused
    for name, then in longer:
        then(page, name)
    mark = mark_of(page)
    lock = mark.lock(alone=page.again is not None) if mark else None
    reads = plan.transaction is Transaction.READ or (
        plan.transaction is Transaction.LOOK and database.writes_alone
    )
    with database.read() if reads else database.write(lock) as session:
        load_who(page, session, plan.load, reads=plan.transaction is Transaction.READ)
        look.actor = page.actor  # its row cannot be read after the transaction
        stale = _left_alone(page)
        response = _refuse(plan, page)
        if response is None and mark and page.again and was_carried_out(session, mark.key):
            response = first_answer(page, mark)
        elif response is None:
            response = _handled(plan, page)
            if mark and (response.status_code or 200) < 400:
                note_carried_out(page, mark, response.headers.get("location"))
        if look.opened and not reads and shows(response):
            look.record(page.work)
            look.opened.clear()
        session.flush()
    if stale is not None:
        _touch(page, stale)
    return response


def _refused_before(plan: Endpoint[W], page: Page[W], look: Look) -> Reply | None:
    """Ask the guard in a transaction of its own; what it read stays readable for the answer."""
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        refused = _refuse(plan, page)
        look.actor = page.actor
        for row in page.who.rows:
            session.expunge(row)
    return refused


def _handled(plan: Endpoint[W], page: Page[W]) -> Reply:
    try:
        return plan.handler(page)
    except ThrottledError as error:
        # Answered inside the transaction: the counters that refused must stay.
        return failure_page(page, error)


def _left_alone(page: Page[W]) -> int | None:
    """Return the session whose last use must be noted, because the last note is old."""
    auth = page.who.auth
    if auth is None or page.who.locked or page.request.unattended:
        return None
    if page.method == "POST" and page.request.foreign:
        return None  # another site's page is no use of ours
    return auth.id if page.now - auth.seen_at > sessions.TOUCH_EVERY else None


def _touch(page: Page[W], session_id: int) -> None:
    """Note that a session was used; a database that goes away now spoils no answer."""
    try:
        with page.site.database.write() as session:
            sessions.touch(session, session_id, page.now)
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        LOG.warning("the use of a session was not noted: %s", type(error).__name__)


def _refuse(plan: Endpoint[W], page: Page[W]) -> Reply | None:
    if (refused := plan.guard(page)) is not None:
        return refused
    if page.method != "POST":
        return None
    if page.request.foreign:
        return failure_page(page, FormRefusedError(Refusal.ORIGIN))
    if not cookies.form_token_fits(
        page.site.vault, page.answer.bound_to, page.form.get("form_token")
    ):
        return failure_page(page, FormRefusedError(Refusal.FORM_TOKEN))
    if page.form.get("lang") in locales.CODES and plan.shows is not None:
        page.answer.set_cookie(locales.COOKIE, page.form.get("lang"), max_age=365 * 24 * 3600)
        return plan.shows(page)
    return None
