"""A try at a password: counted before it is compared, and given back once it turns out right."""

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
    """A counted try at the password of an account.

    Attributes:
        owner_id: The key of the account; None for an unknown ID or login.
        hashed: The hash to compare with; None where no password can be right.
        password: The password in the form that was hashed.
        counters: Where the try was counted; a right one is given back.
        device: What kind of device the browser runs on.
        matched: Whether the password was right, once it was compared.
    """

    owner_id: int | None
    hashed: str | None = field(repr=False)
    password: str = field(repr=False)
    counters: tuple[Bucket, ...] = ()
    device: str = ""
    matched: bool = False

    def compared(self, hashes: HashPool) -> "Attempt":
        """Compare the password, outside of any transaction, and return the try with the result.

        Raises:
            BusyError: too many comparisons are waiting.
        """
        return replace(self, matched=hashes.verify(self.hashed, self.password))

    def give_back(self, session: Session) -> None:
        """Uncount the try: it was right, or the machine was too busy to compare it."""
        for bucket in self.counters:
            throttles.give_back(session, bucket)
