"""Keeps what the staff site answers to people who are signed in, until the test is over.

Only where a run was told to (``watching``): elsewhere nothing is kept.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.vault import Vault
from portal.domain.people.households.models import Household
from portal.platform.database import Database

if TYPE_CHECKING:
    from tests.support.resident import Visitor

TYPED_MAX = 20_000
"""Of what somebody sends so many bytes are kept: of a large file nobody types more again."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer and whom it was for.

    Attributes:
        role: The role of this person.
        staff_id: Their account.
        answer: What they were answered.
        typed: What they had typed until then.
        protected: The households that were protected at that moment.
    """

    role: Role
    staff_id: int
    answer: httpx.Response
    typed: str
    protected: frozenset[int]


@dataclass(eq=False)
class Listening:
    """What one site has answered since somebody last looked."""

    database: Database
    vault: Vault
    heard: list[Heard] = field(default_factory=list)

    def to(self, visitor: "Visitor", staff_id: int, role: Role) -> None:
        """Keep what this visitor is answered, if anybody listens in this run."""
        if not EARS.on:
            return
        typed: list[str] = []

        async def keep(answer: httpx.Response) -> None:
            await answer.aread()
            typed.append(await _typed(answer.request))
            self.heard.append(
                Heard(role, staff_id, answer, "\n".join(typed), self._protected_now())
            )
            if self not in EARS.waiting:
                EARS.waiting.append(self)

        visitor.http.event_hooks = {"response": [keep]}

    def taken(self) -> list[Heard]:
        """Return what was heard, and forget it."""
        heard, self.heard = self.heard, []
        return heard

    def _protected_now(self) -> frozenset[int]:
        with self.database.read() as session:
            return frozenset(session.scalars(select(Household.id).where(Household.protected)))


@dataclass
class Ears:
    """Whether this process listens, and the sites that answered what nobody has looked at."""

    on: bool = False
    waiting: list[Listening] = field(default_factory=list)


EARS = Ears()


async def _typed(request: httpx.Request) -> str:
    said = [value for _name, value in parse_qsl(urlsplit(str(request.url)).query)]
    content = (await request.aread())[:TYPED_MAX].decode("utf-8", "replace")
    if "multipart" in request.headers.get("content-type", ""):
        return "\n".join([*said, content])
    return "\n".join([*said, *(value for _name, value in parse_qsl(content))])
