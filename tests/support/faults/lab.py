"""One laboratory: a database, sites before it, families that decline, and what must be true."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from portal.domain.people.entitlements.queries import Total
from portal.platform.database import Database
from portal.settings import Settings
from tests.support.faults import oracle
from tests.support.faults.cluster import PostgresServer, opened
from tests.support.faults.load import Family, Load, add_families
from tests.support.faults.nodes import Node, offset_from
from tests.support.faults.post import Post
from tests.support.resident import NOON

CROWD = 100
"""Clients where families come at a rate: more than wait while a site or a database is away."""


@dataclass
class Laboratory:
    """What a fault is tried on."""

    server: PostgresServer
    database: Database
    url: str
    settings: Settings
    folder: Path
    offset: timedelta = field(default_factory=offset_from)
    families: list[Family] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    others: Total = oracle.NOBODY
    """Children and yen that were there before the families."""

    @classmethod
    @contextlib.contextmanager
    def around(
        cls, server: PostgresServer, settings: Settings, folder: Path
    ) -> Iterator["Laboratory"]:
        """Make the tables, and end what was started after the block."""
        url = server.create()
        with opened(url) as database:
            made = cls(server, database, url, settings, folder)
            try:
                yield made
            finally:
                for node in made.nodes:
                    node.stop()

    def node(self, url: str = "", **options: Any) -> Node:
        """Start a site."""
        log = self.folder / f"node{len(self.nodes)}.log"
        made = Node(self.settings, url or self.url, log, self.offset, **options)
        self.nodes.append(made)
        made.start()
        return made

    def add_families(self, count: int) -> Sequence[Family]:
        """Add households with coupons who will decline."""
        self.families = add_families(self.database, self.folder, count, NOON)
        return self.families

    def load(
        self,
        seed: int = 0,
        clients: int = 3,
        sites: Sequence[str] = (),
        thinking: float = 0.0,
        rate: float = 0.0,
    ) -> Load:
        """Let them begin; each looks at a page for ``thinking`` seconds.

        With a ``rate`` so many come in a second, also while a site is away.
        """
        asked = sites or [node.url for node in self.nodes]
        at_once = CROWD if rate else clients
        made = Load(asked, self.families, self.offset, at_once, seed, thinking, rate=rate)
        return made.start()

    def check(self, load: Load, post: Post | None = None) -> int:
        """Fail the test unless everybody has a receipt and everything is as it must be.

        Returns how many receipts were shown, all of which are there. With a ``post`` each family
        was also told, or is before this returns.
        """
        load.finish()
        assert not load.statuses[500], load.statuses
        arrived = post.send_all() if post is not None else None
        oracle.check(self.database, self.families, self.others, arrived)
        if arrived:
            print(f"{len(arrived)} messages, {arrived.total() - len(arrived)} came twice, ", end="")
        print(f"answers {dict(load.statuses)}, told {dict(load.outcomes)}, ", end="")
        print(f"{load.forms_per_second():.0f} forms a second, ", end="")
        print(f"longest gap {load.longest_gap():.1f} s")
        return load.done
