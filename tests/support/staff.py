"""The staff site under test.

Its people, its clock and its database, in this process or as a server for a browser.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
from litestar import Litestar
from litestar.types import ASGIApp
from sqlalchemy import select, update

from admin import routes
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import FixedClock
from portal.domain.mailroom.incidents.site_notices import NoticeBoard
from portal.domain.people.authn import sessions
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import Profile, add_staff
from portal.platform.application import make_routes, serve_site
from portal.platform.database import Database
from portal.platform.http.cookies import form_token
from portal.platform.in_force import InForce
from portal.platform.site import Site
from portal.settings import Settings
from tests.support.fields.listening import Listening
from tests.support.people import Person, add_person, give_coupons
from tests.support.programs.servers import Server, StartServer, free_port
from tests.support.resident import NOON, Loop, Visitor
from tests.support.work import work_in

COOKIE = "staff-sid"
PASSWORD = "correct horse battery 58"
AT_MAIN, AT_WARD = "203.0.113.9", "203.0.113.200"
ROLES = {
    Role.OFFICER: Organization.CONTRACTOR,
    Role.WARD_OFFICER: Organization.WARD,
    Role.AGENT: Organization.SUBCONTRACTOR,
    Role.SUPERVISOR: Organization.CONTRACTOR,
    Role.AUDITOR: Organization.WARD,
    Role.ADMINISTRATOR: Organization.CONTRACTOR,
}


@dataclass
class Colleague:
    """A staff account as its owner knows it."""

    id: int
    login: str
    totp_secret: str
    role: Role = Role.OFFICER
    password: str = PASSWORD

    @property
    def address(self) -> str:
        """An address at their workplace: of the ward, or of the call center's main site."""
        return AT_WARD if ROLES[self.role] is Organization.WARD else AT_MAIN

    def code(self, now: datetime) -> str:
        """What the authenticator app shows at this instant."""
        return pyotp.TOTP(self.totp_secret).at(now)


@dataclass
class StaffSite:
    """A running staff site and what a test does with it most."""

    site: Site
    app: ASGIApp
    clock: FixedClock
    loop: Loop
    folder: Path
    people: int = field(default=0)
    listening: Listening = field(init=False)

    def __post_init__(self) -> None:
        """Hold what is answered against the table of fields when the test is over."""
        self.listening = Listening(self.site.database, self.site.vault)

    @property
    def database(self) -> Database:
        """The site's database."""
        return self.site.database

    @property
    def now(self) -> datetime:
        """The instant at which the clock stands."""
        return self.clock.instant

    def visitor(self, address: str = AT_MAIN, **headers: str) -> Visitor:
        """Somebody with a fresh browser."""
        return Visitor(self.app, self.loop, address, **headers)

    def hire(self, role: Role = Role.OFFICER, login: str = "") -> Colleague:
        """A colleague with an account."""
        self.people += 1
        return hire(self.database, self.now, role, login or f"{role.value}{self.people}")

    def enter(self, colleague: Colleague, visitor: Visitor | None = None) -> Visitor:
        """A visitor who is signed in as this colleague, with a form of this session in hand."""
        visitor = visitor or self.visitor(colleague.address)
        token = start_session(self.database, colleague, self.now)
        visitor.http.cookies.set(COOKIE, token, domain="127.0.0.1")
        visitor.token = form_token(self.site.vault, sessions.token_hash(token).hex())
        self.listening.to(visitor, colleague.id, colleague.role)
        return visitor

    def enter_as(self, role: Role) -> Visitor:
        """A visitor who is signed in as a new colleague of this role."""
        return self.enter(self.hire(role))

    def add_household(self, **options: Any) -> Person:
        """A household with a letter."""
        self.people += 1
        return add_person(self.database, self.now, number=f"98{self.people:08}", **options)

    def give_coupons(self) -> None:
        """Every child that may have a coupon gets one."""
        give_coupons(self.database, self.folder, self.now)

    def events(self, action: str) -> list[AuditEvent]:
        """What was logged under an action."""
        with self.database.read() as session:
            query = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
            found = list(session.scalars(query))
            session.expunge_all()
        return found

    def count(self, model: Any, **wanted: object) -> int:
        """How many rows of a table have these values."""
        with self.database.read() as session:
            return len(session.scalars(select(model).filter_by(**wanted)).all())


def hire(
    database: Database, now: datetime, role: Role, login: str, *, enrolled: bool = True
) -> Colleague:
    """Add an account with the tests' password; its first sign-in is over unless told otherwise."""
    with database.write() as session:
        made = add_staff(
            work_in(session, now=now),
            Profile(login, f"職員 {login}", ROLES[role], role),
            password=PASSWORD,
            enrolled=enrolled,
        )
        return Colleague(made.user.id, made.user.login, made.totp_secret, role)


def finish_enrollment(database: Database, *logins: str) -> None:
    """Act as if these accounts, added by a command, were past their first sign-in."""
    with database.write() as session:
        session.execute(
            update(StaffUser)
            .where(StaffUser.login.in_(logins))
            .values(enrolled_at=StaffUser.created_at)
        )


def start_session(
    database: Database, colleague: Colleague, now: datetime, stage: str = "full"
) -> str:
    """Begin a session and return its cookie value."""
    with database.write() as session:
        owner = sessions.Owner(sessions.STAFF, colleague.id)
        return sessions.start(session, sessions.NewSession(owner, sessions.Stage(stage)), now)


@cache
def staff_routes() -> Litestar:
    """The site's routes, made once: no test changes them."""
    return make_routes(routes.handlers())


def make_staff(
    base: Site, database: Database, loop: Loop, folder: Path, now: datetime = NOON
) -> StaffSite:
    """The site on a database, with a clock that stands at `now`."""
    clock = FixedClock(now)
    site = replace(
        base, database=database, clock=clock, notices=NoticeBoard(0), in_force=InForce(0)
    )
    return StaffSite(site, serve_site(staff_routes(), site), clock, loop, folder)


def serve_staff(
    start_server: StartServer,
    settings: Settings,
    database_url: str,
    now: datetime = NOON,
    *,
    ready: bool = True,
    host: str = "127.0.0.1",
) -> Server:
    """Start the site as a server whose clock goes on from `now`, for browsers that call it `host`.

    Not `ready`: it never gets to making its search index.
    """
    port = free_port()
    offset = (now - datetime.now(UTC)).total_seconds()
    env = {
        "PORTAL_PROGRAM": settings.program,
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_KEY_DIR": str(settings.key_dir),
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_ENVIRONMENT": "test",
        "PORTAL_CLOCK_OFFSET": str(offset),
        "PORTAL_ADMIN_URL": f"http://{host}:{port}",
        "LANG": "ja_JP.UTF-8",
    }
    unready = ["granian", "--interface", "asgi", "--no-access-log", "--http", "1", "--factory"]
    unready.append("tests.support.programs.unready_staff:create_app")
    command = ["portal", "serve", "staff"] if ready else unready
    return start_server([*command, "--port", str(port)], port=port, env=env)
