"""The table of sign-in and recovery, over every combination of items and every account."""

from collections.abc import Iterator
from itertools import chain, combinations, product

import pytest

from portal.domain.people.credentials.states import USABLE, CredentialState, Door
from portal.domain.people.signin.evidence import (
    GIVES,
    LOST,
    NOT_WITH,
    WAYS,
    Account,
    Item,
    Right,
    Thing,
    independent,
    may_become,
    rights,
    stands,
    suffices,
)

CHANGES = frozenset({Right.CHANGE_SOURCES, Right.CHANGE_SECRETS})
OPENS = frozenset({Right.FIRST_SIGN_IN, Right.SESSION}) | CHANGES
BY_STAFF = frozenset({Item.CALL_BACK, Item.CALL_WITH_LETTER, Item.COUNTER})
ACCOUNTS = [
    Account(state, door, known_device, changing, source_closed)
    for state, door, known_device, changing, source_closed in product(
        CredentialState, Door, (False, True), (False, True), (False, True)
    )
]


def subsets(items: frozenset[Item]) -> Iterator[frozenset[Item]]:
    """Every combination of items, none and all included."""
    found = sorted(items)
    every = chain.from_iterable(combinations(found, n) for n in range(len(found) + 1))
    return map(frozenset, every)


@pytest.mark.parametrize("thing", Thing)
def test_no_one_thing_opens_or_changes_anything(thing: Thing) -> None:
    """The one exception has a name: a passkey on an unlocked phone opens a session."""
    for shown, account in product(subsets(GIVES[thing]), ACCOUNTS):
        found = rights(shown, account) & OPENS
        if thing is Thing.UNLOCKED_PHONE and Item.PASSKEY in shown:
            assert found <= {Right.SESSION}, (shown, account)
        else:
            assert not found, (shown, account)


def test_while_wrong_codes_have_closed_a_source_only_people_change_one() -> None:
    """Its owner may be shut out: whoever has the letter can type wrong codes."""
    closed = Account(CredentialState.ACTIVE, source_closed=True)
    every = rights(frozenset(Item), Account(CredentialState.ACTIVE))
    assert rights(frozenset(Item), closed) == every - {Right.CHANGE_SOURCES}
    assert {Right.RESET, Right.SET_SOURCE} <= rights(frozenset(Item), closed)


def test_a_passkey_alone_opens_a_session_and_changes_nothing() -> None:
    in_use = Account(CredentialState.ACTIVE)
    assert rights(frozenset({Item.PASSKEY}), in_use) == {Right.SESSION}
    for way in WAYS[Right.CHANGE_SOURCES] + WAYS[Right.CHANGE_SECRETS]:
        assert way != {Item.PASSKEY}


def test_whatever_opens_or_changes_takes_two_items_that_no_one_thing_gives() -> None:
    for right in OPENS:
        for way in WAYS[right]:
            if right is Right.SESSION and way == {Item.PASSKEY}:
                continue
            first, second = way
            assert independent(first, second), (right, way)


def test_every_combination_gives_what_the_rule_in_words_says() -> None:
    """The rule said again, by hand: the table and this agree on all 2,048 combinations."""
    for shown in subsets(frozenset(Item)):
        password = bool(shown & {Item.LETTER, Item.OWN_PASSWORD})
        channel = bool(shown & {Item.APP, Item.SMS, Item.EMAIL})
        backup, passkey = Item.BACKUP in shown, Item.PASSKEY in shown
        expected = {
            Right.FIRST_SIGN_IN: password and Item.BIRTH in shown,
            Right.SESSION: passkey or (password and (channel or backup)),
            Right.CHANGE_SOURCES: (password and (channel or backup or passkey))
            or (passkey and backup),
            Right.CHANGE_SECRETS: password and (channel or passkey),
            Right.REPORT_LETTER: channel,
            Right.REPORT_PHONE: password,
            Right.LIFT: bool(shown & BY_STAFF),
            Right.RESET: Item.CALL_BACK in shown,
            Right.SET_SOURCE: Item.COUNTER in shown,
        }
        assert {right: suffices(shown, right) for right in Right} == expected, shown


@pytest.mark.parametrize("account", ACCOUNTS, ids=repr)
def test_every_combination_in_every_account(account: Account) -> None:
    """More items never take a right away, and an account gives only what its state allows."""
    every = {shown: rights(shown, account) for shown in subsets(frozenset(Item))}
    shut = account.door is not Door.OPEN
    for shown, found in every.items():
        if account.state not in USABLE:
            assert not found, shown
        if account.state is CredentialState.ISSUED:
            assert not found & (OPENS - {Right.FIRST_SIGN_IN}), shown
        if account.state is CredentialState.ACTIVE:
            assert Right.FIRST_SIGN_IN not in found, shown
        if shut:
            assert not found & CHANGES, shown
            assert account.known_device or not found & OPENS, shown
        if account.changing:
            assert Right.CHANGE_SECRETS not in found, shown
        assert (Right.LIFT in found) <= shut, shown
        assert not any(every[shown - {item}] - found for item in shown), shown
        assert all(may_become(shown, account, right) for right in found), shown


def test_a_report_never_shuts_out_a_known_browser() -> None:
    for shown, door in product(subsets(frozenset(Item)), Door):
        for state in USABLE:
            before = rights(shown, Account(state, known_device=True)) & OPENS - CHANGES
            after = rights(shown, Account(state, door, known_device=True))
            assert before <= after, (shown, door, state)


@pytest.mark.parametrize(
    ("door", "lifts"),
    [
        (Door.LETTER_LOST, {Item.CALL_BACK, Item.COUNTER}),
        (Door.PHONE_LOST, {Item.CALL_WITH_LETTER, Item.COUNTER}),
        (Door.BOTH_LOST, {Item.COUNTER}),
    ],
)
def test_what_was_reported_lost_lifts_no_report(door: Door, lifts: set[Item]) -> None:
    account = Account(CredentialState.ACTIVE, door)
    alone = {item for item in Item if Right.LIFT in rights(frozenset({item}), account)}
    assert alone == lifts


def test_only_staff_lift_reset_or_set_at_once() -> None:
    for right in (Right.LIFT, Right.RESET, Right.SET_SOURCE):
        assert all(way <= BY_STAFF for way in WAYS[right]), right
        assert not any(suffices(items, right) for items in GIVES.values()), right


@pytest.mark.parametrize("door", Door)
def test_a_change_stands_as_long_as_what_is_not_lost_is_enough_for_it(door: Door) -> None:
    for made_with in subsets(frozenset(Item)):
        left = made_with - LOST[door]
        for right in CHANGES | {Right.RESET}:
            assert stands(made_with, door, right) == any(way <= left for way in WAYS[right])


def test_what_is_lost_with_a_thing_is_all_that_the_thing_gives() -> None:
    """A report of the letter discredits no phone, and one of the phone no letter."""
    assert GIVES[Thing.LETTER] <= LOST[Door.LETTER_LOST]
    for thing in (Thing.SIM, Thing.LOCKED_PHONE, Thing.UNLOCKED_PHONE):
        assert GIVES[thing] <= LOST[Door.PHONE_LOST]
    assert not LOST[Door.LETTER_LOST] & LOST[Door.PHONE_LOST]
    assert LOST[Door.BOTH_LOST] == LOST[Door.LETTER_LOST] | LOST[Door.PHONE_LOST]
    for things in LOST.values():
        assert not things & {Item.OWN_PASSWORD, Item.BACKUP, Item.COUNTER}
    for door in Door:
        assert NOT_WITH[door] == LOST[door] & BY_STAFF
