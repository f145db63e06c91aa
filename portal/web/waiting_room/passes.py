"""What a browser carries about the waiting room: its pass, its place, and the ID that was typed.

Only we can make them, and no database is asked to read one: a flood of forged ones costs nothing.
"""

from enum import StrEnum

from portal.domain.foundation.vault import Vault
from portal.domain.people.authn import sessions
from portal.web.waiting_room.line import Place

PASS, PLACE = "pass", "place"
PLACE_LIVES = 2 * 3600
"""Seconds for which a place in the line is good."""


class Standing(StrEnum):
    """How far somebody has come; whoever is further is served first."""

    NEW = "new"
    BEGUN = "begun"
    """Was let in and has begun to fill a form, in this network."""
    SIGNED_IN = "signed_in"
    """Is past the password."""


LIVES = {
    Standing.BEGUN: 15 * 60,
    Standing.SIGNED_IN: int(sessions.LIFETIMES[sessions.RESIDENT].absolute.total_seconds()),
}
"""Seconds for which a pass is good."""


def make_pass(vault: Vault, standing: Standing, network: str, now: float) -> str:
    """Return a pass: good for its life, and, before the password, in one network."""
    until = int(now) + LIVES[standing]
    return f"{standing}.{until}.{vault.sign(PASS, _signed(standing, until, network))}"


def standing_of(vault: Vault, carried: str, network: str, now: float) -> Standing:
    """Return what a pass is worth; one that is forged, old or of another network nothing."""
    name, _dot, rest = carried.partition(".")
    until, _dot, signature = rest.partition(".")
    if name not in LIVES or not until.isdecimal() or int(until) < now:
        return Standing.NEW
    standing = Standing(name)
    if not vault.has_signed(PASS, _signed(standing, int(until), network), signature):
        return Standing.NEW
    return standing


def _signed(standing: Standing, until: int, network: str) -> str:
    where = network if standing is Standing.BEGUN else ""
    return f"{standing}.{until}.{where}"


def carry_place(vault: Vault, place: Place) -> str:
    """Return a place as the browser carries it, so that another process knows it too."""
    value = f"{place.number}.{int(place.arrived * 1000)}"
    return f"{value}.{vault.sign(PLACE, value)}"


def place_of(vault: Vault, carried: str, now: float) -> Place | None:
    """Return the place that a browser carries; None if it is forged or older than two hours."""
    value, _dot, signature = carried.rpartition(".")
    number, _dot, arrived = value.partition(".")
    if not arrived.isdecimal() or not vault.has_signed(PLACE, value, signature):
        return None
    at = int(arrived) / 1000
    return Place(number, at) if at > now - PLACE_LIVES else None
