"""Families sign in while the database dies: nobody who presses again is shut out (F2)."""

import random
import time

from tests.support.faults.lab import Laboratory
from tests.support.faults.record import Note
from tests.support.faults.sign_ins import PROXY, SignIns, add_people, all_together

PEOPLE, RATE = 80, 8


def test_f2_families_of_one_address_get_in_though_the_database_is_killed(
    laboratory: Laboratory, dice: random.Random, note: Note
) -> None:
    """What was counted and could not be decided is given back, before an address is full."""
    people = add_people(laboratory.database, PEOPLE)
    node = laboratory.node(extra=PROXY)
    came = SignIns([node.url], people, RATE, all_together).start()
    for moment in sorted(dice.uniform(0.5, 3.5) for _kill in range(2)):
        time.sleep(moment)
        laboratory.server.kill()
        time.sleep(dice.uniform(0, 1))
        laboratory.server.start()
    came.finish()
    came.check()
    note(
        sign_ins=came.places.total(),
        pressed_again=came.statuses[503],
        shut_out=came.statuses[429],
        slowest_s=came.within(1),
    )
