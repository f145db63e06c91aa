"""The resident site under test.

In this process with a clock that stands, or as a server for a browser.

Time is the summer of 2023, in which the program `sample` runs; its channels are all switched on.
"""

import asyncio
import re
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from litestar import Litestar
from litestar.types import ASGIApp
from sqlalchemy import select

from portal.app import serve_residents
from portal.domain.foundation.clock import FixedClock
from portal.domain.mailroom.incidents.site_notices import NoticeBoard
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import USABLE
from portal.domain.people.notices.services import Share, claim_due
from portal.domain.people.shops.board import ShopBoard
from portal.domain.people.signin.evidence import Item
from portal.domain.people.signin.standing import kept_as
from portal.domain.people.signin.steps import STATE_OF
from portal.domain.people.tasks.models import Task
from portal.platform.application import make_routes
from portal.platform.database import Database
from portal.platform.http.cookies import form_token
from portal.platform.in_force import InForce
from portal.platform.rendering.phrases import WBR
from portal.platform.rendering.templating import AMOUNT_MARK, DAY_MARK, DAY_TAGS
from portal.platform.site import Site
from portal.settings import Settings
from portal.web import routes
from portal.web.waiting_room.passes import Standing, make_pass
from tests.support.coupons import VAULT
from tests.support.outside import HOME
from tests.support.people import Person, add_person, give_coupons
from tests.support.programs.servers import PATIENCE, ROOT, Server, StartServer, free_port
from tests.support.work import work_in

NOON = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
"""A Tuesday, noon in Japan, in the middle of the program."""
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]*)"')
PROGRAMS = ROOT / "portal" / "programs"
T = TypeVar("T")
SHOWN = {
    "birth": frozenset({Item.LETTER}),
    "channel": frozenset({Item.LETTER, Item.BIRTH}),
    "code": frozenset({Item.LETTER}),
    "full": frozenset({Item.LETTER, Item.APP}),
}
"""What somebody has shown who is at a stage."""


def write_keys(folder: Path) -> Path:
    """Write the keys of the tests' vault as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("kek", "index", "pepper", "token"):
        (folder / f"{name}.key").write_text(getattr(VAULT, name).hex() + "\n")
    return folder


def write_program(folder: Path, *, password_mode: str = "reusable") -> Path:
    """Write the program `sample` with every channel switched on; return its file."""
    text = (PROGRAMS / "sample" / "program.toml").read_text("utf-8")
    channels = text[text.index("[channels]") : text.index("[letter]")]
    accepted = (
        '[channels.email_risk_acceptance]\naccepted_by = "課長"\naccepted_on = '
        '"2023-05-01"\nnote = "試験"\n\n'
    )
    text = text.replace(channels, "[channels]\ntotp = true\nsms = true\nemail = true\n" + accepted)
    text = text.replace('password_mode = "reusable"', f'password_mode = "{password_mode}"')
    text = text.replace('"../demo/', f'"{PROGRAMS}/demo/')
    for name in ("towns.csv", "layouts", "issuers"):
        text = text.replace(f'"{name}"', f'"{PROGRAMS}/sample/{name}"')
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "program.toml"
    path.write_text(text + HOME, "utf-8")
    return path


class Loop:
    """An event loop in a thread of its own (Playwright keeps one in the main thread)."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and wait for it; any thread may."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def close(self) -> None:
        """End the thread."""
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def as_read(response: httpx.Response) -> httpx.Response:
    """A page as its reader has it: without the marks of where lines may break."""
    if all(mark not in response.text for mark in (DAY_MARK, AMOUNT_MARK, WBR)):
        return response
    kept = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in {"content-length", "content-encoding"}
    ]
    whole = DAY_TAGS.sub(r"\1", response.text.replace(WBR, ""))
    return httpx.Response(
        response.status_code, headers=kept, content=whole.encode(), request=response.request
    )


class Visitor:
    """A browser without a screen.

    Keeps cookies, sends the hidden form token of the page it saw last.
    """

    def __init__(
        self, app: ASGIApp, loop: Loop, address: str = "203.0.113.7", **headers: str
    ) -> None:
        transport = httpx.ASGITransport(
            app=app,  # type: ignore[arg-type]
            client=(address, 40_000),
            raise_app_exceptions=False,
        )
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        )
        self.loop = loop
        self.token = ""
        self.page: httpx.Response | None = None
        self.visited: list[str] = []

    def _keep(self, response: httpx.Response) -> httpx.Response:
        is_text = "text" in response.headers.get("content-type", "")
        self.page = as_read(response) if is_text else response
        self.visited.append(str(response.request.url))
        if found := TOKEN.findall(response.text if is_text else ""):
            self.token = found[-1]
        return self.page

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page; a redirect is returned, not followed."""
        return self._keep(self.loop.run(self.http.get(path, **options)))

    def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        """Send a form with the token of the last page."""
        return self._keep(
            self.loop.run(
                self.http.post(path, data={"form_token": self.token} | (data or {}), **options)
            )
        )

    def open(self, path: str) -> httpx.Response:
        """Open a page and follow its redirects, as a browser does."""
        return self.follow(self.get(path))

    def send(self, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Send a form and follow the redirect."""
        return self.follow(self.post(path, data))

    def follow(self, response: httpx.Response) -> httpx.Response:
        """Follow redirects to the page where they end."""
        for _hop in range(5):
            if response.status_code != 303:
                return response
            response = self.get(response.headers["location"])
        raise AssertionError(f"redirects without end at {response.headers['location']}")

    @property
    def place(self) -> str:
        """Path of the page that is open."""
        assert self.page is not None
        return self.page.request.url.path

    def cookie(self, name: str) -> str:
        """A cookie that the visitor holds, or nothing."""
        return str(self.http.cookies.get(name) or "")


@dataclass
class Resident:
    """A running resident site, its clock and its database, and what a test does with them most."""

    site: Site
    app: ASGIApp
    clock: FixedClock
    loop: Loop
    folder: Path
    people: int = field(default=0)

    @property
    def database(self) -> Database:
        """The site's database."""
        return self.site.database

    @property
    def now(self) -> datetime:
        """The instant at which the clock stands."""
        return self.clock.instant

    def visitor(self, address: str = "203.0.113.7", **headers: str) -> Visitor:
        """Somebody with a fresh browser."""
        return Visitor(self.app, self.loop, address, **headers)

    def add(self, *, active: bool = False, protected: bool = False, children: int = 2) -> Person:
        """A household with a letter; `active` when it finished its first sign-in with an app."""
        self.people += 1
        number = f"99{self.people:08}"
        return add_person(
            self.database,
            self.now,
            number=number,
            active=active,
            protected=protected,
            children=children,
        )

    def give_coupons(self) -> None:
        """Every child that may have a coupon gets one."""
        give_coupons(self.database, self.folder, self.now)

    def enter(self, person: Person, visitor: Visitor | None = None, stage: str = "full") -> Visitor:
        """A visitor whose session is already at a stage, with a form of this session in hand."""
        visitor = visitor or self.visitor()
        token = start_session(self.database, person, self.now, stage)
        for name, value in session_cookies(token).items():
            visitor.http.cookies.set(name, value, domain="127.0.0.1")
        visitor.token = form_token(self.site.vault, sessions.token_hash(token).hex())
        return visitor

    def sign_in(
        self, person: Person, visitor: Visitor | None = None, password: str = ""
    ) -> Visitor:
        """A visitor who typed ID and password and stands at the next step."""
        visitor = visitor or self.visitor()
        visitor.open("/signin")
        visitor.send(
            "/signin/submit", {"login_id": person.login_id, "password": password or person.password}
        )
        return visitor

    def messages(self) -> list[str]:
        """Texts of the messages that wait in the outbox, as their recipients would read them.

        Takes them out.
        """
        with self.database.write() as session:
            return [
                claim.body for claim in claim_due(work_in(session, now=self.now), Share(limit=50))
            ]

    def last_code(self) -> str:
        """The newest one-time code that was sent."""
        codes: list[str] = [
            code for body in self.messages() for code in re.findall(r"(?<!\d)\d{6}(?!\d)", body)
        ]
        assert codes, "no code was sent"
        return codes[-1]

    def tasks(self) -> dict[str, str]:
        """Kinds of what waits for staff, with the receipt numbers; a kind twice fails the test."""
        with self.database.read() as session:
            rows = [(task.kind, task.receipt_no) for task in session.scalars(select(Task))]
        assert len(dict(rows)) == len(rows), rows
        return dict(rows)

    def count(self, model: Any, **wanted: object) -> int:
        """How many rows of a table have these values."""
        with self.database.read() as session:
            return len(session.scalars(select(model).filter_by(**wanted)).all())


def session_cookies(token: str) -> dict[str, str]:
    """Return what the browser of somebody holds who is signed in: the session, and the pass."""
    return {"sid": token, "pass": make_pass(VAULT, Standing.SIGNED_IN, "", time.time())}


def start_session(database: Database, person: Person, now: datetime, stage: str = "full") -> str:
    """Begin a session at a stage, of an account that is as far, and return its cookie value."""
    with database.write() as session:
        credential = session.get_one(Credential, person.credential_id)
        if credential.state in USABLE:
            credential.state = STATE_OF[stage]
        owner = sessions.Owner(sessions.RESIDENT, person.credential_id)
        kept = kept_as(SHOWN[stage], known_device=stage == sessions.Stage.FULL)
        new = sessions.NewSession(owner, sessions.Stage(stage), data=kept)
        return sessions.start(session, new, now)


def session_at(database: Database, token: str) -> AuthSession | None:
    """The row of a session id."""
    with database.read() as session:
        return session.scalar(
            select(AuthSession).where(AuthSession.token_hash == sessions.token_hash(token))
        )


def with_cheap_hashes(site: Site) -> Site:
    """Return the site with the tests' vault: the keys on disk, but cheap password hashes."""
    return replace(site, vault=VAULT, hashes=HashPool(VAULT))


def make_settings(folder: Path) -> Settings:
    """Return settings of a test deployment, with keys and the program on disk."""
    program = write_program(folder / "program")
    return Settings(
        program=str(program),
        data_dir=folder,
        key_dir=write_keys(folder / "keys"),
        environment="test",
        public_url="http://127.0.0.1",
        database_url=f"sqlite:///{folder}/unused.sqlite3",
    )


_ROUTES: dict[bool, Litestar] = {}


def resident_routes(settings: Settings) -> Litestar:
    """The site's routes, made once: no test changes them."""
    if settings.has_outbox not in _ROUTES:
        _ROUTES[settings.has_outbox] = make_routes(routes.handlers(settings))
    return _ROUTES[settings.has_outbox]


def make_resident(
    base: Site,
    database: Database,
    loop: Loop,
    folder: Path,
    now: datetime = NOON,
    notices: NoticeBoard | None = None,
) -> Resident:
    """The site on a database, with a clock that stands at `now`.

    Every page reads the notices and what is in force, unless `notices` are kept.
    """
    clock = FixedClock(now)
    in_force = InForce(0) if notices is None else InForce()
    site = replace(
        base,
        database=database,
        clock=clock,
        notices=notices or NoticeBoard(0),
        in_force=in_force,
        shops=ShopBoard(0),
    )
    app = serve_residents(resident_routes(site.settings), site)
    return Resident(site, app, clock, loop, folder)


def serve_resident(
    start_server: StartServer,
    settings: Settings,
    database_url: str,
    now: datetime = NOON,
    *,
    host: str = "127.0.0.1",
    **env: str,
) -> Server:
    """Start the site as a server whose clock goes on from `now`; ``host`` is what it is called."""
    port = free_port()
    offset = (now - datetime.now(UTC)).total_seconds()
    given = {
        "PORTAL_PROGRAM": settings.program,
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_KEY_DIR": str(settings.key_dir),
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_ENVIRONMENT": "test",
        "PORTAL_CLOCK_OFFSET": str(offset),
        "PORTAL_PUBLIC_URL": f"http://{host}:{port}",
        "PORTAL_WORKER": "beside",
        "LANG": "ja_JP.UTF-8",
    }
    return start_server(
        ["portal", "serve", "resident", "--port", str(port)], port=port, env=given | env
    )
