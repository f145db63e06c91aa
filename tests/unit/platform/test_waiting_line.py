"""The line of the waiting room: order, rate, minutes, and what a flood can do to it."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from portal.web.waiting_room.line import (
    COMES_BACK,
    GONE,
    LEAST,
    OF_ONE_NETWORK,
    START,
    UTMOST,
    Line,
    Place,
)
from portal.web.waiting_room.shares import A_SECOND, AT_ONCE, Shares

BEGIN = 1_700_000_000.0


def arriving(number: int, line: Line, now: float = BEGIN) -> list[Place]:
    """So many come, a hundredth of a second apart, while there is no room."""
    places = [Place(str(one), now + one / 100) for one in range(number)]
    for place in places:
        assert not line.ask(place, place.number, place.arrived, room=False).let_in
    return places


def test_while_nobody_waits_everybody_is_let_in() -> None:
    line = Line(BEGIN)
    assert all(line.ask(Place(str(n), BEGIN), "", BEGIN, room=True).let_in for n in range(10_000))
    assert line.length == 0


def test_the_minutes_are_those_that_it_takes() -> None:
    line = Line(BEGIN)
    places = arriving(3_000, line)
    now = BEGIN + 31
    told = line.ask(places[-1], "", now, room=True).minutes
    entered: dict[str, float] = {}
    while len(entered) < len(places) - 300:
        now += 1
        for place in places:
            came_now = int(float(place.number)) % COMES_BACK == int(now) % COMES_BACK
            if (
                place.number not in entered
                and came_now
                and line.ask(place, place.number, now, room=True).let_in
            ):
                entered[place.number] = now
                if len(entered) % 5 == 0:
                    line.note_no_room()  # the process is as busy as it can be
        assert now < BEGIN + 3_600
    took = (now - BEGIN - 31) / 60
    assert told / 4 <= took <= told * 4, (told, took)


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_the_rate_stays_within_its_bounds_and_falls_only_without_room(full: list[bool]) -> None:
    line, now = Line(BEGIN), BEGIN
    for no_room in full:
        before = line.rate
        if no_room:
            line.note_no_room()
        now += 1
        line.ask(Place("one", now), "", now, room=True)
        assert LEAST <= line.rate <= UTMOST
        assert line.rate <= before if no_room else line.rate >= before


@given(st.permutations(range(40)))
def test_whoever_came_earlier_never_has_more_ahead(looks: list[int]) -> None:
    line = Line(BEGIN)
    places = arriving(40, line)
    told = {number: line.ask(places[number], "", BEGIN + 2, room=False).minutes for number in looks}
    assert [told[number] for number in range(40)] == sorted(told.values())


def test_who_went_away_holds_nobody_up_and_gets_the_old_place_back() -> None:
    line = Line(BEGIN)
    places = arriving(500, line)
    now = BEGIN + 5 + GONE + 2
    late = Place("late", now)
    line.ask(late, "late", now, room=False)
    assert line.length == 1
    again = line.ask(places[0], "0", now + 2, room=True)
    assert again.let_in, "their time of arrival counts, not that they were away"


def test_a_flood_of_one_network_gets_no_more_places_than_its_share() -> None:
    line = Line(BEGIN)
    for number in range(5_000):
        line.ask(Place(str(number), BEGIN), "flood", BEGIN, room=False)
    assert line.length == OF_ONE_NETWORK
    for number in range(100):
        line.ask(Place(f"real {number}", BEGIN), f"net {number}", BEGIN, room=False)
    assert line.length == OF_ONE_NETWORK + 100


def test_a_line_drains_at_the_rate_and_not_all_at_once() -> None:
    line = Line(BEGIN)
    places = arriving(200, line)
    now, entered = BEGIN + 3, Counter[int]()
    for place in places:
        if line.ask(place, place.number, now, room=True).let_in:
            entered[int(now)] += 1
    assert 0 < entered[int(now)] <= 2 * START + 1


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    line = Line(BEGIN)
    arriving(10, line)
    assert line.ask(Place("0", BEGIN), "0", BEGIN - 3_600, room=True).let_in


def test_a_network_gets_its_share_and_no_more_than_that() -> None:
    shares = Shares()
    taken = sum(shares.take("flood", BEGIN + n / 1_000) for n in range(10_000))
    assert taken <= AT_ONCE + 10 * A_SECOND + 1
    assert shares.take("somebody", BEGIN + 10)
    assert shares.take("flood", BEGIN + 60)
