"""The page of a resident: the request, and the household's account that is signed in."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Channel, Role
from portal.domain.foundation.wide_reads import Reads
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.messages import Origin, signature_of
from portal.domain.people.signin.own_family import Family, FamilyRead
from portal.domain.people.signin.second_factor import Factors, with_session
from portal.domain.people.signin.session_check import active_session
from portal.platform import page
from portal.platform.site import Site
from portal.platform.who import ShortLoad


@dataclass(frozen=True, slots=True)
class ResidentWho:
    """Which household is signed in.

    Attributes:
        auth: The living session.
        credential: Its account; None where ``family`` or ``factors`` says all that the page shows.
        locked: Whether the password is required before anything else.
        family: What its page shows of it, where the page's read brought that.
        factors: Its sources of codes, likewise.
    """

    auth: AuthSession | None = field(default=None, repr=False)
    credential: Credential | None = field(default=None, repr=False)
    locked: bool = False
    family: Family | None = field(default=None, repr=False)
    factors: Factors | None = field(default=None, repr=False)

    @property
    def actor(self) -> Actor:
        """The acting party for audit events; without an id before the sign-in."""
        owner_id = self.auth.owner_id if self.auth is not None else None
        return Actor(Role.RESIDENT, owner_id, channel=Channel.PORTAL)

    @property
    def rows(self) -> tuple[object, ...]:
        """The loaded rows that a page shows."""
        return () if self.auth is None else (self.auth,)


class ResidentSignIns:
    """Loads which household is signed in."""

    nobody = ResidentWho()

    def load(self, session: Session, token: str, now: datetime) -> ResidentWho:
        """Return whose session has this ID at ``now`` (UTC)."""
        found = active_session(session, token, now)
        if found is None:
            return self.nobody
        auth, credential = found
        return ResidentWho(auth, credential, sessions.is_locked(auth, now))


def with_family(read: FamilyRead) -> ShortLoad[ResidentWho]:
    """Return what loads the signed-in household together with its family."""

    def load(reads: Reads, token: str, now: datetime) -> ResidentWho:
        found = read.of(reads, token, now)
        if found is None:
            return ResidentSignIns.nobody
        auth, family = found
        return ResidentWho(auth, locked=sessions.is_locked(auth, now), family=family)

    return ShortLoad(load)


def origin_of(site: Site) -> Origin:
    """Return the sender of one-time codes."""
    return Origin(site.public_host, signature_of(site.program))


def _with_factors(reads: Reads, token: str, now: datetime) -> ResidentWho:
    found = with_session(reads, token, now)
    if found is None:
        return ResidentSignIns.nobody
    auth, own = found
    return ResidentWho(auth, locked=sessions.is_locked(auth, now), factors=own)


with_factors = ShortLoad(_with_factors)
"""Loads the signed-in household together with its sources of codes."""


Page = page.Page[ResidentWho]
