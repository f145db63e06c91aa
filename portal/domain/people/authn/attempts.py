"""A password attempt: counted before it is compared, and uncounted if it was right."""

from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from portal.domain.people.authn import throttles
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.authn.throttles import Bucket


@dataclass(frozen=True, slots=True)
class TypedLogin:
    """What somebody typed to sign in: an ID or login, and a password."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt at the password of an account.

    Attributes:
        owner_id: The key of the account; None for an unknown ID or login.
        hashed: The hash to compare with; None where no password can be right.
        password: The password in the form that was hashed.
        counters: Where the attempt was counted; a right one is uncounted.
        known_device: Whether the browser signed in to this account before.
        own_password: Whether the hash is of a password that its owner chose.
        matched: Whether the password was right, once it was compared.
        renewed: Its hash with the newest pepper, if it was right and has an earlier one.
    """

    owner_id: int | None
    hashed: str | None = field(repr=False)
    password: str = field(repr=False)
    counters: tuple[Bucket, ...] = ()
    known_device: bool = False
    own_password: bool = False
    matched: bool = False
    renewed: str | None = field(default=None, repr=False)

    def compared(self, hashes: HashPool, *, renews: bool = True) -> "Attempt":
        """Compare the password, outside of any transaction, and return the attempt with the result.

        Not ``renews``: a right password costs no more work than a wrong one.

        Raises:
            BusyError: too many comparisons are waiting.
        """
        matched = hashes.verify(self.hashed, self.password)
        renews = renews and matched and self.hashed is not None
        renewed = hashes.renewed(self.hashed or "", self.password) if renews else None
        return replace(self, matched=matched, renewed=renewed)

    def uncount(self, session: Session) -> None:
        """Uncount the attempt: it was right, or the machine was too busy to compare it."""
        throttles.uncount_tries(session, self.counters)
