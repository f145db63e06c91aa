"""The parts of a running site, built once and shared by all requests."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM, Actor
from portal.domain.foundation.clock import Clock, DatabaseClock
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault, load_vault
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.mailroom.incidents.site_notices import NoticeBoard
from portal.domain.people.authn import sessions
from portal.domain.people.authn.party import Party, party_of
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.households.finder import Finder, finder_for
from portal.domain.people.shops.board import ShopBoard
from portal.platform.database import Database, make_engine
from portal.platform.in_force import InForce
from portal.platform.metrics.meter import Meter
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.templating import make_environment
from portal.platform.senders import sendable_kinds
from portal.platform.waits import RESIDENT_WAITS, SITE_WAITS
from portal.platform.who import SignIns
from portal.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """A site: settings, program, database, keys, clock, hash pool, meter, templates, files.

    ``filed`` is the program as its file has it, and ``in_force`` knows what was approved since.
    """

    kind: str
    settings: Settings
    filed: Program
    database: Database
    vault: Vault
    clock: Clock
    hashes: HashPool
    templates: Environment
    assets: Assets
    context: Callable[[Any], dict[str, object]]
    sign_ins: SignIns[Any]
    meter: Meter
    notices: NoticeBoard = field(default_factory=NoticeBoard)
    in_force: InForce = field(default_factory=InForce)
    shops: ShopBoard = field(default_factory=ShopBoard)

    @property
    def program(self) -> Program:
        """The program as it is in force: the file with what was approved on the staff site."""
        return self.in_force.program(self.filed)

    @property
    def address(self) -> str:
        """Address under which people open the site."""
        return self.settings.addresses[self.kind]

    @property
    def records_looks(self) -> bool:
        """Tell whether it is on record who saw whose data; families only see their own."""
        return self.kind == "staff"

    @property
    def cookie_prefix(self) -> str:
        """Cookies carry ``__Host-`` wherever TLS makes that possible.

        The staff site's have names of their own.

        Browsers do not keep ports apart, and in the demo both sites share a host.
        """
        host = "__Host-" if self.https else ""
        return host + ("" if self.kind == "resident" else "staff-")

    @property
    def channels(self) -> tuple[str, ...]:
        """Ways to receive codes that the program allows and this deployment can serve."""
        ready = {"totp", *sendable_kinds(self.settings)}
        return tuple(kind for kind in self.program.channels.names if kind in ready)

    def party(self, host: str) -> Party | None:
        """Return this site as devices know it; None where they make no passkeys for it.

        ``host`` is what the browser calls it, which only the demo goes by: its address is a number,
        and devices take the name of this machine for it.
        """
        if self.settings.environment == "demo" and host.partition(":")[0] == "localhost":
            return party_of(f"http://{host}")
        return party_of(self.address)

    @property
    def public_host(self) -> str:
        """Host name of the resident site, for messages bound to it."""
        return urlsplit(self.settings.public_url).hostname or ""

    @property
    def hosts(self) -> frozenset[str] | None:
        """Names under which the site answers; None outside production, where any will do."""
        if not self.settings.in_production:
            return None
        return frozenset({urlsplit(self.address).hostname or "", *self.settings.allowed_hosts})

    @property
    def finder(self) -> Finder:
        """What finds households in this process."""
        return finder_for(self.database.engine, self.vault)

    def work(self, session: Session, actor: Actor = SYSTEM, now: datetime | None = None) -> Work:
        """Return the work of an open transaction.

        ``now`` (UTC) is by default the transaction's own instant.
        """
        return Work(session, self.vault, self.program, actor, now or self.clock.now(session))

    def work_source(self, actor: Actor = SYSTEM) -> WorkSource:
        """Return a source of transactions for a longer task."""
        return WorkSource(
            self.database.read,
            self.database.write,
            self.vault,
            self.clock,
            actor,
            self.filed,
            standing=self.in_force,
        )

    @property
    def https(self) -> bool:
        """Tell whether the site is reached through TLS."""
        return self.address.startswith("https://")


def make_site(
    settings: Settings,
    kind: str,
    sign_ins: SignIns[Any],
    *,
    engine: Engine | None = None,
    clock: Clock | None = None,
    context: Callable[[Any], dict[str, object]] = lambda _page: {},
    meter: Meter | None = None,
) -> Site:
    """Build a site; ``context`` returns further names that its templates see.

    Without a ``meter`` nothing is counted.

    Raises:
        InputError: wrong settings, program or keys, in one sentence.
    """
    program = load_program(settings.program)
    vault = load_vault(settings.key_dir)
    assets = Assets()
    counting = meter or Meter()
    site_database = _own_database(settings, kind) if engine is None else Database(engine)
    counting.watch(site_database.engine)
    return Site(
        kind=kind,
        settings=settings,
        filed=program,
        database=site_database,
        vault=vault,
        clock=clock or DatabaseClock(settings.clock_offset),
        hashes=HashPool(vault, cores=_hash_threads(settings), watch=counting),
        templates=make_environment(assets, staff=kind == "staff"),
        assets=assets,
        context=context,
        sign_ins=sign_ins,
        meter=counting,
    )


def _hash_threads(settings: Settings) -> int:
    """Return how many hashes one process computes at once: in all processes one for each core.

    More would be no faster, and each thread keeps 19 MiB.
    """
    return max(1, min(4, (os.cpu_count() or 1) // max(1, settings.workers)))


def _own_database(settings: Settings, kind: str) -> Database:
    waits = RESIDENT_WAITS if kind == sessions.RESIDENT else SITE_WAITS
    return Database(make_engine(settings.database_url, waits=waits), waits)
