"""How much of a busy process one network may take before its people are let in."""

from dataclasses import dataclass

A_SECOND, AT_ONCE = 10.0, 50.0
"""Requests of one network that count as its share: a carrier's address stands for many families."""
FORGOTTEN = 10.0
"""Seconds after which a network's share is whole again, and is not remembered."""


@dataclass(slots=True)
class _Share:
    left: float
    at: float


class Shares:
    """The shares of the networks of the last seconds; times are seconds."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}
        self._cleaned_at = 0.0

    def take(self, network: str, now: float) -> bool:
        """Count a request; False if its network has had its share."""
        self._clean(now)
        share = self._shares.setdefault(network, _Share(AT_ONCE, now))
        share.left = min(AT_ONCE, share.left + (now - share.at) * A_SECOND)
        share.at = now
        if share.left < 1:
            return False
        share.left -= 1
        return True

    def _clean(self, now: float) -> None:
        if 0 <= now - self._cleaned_at < FORGOTTEN:
            return
        self._cleaned_at = now
        self._shares = {
            network: share for network, share in self._shares.items() if now - share.at < FORGOTTEN
        }
