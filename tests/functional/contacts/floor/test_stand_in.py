"""The demo's stand-in tells what a telephone system may tell, and shows one sample number alone."""

import httpx

from portal.demo.telephone_system import CALLER, SEATS, headers_of, steps_of
from tests.functional.contacts.floor.support import SECRET, Exchange
from tests.support.resident import Resident

RUN = "1690858800"


def test_all_that_it_tells_in_ten_minutes_is_taken_in(sqlite_resident: Resident) -> None:
    exchange = Exchange(sqlite_resident)
    began = sqlite_resident.now.timestamp()
    answers: list[int] = []
    second = 0
    for minute in range(9):
        for number, step in enumerate(steps_of(RUN, minute)):
            ahead = minute * 60 + step.second - second
            sqlite_resident.clock.advance(seconds=ahead)
            second += ahead
            body = step.body(began + second)
            signed = dict(headers_of(SECRET, f"{minute}-{number}", body, began + second))
            signed["X-Telephone-Key"] = exchange.key
            answer: httpx.Response = exchange.post(body, signed)
            answers.append(answer.status_code)
    assert set(answers) == {204}, answers
    states = [call.state for call in exchange.calls()]
    assert states.count("abandoned") == 3
    assert states.count("ended") == len(states) - 3


def test_one_seat_gets_the_sample_number_and_nobody_else_has_one() -> None:
    steps = [step for minute in range(30) for step in steps_of(RUN, minute)]
    named = {step.call for step in steps if step.caller}
    assert {step.caller for step in steps} == {"", CALLER}
    assert {step.extension for step in steps if step.call in named} == {"", SEATS[0]}
