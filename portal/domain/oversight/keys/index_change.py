"""Another search key for the one of before: digests that moved, and rows a few at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Row, Select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.foundation.base import Base
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.oversight.keys.sealing_anew import AT_ONCE

Values = dict[str, Any]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Change:
    """Another search key in place of the one of before.

    Attributes:
        before: The keys, with the search key by which rows are found now.
        after: The same keys, with the other one.
        moved: The digests so far, of before and anew.
        household_keys: What each household is found by, by its digest anew; it is not stored.
    """

    before: Vault
    after: Vault
    moved: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    household_keys: dict[bytes, str] = field(default_factory=dict, repr=False)

    def found(
        self, make: Callable[[Vault, Value], bytes], stored: bytes, candidates: Iterable[Value]
    ) -> Value | None:
        """Return the value of which a stored digest was made, and keep the digest anew."""
        for value in candidates:
            if make(self.before, value) == stored:
                self.moved[stored] = make(self.after, value)
                return value
        return None

    def anew(
        self,
        make: Callable[[Vault, Value], bytes],
        place: tuple[type[Base], int],
        stored: bytes,
        candidates: Iterable[Value],
    ) -> bytes:
        """Return a stored digest as the other key makes it.

        Raises:
            IntegrityFaultError: it was made of none of the candidates; the message names the row.
        """
        if self.found(make, stored, candidates) is None:
            raise not_ours(*place)
        return self.moved[stored]


def batches(
    session: Session,
    key: InstrumentedAttribute[int],
    statement: Select[*tuple[Any, ...]],
    at_once: int = AT_ONCE,
) -> Iterator[Sequence[Row[Any]]]:
    """Yield rows a few at a time, by their keys; the key is the first column."""
    last = 0
    while True:
        batch = session.execute(statement.where(key > last).order_by(key).limit(at_once)).all()
        if not batch:
            return
        last = batch[-1][0]
        yield batch


def put(session: Session, model: type[Base], values: Iterable[Values]) -> None:
    """Change rows, each by its key."""
    if changed := list(values):
        session.execute(update(model), changed)


def not_ours(model: type[Base], key: int) -> IntegrityFaultError:
    """Return the error about a digest that was made of something else."""
    return IntegrityFaultError(
        _s(
            "%(table)s の %(key)s 番の照合値を、中身から作りなおせません。何も変わっていません。"
            "前の鍵のまま使えます。"
        )
        % {"table": model.__tablename__, "key": key}
    )
