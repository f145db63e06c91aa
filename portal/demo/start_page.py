"""The page that a visitor of the demo opens first, served by the demo's own process alone.

It shows the letter, the birth date and the codes that the staff's apps show now. No site has these
pages, and the secrets never leave the memory of this process.
"""

import re
import threading
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct
from PIL import Image

from portal.demo.ports import HOST
from portal.demo.stage import DemoStaff, Stage
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.sign_in_qr import qr_path
from portal.domain.mailroom.printing.runs.pages import page_pictures, page_texts
from portal.domain.people.authn.totp import TOTP_SECONDS, totp_uri
from portal.platform.http.locale import CODE_OF, NAMES, choose, html_lang
from portal.platform.rendering.assets import PREFIX, Assets
from portal.platform.rendering.templating import make_environment

DPI = 110
LOGIN = re.compile(r"\b\d{4}-\d{3}-\d{3}\b")
PASSWORD = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
HTML = "text/html; charset=utf-8"


class Addresses(Struct, frozen=True):
    """Where the two sites of this demo are, without a slash at the end."""

    resident: str
    staff: str


class Sent(Struct, frozen=True):
    """An answer: its type and its bytes."""

    media_type: str
    body: bytes


class StartPage:
    """Draws the page and what it shows, in the visitor's language."""

    def __init__(self, stage: Stage, addresses: Addresses) -> None:
        self._stage, self._addresses = stage, addresses
        self._assets = Assets()
        self._templates = make_environment(self._assets, staff=True)
        letter = stage.letter
        (text,) = page_texts(letter.path, [letter.page])
        (self._picture,) = page_pictures(letter.path, [letter.page], DPI)
        self._login, self._password = _found(LOGIN, text), _found(PASSWORD, text)
        with Image.open(BytesIO(self._picture)) as picture:
            self._size = picture.size
        self._fixed: dict[str, Callable[[], Sent]] = {
            "/letter.png": lambda: Sent("image/png", self._picture),
            "/letter.pdf": lambda: Sent("application/pdf", letter.path.read_bytes()),
            **{
                f"/totp-{place}.svg": partial(_qr, person)
                for place, person in enumerate(stage.staff)
            },
        }

    def answer(self, path: str, language: str, accepted: str) -> Sent | None:
        """Return what stands at a path, None where nothing does."""
        if path.startswith(PREFIX):
            asset = self._assets.get(path.removeprefix(PREFIX))
            return Sent(asset.media_type, asset.body) if asset is not None else None
        if path in self._fixed:
            return self._fixed[path]()
        if path not in {"/", "/codes"}:
            return None
        locale = choose(language, accepted, STAFF_LOCALES)
        with use_locale(locale):
            template = "admin/demo/start.html" if path == "/" else "admin/demo/codes.html"
            html = self._templates.get_template(template).render(self._shown(locale))
        return Sent(HTML, html.encode())

    def _shown(self, locale: str) -> dict[str, object]:
        letter = self._stage.letter
        codes = [CODE_OF[one] for one in STAFF_LOCALES]
        return {
            "lang": html_lang(locale),
            "languages": [(code, NAMES[code], code) for code in codes],
            "resident_url": self._addresses.resident,
            "admin_url": self._addresses.staff,
            "birth": f"{letter.birth.isoformat()} = {format_wareki(letter.birth)}",
            "login": self._login,
            "password": self._password,
            "page": letter.page,
            "width": self._size[0],
            "height": self._size[1],
            "people": self._stage.staff,
            # the next step begins for the app and for the server at once
            "seconds": TOTP_SECONDS - int(time.time()) % TOTP_SECONDS + 1,
        }


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _qr(staff: DemoStaff) -> Sent:
    path, size = qr_path(totp_uri(staff.totp_secret, staff.login, "portal demo"))
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{path}"/></svg>'
    )
    return Sent("image/svg+xml", drawn.encode())


class StartServer:
    """Serves the page on a port of this machine, from threads of this process."""

    def __init__(self, page: StartPage, port: int) -> None:
        self._server = _Server((HOST, port), _handler(page))
        threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    allow_reuse_port = True  # the port is held already, by a socket of this process
    daemon_threads = True


def _handler(page: StartPage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            language = parse_qs(parts.query).get("lang", [""])[0]
            sent = page.answer(parts.path, language, self.headers.get("accept-language", ""))
            if sent is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("content-type", sent.media_type)
            self.send_header("content-length", str(len(sent.body)))
            self.send_header("content-security-policy", POLICY)
            self.send_header("cache-control", "no-store")
            self.send_header("x-content-type-options", "nosniff")
            self.end_headers()
            self.wfile.write(sent.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (http.server's name)
            """Say nothing: the terminal stays readable."""

    return Handler
