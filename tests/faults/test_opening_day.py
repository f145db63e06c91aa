"""The morning on which the letters arrive: fifteen sign-ins a second, at the full price (F12)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from portal.domain.people.credentials.models import Credential
from tests.support.coupons import FULL_PRICE
from tests.support.faults.lab import Laboratory
from tests.support.people import Person, add_person
from tests.support.resident import NOON, TOKEN

pytestmark = pytest.mark.long
RATE, PEOPLE = 15, 450


def test_f12_everybody_gets_in_and_nobody_is_locked_out(laboratory: Laboratory) -> None:
    people = [
        add_person(
            laboratory.database, NOON, vault=FULL_PRICE, number=f"96{number:08}", active=True
        )
        for number in range(PEOPLE)
    ]
    node = laboratory.node()
    took: list[float] = []
    asked_to_wait: list[int] = []
    lock = threading.Lock()

    def sign_in(person: Person) -> str:
        with httpx.Client(base_url=node.url, timeout=120) as browser:
            for _press in range(60):
                form = browser.get("/signin")
                if form.status_code == 503:
                    asked_to_wait.append(1)
                    time.sleep(1)
                    continue
                token = TOKEN.findall(form.text)[-1]
                typed = {"login_id": person.login_id, "password": person.password}
                begun = time.monotonic()
                answer = browser.post("/signin/submit", data=typed | {"form_token": token})
                with lock:
                    took.append(time.monotonic() - begun)
                if answer.status_code != 503:
                    return str(answer.headers.get("location", answer.status_code))
                asked_to_wait.append(1)
                time.sleep(1)
        return "gave up"

    with ThreadPoolExecutor(64) as crowd:
        begun = time.monotonic()
        coming = []
        for number, person in enumerate(people):
            time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            coming.append(crowd.submit(sign_in, person))
        places = {one.result() for one in coming}
    assert places == {"/signin/code"}, places
    with laboratory.database.read() as session:
        states = {row.state for row in session.query(Credential)}
    assert states == {"active"}
    ordered = sorted(took)
    print(f"{PEOPLE} at {RATE}/s: half within {ordered[len(took) // 2] * 1000:.0f} ms, ", end="")
    print(f"95 of 100 within {ordered[len(took) * 95 // 100] * 1000:.0f} ms; ", end="")
    print(f"{len(asked_to_wait)} asked to press again")
