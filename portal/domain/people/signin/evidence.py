"""What somebody shows, and what it opens: the one table of sign-in and recovery.

``WAYS`` names for each right the smallest sets of items that are enough, ``POSSIBLE`` the accounts
for which it can be had at all. Sign-in, changes of factors, reports of a loss and the desk ask
here, and nothing else decides. The rule behind the table (decision 0041): no one thing that can be
stolen, lost or guessed opens a session or changes a factor. The one exception is a passkey on an
unlocked phone: it opens a session, and changes nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.people.credentials.states import DOOR, USABLE, CredentialState, Door


class Item(StrEnum):
    """Something that somebody shows to prove who it is."""

    LETTER = "letter"
    """ID and the password that the letter names."""
    OWN_PASSWORD = "own_password"  # noqa: S105  (the name of an item)
    """ID and the password that the household chose."""
    BIRTH = "birth"
    """The householder's birth date, which a family and a former husband know."""
    APP = "totp"
    SMS = "sms"
    EMAIL = "email"
    BACKUP = "backup"
    """One of the ten backup codes."""
    PASSKEY = "passkey"
    """A passkey, which an unlocked phone uses."""
    CALL_WITH_LETTER = "call_with_letter"
    """A call: three answers, a birth date among them, and the number of the letter in force."""
    CALL_BACK = "call_back"
    """A call to the proven number: three answers, a birth date among them."""
    COUNTER = "counter"
    """The person in front of an officer, with an identity document."""


class Thing(StrEnum):
    """What one theft, loss or guess gives."""

    LETTER = "letter"
    OWN_PASSWORD = "own_password"  # noqa: S105  (the name of a thing)
    SIM = "sim"
    LOCKED_PHONE = "locked_phone"
    UNLOCKED_PHONE = "unlocked_phone"
    MAILBOX = "mailbox"
    BACKUP_SHEET = "backup_sheet"
    FAMILY_KNOWLEDGE = "family_knowledge"


GIVES: Mapping[Thing, frozenset[Item]] = {
    Thing.LETTER: frozenset({Item.LETTER}),
    Thing.OWN_PASSWORD: frozenset({Item.OWN_PASSWORD}),
    Thing.SIM: frozenset({Item.SMS}),
    # messages are read on a locked screen
    Thing.LOCKED_PHONE: frozenset({Item.SMS, Item.EMAIL}),
    Thing.UNLOCKED_PHONE: frozenset({Item.SMS, Item.EMAIL, Item.APP, Item.PASSKEY}),
    Thing.MAILBOX: frozenset({Item.EMAIL}),
    Thing.BACKUP_SHEET: frozenset({Item.BACKUP}),
    Thing.FAMILY_KNOWLEDGE: frozenset({Item.BIRTH}),
}


class Right(StrEnum):
    """What an account allows to whoever showed enough."""

    FIRST_SIGN_IN = "first_sign_in"
    """Enroll and prove a first source of codes, which opens a session."""
    SESSION = "session"
    CHANGE_SOURCES = "change_sources"
    """Add, change or remove a source of codes or a passkey; it waits for a day."""
    CHANGE_SECRETS = "change_secrets"
    """A new own password or new backup codes, at once."""
    REPORT_LETTER = "report_letter"
    """Shut the account to unknown browsers: the letter is lost."""
    REPORT_PHONE = "report_phone"
    """Shut the account to unknown browsers: the phone is lost."""
    LIFT = "lift"
    """End such a report."""
    RESET = "reset"
    """Enroll anew, by two of the staff; it waits for a day."""
    SET_SOURCE = "set_source"
    """A source of codes at once, by two officers."""


@dataclass(frozen=True, slots=True)
class Account:
    """What an account's rights depend on.

    Attributes:
        state: Its state at this instant.
        door: Whether a report shut it to unknown browsers.
        known_device: Whether the browser signed in to it before.
        changing: Whether a change of its factors waits.
        source_closed: Whether wrong codes closed a source of codes; its owner may be shut out.
    """

    state: CredentialState
    door: Door = Door.OPEN
    known_device: bool = False
    changing: bool = False
    source_closed: bool = False


def _pairs(first: Collection[Item], second: Collection[Item]) -> tuple[frozenset[Item], ...]:
    return tuple(
        frozenset({one, other})
        for one in Item
        for other in Item
        if one in first and other in second
    )


def _alone(*items: Item) -> tuple[frozenset[Item], ...]:
    return tuple(frozenset({item}) for item in items)


PASSWORDS = frozenset({Item.LETTER, Item.OWN_PASSWORD})
CHANNELS = frozenset({Item.APP, Item.SMS, Item.EMAIL})
WAYS: Mapping[Right, tuple[frozenset[Item], ...]] = {
    Right.FIRST_SIGN_IN: _pairs(PASSWORDS, {Item.BIRTH}),
    Right.SESSION: (*_pairs(PASSWORDS, CHANNELS | {Item.BACKUP}), *_alone(Item.PASSKEY)),
    Right.CHANGE_SOURCES: (
        *_pairs(PASSWORDS, CHANNELS | {Item.BACKUP, Item.PASSKEY}),
        frozenset({Item.PASSKEY, Item.BACKUP}),
    ),
    # not with a backup code, which may lie in one drawer with the letter: whoever has both could
    # shut out the owner, who has the channel and can call off what waits
    Right.CHANGE_SECRETS: _pairs(PASSWORDS, CHANNELS | {Item.PASSKEY}),
    Right.REPORT_LETTER: _alone(*sorted(CHANNELS)),
    Right.REPORT_PHONE: _alone(*sorted(PASSWORDS)),
    Right.LIFT: _alone(Item.CALL_WITH_LETTER, Item.CALL_BACK, Item.COUNTER),
    Right.RESET: _alone(Item.CALL_BACK),
    Right.SET_SOURCE: _alone(Item.COUNTER),
}
"""For each right the smallest sets of items that are enough; more items never take one away."""

_LETTER = GIVES[Thing.LETTER] | {Item.CALL_WITH_LETTER}
_PHONE = GIVES[Thing.UNLOCKED_PHONE] | {Item.CALL_BACK}
LOST: Mapping[Door, frozenset[Item]] = {
    Door.OPEN: frozenset(),
    Door.LETTER_LOST: _LETTER,
    Door.PHONE_LOST: _PHONE,
    Door.BOTH_LOST: _LETTER | _PHONE,
}
"""What somebody else may have once it was reported lost; the worst of a phone is an open one."""
NOT_WITH: Mapping[Door, frozenset[Item]] = {
    door: items & {Item.CALL_WITH_LETTER, Item.CALL_BACK} for door, items in LOST.items()
}
"""What of it proves nothing any more. The rest goes on where the browser is known."""


def _enters(account: Account) -> bool:
    return account.door is Door.OPEN or account.known_device


def _in_use(account: Account) -> bool:
    return account.state is CredentialState.ACTIVE


POSSIBLE: Mapping[Right, Callable[[Account], bool]] = {
    Right.FIRST_SIGN_IN: lambda a: a.state is CredentialState.ISSUED and _enters(a),
    Right.SESSION: lambda a: _in_use(a) and _enters(a),
    Right.CHANGE_SOURCES: lambda a: _in_use(a) and a.door is Door.OPEN and not a.source_closed,
    Right.CHANGE_SECRETS: lambda a: _in_use(a) and a.door is Door.OPEN and not a.changing,
    Right.REPORT_LETTER: lambda a: a.state in USABLE and DOOR.can(a.door, "report_letter"),
    Right.REPORT_PHONE: lambda a: a.state in USABLE and DOOR.can(a.door, "report_phone"),
    Right.LIFT: lambda a: a.state in USABLE and DOOR.can(a.door, "lift"),
    Right.RESET: lambda a: _in_use(a) and a.door is Door.OPEN,
    Right.SET_SOURCE: _in_use,
}


def suffices(shown: frozenset[Item], right: Right) -> bool:
    """Return whether items are enough for a right, of an account that can give it."""
    return any(way <= shown for way in WAYS[right])


def stands(made_with: frozenset[Item], door: Door, right: Right) -> bool:
    """Return whether a change that waits rests on enough without what was reported lost."""
    return suffices(made_with - LOST[door], right)


def may(shown: frozenset[Item], account: Account, right: Right) -> bool:
    """Return whether an account gives a right to whoever showed these items."""
    return POSSIBLE[right](account) and suffices(shown - NOT_WITH[account.door], right)


def rights(shown: frozenset[Item], account: Account) -> frozenset[Right]:
    """Return all rights that an account gives to whoever showed these items."""
    return frozenset(right for right in Right if may(shown, account, right))


def may_become(shown: frozenset[Item], account: Account, right: Right) -> bool:
    """Return whether these items are a part of what an account gives a right for."""
    return POSSIBLE[right](account) and any(shown & way for way in WAYS[right])


def independent(one: Item, other: Item) -> bool:
    """Return whether no single thing gives both items."""
    return not any({one, other} <= items for items in GIVES.values())
