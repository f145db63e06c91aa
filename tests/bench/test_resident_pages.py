"""What a parent's pages cost beside a bare page on the same server and database, over sockets."""

import pytest

from tests.bench.figures import Promise, report
from tests.bench.ground import Ground, SignedIn, tree
from tests.bench.measuring import Piece, in_rounds, send
from tests.support.people import add_person, give_coupons

FAMILIES, VISITS = 100, 400
PROMISES = (
    Promise("coupon", "bare page", at_least=0.35, statements=4),
    Promise("home", "bare page", at_least=0.35, statements=4),
    Promise("landing", "bare page", at_least=0.35),
    Promise("picture", "bare page", at_least=0.05),
)


@pytest.fixture(scope="module")
def families(ground: Ground) -> list[SignedIn]:
    """Households of two children whose coupons have been shown."""
    people = [
        add_person(ground.database, ground.now, number=f"97{number:08}", active=True)
        for number in range(FAMILIES)
    ]
    give_coupons(ground.database, ground.folder, ground.now, count=FAMILIES * 2 + 10)
    visitors = [ground.visitor(person) for person in people]
    send([one.post("/coupon/1/reveal", to="/coupon/1") for one in visitors], 4)
    return visitors


def test_the_pages_of_a_parent(ground: Ground, families: list[SignedIn]) -> None:
    site = tree(ground.resident)

    def page(name: str, path: str) -> Piece:
        visits = [families[number % FAMILIES].get(path) for number in range(VISITS)]
        return Piece(name, lambda _round: visits, site)

    pieces = [
        ground.bare_page(VISITS * 4),
        page("coupon", "/coupon/1"),
        page("home", "/home"),
        page("picture", "/coupon/1/picture.png"),
        page("landing", "/"),
    ]
    report(ground.engine, in_rounds(pieces, ground.server), PROMISES)
