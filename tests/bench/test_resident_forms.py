"""What signing in, declining and asking for paper cost beside their limits, over sockets."""

from collections.abc import Sequence

import pytest

from tests.bench.figures import Promise, report
from tests.bench.generator import Visit
from tests.bench.ground import Ground, SignedIn, sign_in, tree
from tests.bench.measuring import ROUNDS, Hash, Measured, Piece, in_rounds, send
from tests.support.coupons import FULL_PRICE
from tests.support.people import Person, add_person, give_coupons

SIGN_INS = 40
FEW, MANY = 8, 64
"""Connections at once."""
SUBMITS = {FEW: 64, MANY: 64}
"""Of 24 one tick of the processor's clock is 0.4 ms each, as much as many a change is worth."""


def people_of(ground: Ground, start: int, count: int) -> list[Person]:
    """Add households whose password costs as much as in production."""
    return [
        add_person(
            ground.database, ground.now, vault=FULL_PRICE, number=f"95{number:08}", active=True
        )
        for number in range(start, start + count)
    ]


def test_signing_in(ground: Ground) -> None:
    """Each signs in once a round: a code counts once, and half a minute is longer than a round."""
    people = people_of(ground, 0, SIGN_INS * (ROUNDS + 1) * 2)
    groups = [people[at : at + SIGN_INS] for at in range(0, len(people), SIGN_INS)]
    site = tree(ground.resident)

    def step(name: str, first: int, *, whole: bool) -> Piece:
        def make(number: int) -> Sequence[Visit]:
            group = groups[first + (number + 1) * 2]
            return [sign_in(ground.resident.url, person, whole=whole) for person in group]

        return Piece(name, make, site)

    pieces: list[Measured] = [
        Hash(),
        step("password", 0, whole=False),
        step("form to home", 1, whole=True),
    ]
    promises = (
        Promise("password", "Argon2id", at_least=0.75),
        Promise("form to home", "Argon2id", at_least=0.5, peak=350.0),
    )
    report(ground.engine, in_rounds(pieces, ground.server), promises)


def entered(ground: Ground, people: Sequence[Person]) -> list[SignedIn]:
    """Sign families in, just before they begin."""
    return [ground.visitor(person) for person in people]


def declines(families: Sequence[SignedIn]) -> Sequence[Visit]:
    """Bring families to the last page of a decline, and return their last press."""
    send(
        [
            one.post("/decline/choose/submit", {"who": "all"}, to="/decline/check")
            for one in families
        ],
        FEW,
    )
    send([one.post("/decline/check/submit", to="/decline/code") for one in families], FEW)
    return [
        one.post(
            "/decline/code/submit",
            {"form_key": "once"},
            one.person.totp_secret,
            to="/decline/received/",
        )
        for one in families
    ]


def paper_requests(families: Sequence[SignedIn]) -> Sequence[Visit]:
    """Bring families to the last page of a request for paper, and return their last press."""
    wish = {"child_1": "1", "product": "gift_card", "why": "no_smartphone"}
    send(
        [one.post("/alternative/choose/submit", wish, to="/alternative/check") for one in families],
        FEW,
    )
    last = "/alternative/check/submit"
    return [one.post(last, {"form_key": "once"}, to="/alternative/received/") for one in families]


@pytest.mark.parametrize("connections", [FEW, MANY])
def test_forms(ground: Ground, connections: int) -> None:
    count = SUBMITS[connections]
    start = 10_000 * connections
    number = count * (ROUNDS + 1) * 2
    people = [
        add_person(ground.database, ground.now, number=f"94{start + one:08}", active=True)
        for one in range(number)
    ]
    everybody = 2 * (number + SIGN_INS * (ROUNDS + 1) * 2)  # who signed in before waits for codes
    give_coupons(ground.database, ground.folder, ground.now, count=everybody, seed=connections)
    groups = [people[at : at + count] for at in range(0, number, count)]
    site = tree(ground.resident)
    pieces: list[Measured] = [
        ground.bare_submit(count * 4, connections),
        Piece(
            f"decline, {connections}",
            lambda now: declines(entered(ground, groups[(now + 1) * 2])),
            site,
            connections,
        ),
        Piece(
            f"paper request, {connections}",
            lambda now: paper_requests(entered(ground, groups[(now + 1) * 2 + 1])),
            site,
            connections,
        ),
    ]
    least = 0.33 if connections == FEW else 0.25
    limit = f"bare submit, {connections}"
    promises = tuple(Promise(piece.name, limit, at_least=least) for piece in pieces[1:])
    report(ground.engine, in_rounds(pieces, ground.server), promises)
