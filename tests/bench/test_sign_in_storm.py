"""How long a family waits for its coupon while others sign in, at half an opening day's load."""

import sys

from tests.bench.generator import Visit
from tests.bench.ground import Ground, sign_in
from tests.bench.measuring import send
from tests.bench.test_resident_forms import people_of
from tests.support.people import add_person, give_coupons

SIGN_INS, PAGES = 8.5, 20.0
"""A second; the opening day's is twice as many sign-ins."""
SECONDS = 15
FAMILIES = 50
P99 = 50.0
"""Milliseconds."""


def test_a_coupon_in_a_storm_of_sign_ins(ground: Ground) -> None:
    families = [
        add_person(ground.database, ground.now, number=f"96{number:08}", active=True)
        for number in range(FAMILIES)
    ]
    strangers = people_of(ground, 500_000, int(SIGN_INS * SECONDS))
    give_coupons(ground.database, ground.folder, ground.now, count=2 * (FAMILIES + len(strangers)))
    waiting = [ground.visitor(person) for person in families]
    send([one.post("/coupon/1/reveal", to="/coupon/1") for one in waiting], 4)
    visits: list[Visit] = []
    for number, person in enumerate(strangers):
        visits.append(sign_in(ground.resident.url, person, whole=True))
        visits[-1].at = number / SIGN_INS
    for number in range(int(PAGES * SECONDS)):
        visits.append(waiting[number % FAMILIES].get("/coupon/1"))
        visits[-1].at = number / PAGES
    took = sorted(send(visits, 64).milliseconds["/coupon/1"])
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    sys.stdout.write(f"\n{ground.engine}: coupon p50 {p50:.0f} ms, p99 {p99:.0f} ms in a storm\n")
    assert p99 <= P99
