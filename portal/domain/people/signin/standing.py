"""What a session has shown so far, and how its account stands: what ``evidence`` decides by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import Door
from portal.domain.people.signin.evidence import Account, Item, Right, may, suffices
from portal.domain.people.signin.steps import state_at, step_is_over

_SHOWN, _KNOWN = "shown", "known"
_LEAST: Mapping[str, frozenset[Item]] = {
    Stage.BIRTH: frozenset({Item.LETTER}),
    Stage.CHANNEL: frozenset({Item.LETTER, Item.BIRTH}),
    Stage.CODE: frozenset({Item.LETTER}),
    Stage.FULL: frozenset({Item.LETTER, Item.BACKUP}),
}
"""What a session of an earlier release, which kept no list, has shown at least."""


def shown_in(auth: AuthSession) -> frozenset[Item]:
    """Return the items that a session has shown."""
    kept = auth.data.get(_SHOWN)
    return _LEAST[auth.stage] if kept is None else frozenset(Item(one) for one in kept)


def is_known(auth: AuthSession) -> bool:
    """Return whether the browser of a session signed in to its account before, or now has."""
    return auth.stage == Stage.FULL or bool(auth.data.get(_KNOWN))


def rests_on_passkey(auth: AuthSession) -> bool:
    """Return whether a session would not be open without its passkey.

    It changes no factor (decision 0041), and a report of a loss ends it.
    """
    shown = shown_in(auth)
    return Item.PASSKEY in shown and not suffices(shown - {Item.PASSKEY}, Right.SESSION)


def kept_as(shown: frozenset[Item], *, known_device: bool) -> dict[str, Any]:
    """Return what a session keeps of the items that it has shown, for its next steps."""
    return {_SHOWN: sorted(shown), _KNOWN: known_device}


def account_at(credential: Credential, now: datetime, *, known_device: bool = False) -> Account:
    """Return how an account stands at an instant (UTC) for a browser, whatever its sources do."""
    return Account(state_at(credential, now), Door(credential.door), known_device)


def require_step(
    auth: AuthSession, credential: Credential, shown: frozenset[Item], right: Right, now: datetime
) -> None:
    """Refuse a step of the sign-in for which too little was shown.

    Raises:
        WrongStateError: the account gives no such right to whoever showed these items.
    """
    if not may(shown, account_at(credential, now, known_device=is_known(auth)), right):
        raise step_is_over()
