"""Password hashes: Argon2id with a pepper, in a bounded pool so that sign-ins never block pages."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol, TypeVar

from argon2.exceptions import VerificationError
from argon2.low_level import Type, hash_secret, verify_secret

from portal.domain.foundation.errors import BusyError
from portal.domain.foundation.key_ring import fingerprint, key_of_mark, sealing_key
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault, peppered

SALT_BYTES = 16
MARK = "$pepper="
T = TypeVar("T")


def hash_password(vault: Vault, password: str, salt: bytes) -> str:
    """Return the Argon2id hash of a peppered password; ``salt`` is 16 random bytes.

    It ends with the fingerprint of its pepper; hashes of before version 0.2 do not.
    """
    cost, pepper = vault.password_cost, sealing_key(vault.pepper)
    made = hash_secret(
        peppered(pepper, password), salt, cost.rounds, cost.memory_kib, cost.lanes, 32, Type.ID
    )
    return made.decode() + mark_of(pepper)


def verify_password(vault: Vault, hashed: str, password: str) -> bool:
    """Return whether the password is the hashed one; without its pepper none is.

    One hash is computed in any case.
    """
    plain, _mark, mark = hashed.partition(MARK)
    pepper = key_of_mark(vault.pepper, mark)
    try:
        verify_secret(
            plain.encode(), peppered(pepper or sealing_key(vault.pepper), password), Type.ID
        )
    except VerificationError:
        return False
    return pepper is not None


def mark_of(pepper: bytes) -> str:
    """Return what a hash of this pepper ends with."""
    return MARK + fingerprint(pepper)


def is_of_earlier_pepper(vault: Vault, hashed: str) -> bool:
    """Tell whether a hash was made with a pepper before the one that is used now."""
    return key_of_mark(vault.pepper, hashed.partition(MARK)[2]) != sealing_key(vault.pepper)


class HashWatch(Protocol):
    """Who wants to know how busy the pool is."""

    def waited(self, seconds: float) -> None:
        """Learn how long a password waited for its turn."""
        ...

    def refused(self) -> None:
        """Learn that too many waited."""
        ...


class HashPool:
    """Compute at most ``cores`` hashes at once, let ``queue`` more wait, and refuse any others.

    They are computed by threads of their own, as many as run at once: a thread keeps the 19 MiB
    that a hash needs, and forty threads that answer requests would each keep them.
    """

    def __init__(
        self, vault: Vault, cores: int = 2, queue: int = 16, watch: HashWatch | None = None
    ) -> None:
        self._vault = vault
        self._watch = watch
        self._threads = ThreadPoolExecutor(cores, "passwords")
        self._places = threading.BoundedSemaphore(cores + queue)
        self._dummy = hash_password(vault, "nobody", b"\0" * SALT_BYTES)

    def _wait_for(self, compute: Callable[[], T]) -> T:
        """Have something computed when it is its turn; raise BusyError if too many wait."""
        if not self._places.acquire(blocking=False):
            if self._watch is not None:
                self._watch.refused()
            raise BusyError(_("いま、混み合っています。1分ほどしてから、もう一度お試しください。"))
        try:
            return self._threads.submit(self._compute, compute, time.perf_counter()).result()
        finally:
            self._places.release()

    def _compute(self, compute: Callable[[], T], asked: float) -> T:
        if self._watch is not None:
            self._watch.waited(time.perf_counter() - asked)
        return compute()

    def verify(self, hashed: str | None, password: str) -> bool:
        """Compare a password; without a hash do the same work, so that timing reveals nothing.

        Raises:
            BusyError: too many comparisons are waiting.
        """
        known = hashed or self._dummy
        matches = self._wait_for(lambda: verify_password(self._vault, known, password))
        return matches and hashed is not None

    def hash(self, password: str, salt: bytes) -> str:
        """Hash a new password within the same limit.

        Raises:
            BusyError: too many hashes are waiting.
        """
        return self._wait_for(lambda: hash_password(self._vault, password, salt))

    def renewed(self, hashed: str, password: str) -> str | None:
        """Hash a password that was right anew if its pepper is an earlier one, else return None.

        If too many others wait, the next sign-in does it.
        """
        if not is_of_earlier_pepper(self._vault, hashed):
            return None
        with suppress(BusyError):
            return self.hash(password, secrets.token_bytes(SALT_BYTES))
        return None
