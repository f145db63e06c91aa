"""The sender of demo and tests: messages stay on this machine until they expire."""

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.notices.services import Claim
from portal.platform.senders.sending import Accepted, Way


class LocalSender:
    """Accepts everything and keeps it sealed in the outbox for the outbox page."""

    keeps_body = True

    def __init__(self, environment: str) -> None:
        if environment not in {"demo", "test"}:
            raise InputError(_s("手元の送信箱はデモとテストでだけ使えます。"))

    def capacity(self, free: int, running: int) -> int:  # noqa: ARG002  (the protocol's signature)
        """Return ``free``: nothing can break."""
        return free

    @property
    def way(self) -> Way:
        """Nowhere: messages stay on this machine."""
        return Way("local", "")

    def send(self, message: Claim) -> Accepted:  # noqa: ARG002  (the protocol's signature)
        """Do nothing: the worker keeps the body."""
        return Accepted()
