"""The telephone system's events at the resident site: signed, of now, once, from nobody else."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.contacts.floor.models import FloorCall, FloorEvent
from portal.domain.contacts.floor.signing import TOLERANCE
from portal.domain.contacts.floor.taking import caller_of
from portal.platform.application import make_routes, serve_site
from portal.platform.floor_events import EVENTS_PATH
from portal.web import floor_events
from tests.functional.contacts.floor.support import CALLER, SEAT, STORED_CALLER, Exchange
from tests.support.databases.lost import lost
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

TICK = timedelta(seconds=1)


@pytest.fixture
def exchange(resident: Resident) -> Exchange:
    return Exchange(resident)


def told(exchange: Exchange) -> int:
    return exchange.resident.count(FloorEvent)


def test_a_call_is_followed_from_the_queue_to_its_end(exchange: Exchange) -> None:
    start = exchange.resident.now
    assert exchange.tell("waiting", caller=CALLER) == 204
    exchange.resident.clock.advance(seconds=10)
    assert exchange.tell("ringing") == 204
    exchange.resident.clock.advance(seconds=5)
    assert exchange.tell("answered") == 204
    [call] = exchange.calls()
    assert (call.state, call.extension) == ("answered", SEAT)
    assert (call.arrived_at, call.rang_at) == (start, start + timedelta(seconds=10))
    assert call.answered_at == start + timedelta(seconds=15)
    exchange.resident.clock.advance(seconds=60)
    assert exchange.tell("ended") == 204
    assert exchange.calls()[0].state == "ended"
    assert told(exchange) == 4


def test_the_callers_number_is_kept_sealed_and_nowhere_else(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    assert exchange.tell("waiting", f"{CALLER}-1", caller=CALLER) == 204
    assert exchange.tell("waiting", f"{CALLER}-1", caller=CALLER, at="late") == 422
    with exchange.resident.database.read() as session:
        row = session.scalars(select(FloorCall)).one()
        assert caller_of(work_in(session), row) == STORED_CALLER
        kept = [str(value) for value in vars(row).values()]
    assert not any(CALLER[1:] in value or STORED_CALLER in value for value in kept)
    assert CALLER[1:] not in caplog.text


@pytest.mark.parametrize("caller", ["", "anonymous", "0312345678", "+14155550100", "非通知", "7"])
def test_what_no_family_can_have_enrolled_is_not_kept(exchange: Exchange, caller: str) -> None:
    assert exchange.tell("waiting", caller=caller) == 204
    assert exchange.calls()[0].sealed is None


def test_an_event_counts_once_however_often_it_comes(exchange: Exchange) -> None:
    body = exchange.body("waiting")
    headers = exchange.headers(body, "one")
    assert [exchange.post(body, headers).status_code for _n in range(3)] == [204, 409, 409]
    other = exchange.body("ringing")
    assert exchange.post(other, exchange.headers(other, "one")).status_code == 409
    assert [call.state for call in exchange.calls()] == ["waiting"]
    assert told(exchange) == 1


def test_two_nodes_that_get_an_event_at_once_take_it_in_once(resident: Resident) -> None:
    exchange = Exchange(resident, nodes=2)
    body = exchange.body("waiting", caller=CALLER)
    headers = exchange.headers(body, "one")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: exchange.post(body, headers, n % 2).status_code, range(8)))
    assert sorted(found) == [204, *[409] * 7]
    assert (told(exchange), len(exchange.calls())) == (1, 1)


def test_two_nodes_that_get_two_events_of_a_new_call_at_once_keep_one_call(
    resident: Resident,
) -> None:
    exchange = Exchange(resident, nodes=2)
    bodies = [exchange.body("waiting", caller=CALLER), exchange.body("ringing")]
    signed = [exchange.headers(body) for body in bodies]
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda n: exchange.post(bodies[n], signed[n], n).status_code, range(2))
        )
    assert found == [204, 204]
    assert len(exchange.calls()) == 1


@pytest.mark.parametrize("changed", ["key", "time", "event", "signature", "body"])
def test_whatever_is_changed_after_signing_is_refused(exchange: Exchange, changed: str) -> None:
    body = exchange.body("waiting")
    headers = exchange.headers(body, "one")
    if changed == "body":
        body = body.replace(b"waiting", b"ringing")
    elif changed == "signature":
        headers["X-Telephone-Signature"] = "0" * 64
    elif changed == "time":
        headers["X-Telephone-Time"] = str(int(headers["X-Telephone-Time"]) + 1)
    else:
        headers[f"X-Telephone-{changed.title()}"] = "other"
    assert exchange.post(body, headers).status_code == 403
    assert told(exchange) == 0


def test_an_unknown_key_and_a_wrong_secret_are_answered_alike(exchange: Exchange) -> None:
    body = exchange.body("waiting")
    wrong = exchange.post(body, replace(exchange, secret="x" * 32).headers(body))
    unknown = exchange.post(body, replace(exchange, key="nobody").headers(body))
    nothing = exchange.post(body, {})
    answers = {(one.status_code, one.content) for one in (wrong, unknown, nothing)}
    assert answers == {(403, wrong.content)}
    assert told(exchange) == 0


@pytest.mark.parametrize("side", [-1, 1])
def test_what_was_signed_long_ago_or_in_the_future_is_refused(
    exchange: Exchange, side: int
) -> None:
    body, now = exchange.body("waiting"), exchange.resident.now
    late = exchange.headers(body, time=now + side * (TOLERANCE + TICK))
    assert exchange.post(body, late).status_code == 403
    assert told(exchange) == 0
    still = exchange.headers(body, time=now + side * TOLERANCE)
    assert exchange.post(body, still).status_code == 204


def test_a_recorded_event_is_of_no_use_later(exchange: Exchange) -> None:
    body = exchange.body("waiting")
    headers = exchange.headers(body)
    exchange.resident.clock.advance(seconds=301)
    assert exchange.post(body, headers).status_code == 403


def test_a_stranger_is_shut_out_and_the_telephone_system_is_not(exchange: Exchange) -> None:
    stranger = replace(exchange, secret="guess" * 8)
    body = exchange.body("waiting")
    found = [exchange.post(body, stranger.headers(body)).status_code for _n in range(32)]
    assert found == [403] * 30 + [429] * 2
    other = Exchange(exchange.resident, nodes=2)
    assert other.post(body, other.headers(body), node=1).status_code == 204


def test_the_old_and_the_new_key_are_both_taken_while_one_is_exchanged(
    resident: Resident,
) -> None:
    exchange = Exchange(resident)
    settings = replace(
        resident.site.settings, telephone_keys={"pbx-2023": "o" * 32, "pbx-2024": "n" * 32}
    )
    app = serve_site(
        make_routes(floor_events.handlers(settings)), replace(resident.site, settings=settings)
    )
    exchange.visitors = [Visitor(app, resident.loop)]
    for key, secret, answer in (
        ("pbx-2023", "o" * 32, 204),
        ("pbx-2024", "n" * 32, 204),
        ("pbx-2024", "o" * 32, 403),
    ):
        exchange.key, exchange.secret = key, secret
        assert exchange.tell("waiting") == answer


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "hold"},
        {"event": None},
        {"call": ""},
        {"call": "x" * 201},
        {"call": 4},
        {"at": "now"},
        {"at": -1},
        {"at": True},
        {"at": 10**30},
        {"at": 1690858800 - 3601},
        {"at": 1690858800 + 301},
        {"caller": 9012345678},
        {"event": "ringing", "extension": "10 3"},
        {"event": "ringing", "extension": ""},
        {"event": "answered", "extension": None},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_refused(exchange: Exchange, changes: dict[str, Any]) -> None:
    assert exchange.post(exchange.body("waiting", **changes)).status_code == 422
    assert (told(exchange), exchange.calls()) == (0, [])


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 4000, b'"waiting"'])
def test_what_is_no_object_is_refused(exchange: Exchange, body: bytes) -> None:
    assert exchange.post(body).status_code == 422


def test_what_cannot_follow_is_refused_and_leaves_nothing(exchange: Exchange) -> None:
    assert exchange.tell("ended") == 409
    assert (told(exchange), exchange.calls()) == (0, [])
    assert exchange.tell("abandoned") == 204
    assert exchange.tell("ringing") == 409
    assert told(exchange) == 1


def test_a_page_too_large_for_an_event_is_refused(exchange: Exchange) -> None:
    assert exchange.tell("waiting", note="x" * 5000) == 413


def test_a_sender_that_dawdles_is_left(exchange: Exchange) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"call"'
        await asyncio.sleep(1)
        yield b": 1}"

    sending = exchange.visitors[0].http.post(EVENTS_PATH, content=slowly())
    assert exchange.resident.loop.run(sending).status_code == 408


def test_an_event_is_asked_for_again_while_the_database_is_away(sqlite_resident: Resident) -> None:
    exchange = Exchange(sqlite_resident)
    body = exchange.body("waiting")
    headers = exchange.headers(body)
    with lost(sqlite_resident.database, "floor_event"):
        assert exchange.post(body, headers).status_code == 503
    assert exchange.post(body, headers).status_code == 204


def test_a_deployment_without_a_telephone_system_has_no_such_address(resident: Resident) -> None:
    assert floor_events.handlers(resident.site.settings) == []
    assert resident.visitor().post(EVENTS_PATH).status_code == 404
