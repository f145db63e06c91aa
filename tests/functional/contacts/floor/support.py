"""A telephone system of the tests, and the resident sites to which it tells of calls."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx
from sqlalchemy import select

from portal.domain.contacts.floor.models import FloorCall
from portal.domain.contacts.floor.reading import Told
from portal.domain.contacts.floor.signing import signature_of
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.contacts.floor.taking import take
from portal.platform.application import make_routes, serve_site
from portal.platform.database import Database
from portal.platform.floor_events import EVENTS_PATH
from portal.web import floor_events
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

KEY, SECRET = "pbx-2023", "change-this-secret-of-32-characters"
CALLER = "09012345678"
STORED_CALLER = "+819012345678"
SEAT = "103"


@dataclass
class Exchange:
    """A telephone system: signs events with its key, by its own clock."""

    resident: Resident
    nodes: int = 1
    secret: str = SECRET
    key: str = KEY
    visitors: list[Visitor] = field(default_factory=list)
    told: int = 0

    def __post_init__(self) -> None:
        settings = replace(self.resident.site.settings, telephone_keys={KEY: SECRET})
        for node in range(self.nodes):
            site = replace(self.resident.site, settings=settings)
            app = serve_site(make_routes(floor_events.handlers(settings, 0.2)), site)
            self.visitors.append(Visitor(app, self.resident.loop, f"198.51.100.{node + 9}"))

    def body(self, event: str, /, call: str = "417", **more: object) -> bytes:
        at = int(self.resident.now.timestamp())
        if event in {"ringing", "answered"}:
            more.setdefault("extension", SEAT)
        return json.dumps({"call": call, "event": event, "at": at} | more).encode()

    def headers(self, body: bytes, name: str = "", time: datetime | None = None) -> dict[str, str]:
        self.told += 1
        name = name or f"event-{self.told}"
        seconds = str(int((time or self.resident.now).timestamp()))
        return {
            "X-Telephone-Key": self.key,
            "X-Telephone-Time": seconds,
            "X-Telephone-Event": name,
            "X-Telephone-Signature": signature_of(self.secret, seconds, name, body),
        }

    def post(
        self, body: bytes, headers: dict[str, str] | None = None, node: int = 0
    ) -> httpx.Response:
        visitor = self.visitors[node]
        sent = headers if headers is not None else self.headers(body)
        return self.resident.loop.run(visitor.http.post(EVENTS_PATH, content=body, headers=sent))

    def tell(self, event: str, /, call: str = "417", **more: object) -> int:
        return self.post(self.body(event, call, **more)).status_code

    def calls(self) -> list[FloorCall]:
        return calls_in(self.resident.database)


def calls_in(database: Database) -> list[FloorCall]:
    with database.read() as session:
        rows = list(session.scalars(select(FloorCall).order_by(FloorCall.id)))
        session.expunge_all()
    return rows


def tell(
    database: Database,
    kind: LineEvent,
    at: datetime,
    *,
    call: str = "417",
    extension: str = "",
    caller: str = "",
) -> None:
    """Take in an event without the site around it."""
    seat = extension or (SEAT if kind in {LineEvent.RINGING, LineEvent.ANSWERED} else "")
    with database.write() as session:
        take(
            work_in(session, now=at),
            Told(call, kind, at, seat, caller),
            f"{call}-{kind.value}-{at.timestamp()}",
            KEY,
        )
