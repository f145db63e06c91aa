"""What a site answers once the data were disposed of: one page without any person's data."""

import logging
import os
import threading
from html import escape
from typing import Any

from litestar.types import ASGIApp
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.languages import LANGUAGES
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s, use_locale
from portal.platform.code import release_collector
from portal.platform.database import Database
from portal.platform.disposed import has_begun
from portal.platform.http.headers import security_headers
from portal.platform.rendering.templating import ruby
from portal.settings import Settings

LOG = logging.getLogger("portal.start")
GONE = 410
LOOK_EVERY = 2.0
"""Seconds; ``disposing.steps`` waits three times as long before anything goes."""
HEALTHY = ("/healthz", "/readyz")


def closed_site(settings: Settings, kind: str) -> ASGIApp:
    """Return the application of a site without database and keys."""
    release_collector()
    program = load_program(settings.program)
    page = closed_page(program, kind).encode()
    https = settings.addresses[kind].startswith("https://")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            if scope["path"] in HEALTHY:
                await _answer(send, 200, b"text/plain; charset=utf-8", b"ok disposed\n")
            else:
                await _answer(send, GONE, b"text/html; charset=utf-8", page)

    return security_headers(application, https=https)


async def _live(receive: Any, send: Any) -> None:
    """Answer the server that asks whether this application has started and ended."""
    ended = False
    while not ended:
        asked = (await receive())["type"]
        await send({"type": asked + ".complete"})
        ended = asked.endswith("shutdown")


async def _answer(send: Any, status: int, media_type: bytes, body: bytes) -> None:
    headers = [
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def closed_page(program: Program, kind: str) -> str:
    """Return the one page of a closed site; it has nothing to press, and needs no style sheet."""
    return _staff_page(program) if kind == "staff" else _resident_page(program)


def _resident_page(program: Program) -> str:
    parts = []
    for language in LANGUAGES:
        with use_locale(language.locale):
            sentences = (
                _("お預かりしたデータは、廃棄しました。このサイトは、もう使えません。"),
                _("ご質問は、区役所へお願いします。"),
            )
            parts.append(_section(language.html_lang, _("この事業は終わりました"), sentences))
    return _page(program, "".join(parts))


def _staff_page(program: Program) -> str:
    parts = []
    for locale in ("ja", "en"):
        with use_locale(locale):
            sentences = (_s("データは廃棄し、アカウントは閉じました。"),)
            parts.append(_section(locale, _s("この事業は終わりました"), sentences))
    return _page(program, "".join(parts))


def _section(lang: str, heading: str, sentences: tuple[str, ...]) -> str:
    paragraphs = "".join(f"<p>{ruby(sentence)}</p>" for sentence in sentences)
    return f'<section lang="{escape(lang)}"><h2>{ruby(heading)}</h2>{paragraphs}</section>'


def _page(program: Program, sections: str) -> str:
    title = escape(f"{program.names.ward.ja} {program.names.program.ja}")
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title></head>"
        f"<body><main><h1>{title}</h1>{sections}</main></body></html>"
    )


def end_with_the_data(database: Database) -> None:
    """Watch from a thread whether a disposal begins, and end this process then, with its keys.

    Whoever supervises it starts it again: a site as a closed one, without keys in its memory.
    """
    thread = threading.Thread(target=_watch, args=(database,), name="disposal", daemon=True)
    thread.start()


def _watch(database: Database) -> None:
    wait = threading.Event()
    while not wait.wait(LOOK_EVERY):
        try:
            with database.read() as session:
                begun = has_begun(session)
        except SQLAlchemyError:
            continue  # a database that is away says nothing
        if begun:
            LOG.critical("the data are disposed of: this process ends")
            os._exit(1)
