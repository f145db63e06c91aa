"""A site answers to its own name, to its own proxies, and to whoever sends in time."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar.exceptions import HTTPException

from portal.platform.http import entrance
from portal.platform.http.entrance import let_in

OURS = frozenset({"coupon.example.jp", "10.0.2.7"})
PROXIES = ("10.0.0.0/24",)
Headers = Sequence[tuple[bytes, bytes]]


async def served(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads the body and says that it was reached."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def ask(
    headers: Headers,
    *,
    hosts: frozenset[str] | None = OURS,
    proxies: Sequence[str] | None = None,
    peer: str = "203.0.113.7",
    parts: Sequence[tuple[float, bytes]] = ((0.0, b""),),
) -> tuple[int, bytes]:
    """Send a request whose body comes in parts, each after so many seconds."""
    sent: list[Any] = []
    waiting = list(parts)

    async def receive() -> Any:
        wait, body = waiting.pop(0)
        await asyncio.sleep(wait)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "headers": list(headers), "client": (peer, 40_000)}

    async def ask_it() -> None:
        await let_in(served, hosts, proxies)(scope, receive, send)

    # In a thread: a browser of other tests may keep a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(ask_it())).result()
    return int(sent[0]["status"]), bytes(sent[1]["body"])


@pytest.mark.parametrize(
    "host", [b"coupon.example.jp", b"coupon.example.jp:443", b"COUPON.example.JP.", b"10.0.2.7"]
)
def test_a_name_of_ours_is_let_in(host: bytes) -> None:
    assert ask([(b"host", host)])[0] == 200


@pytest.mark.parametrize(
    "host",
    [b"evil.example", b"coupon.example.jp.evil.example", b"", b"[", b"a@coupon.example.jp:x"],
)
def test_any_other_name_is_refused_and_not_repeated(host: bytes) -> None:
    status, body = ask([(b"host", host)])
    assert status == 400
    assert b"evil" not in body


def test_without_a_name_nobody_is_let_in() -> None:
    assert ask([])[0] == 400


def test_a_second_name_is_refused_even_where_any_name_will_do() -> None:
    two = [(b"host", b"coupon.example.jp"), (b"host", b"coupon.example.jp")]
    assert ask(two)[0] == 400
    assert ask(two, hosts=None)[0] == 400
    assert ask(two[:1], hosts=None)[0] == 200


@pytest.mark.asvs("15.3.4")
def test_whoever_forwards_without_being_ours_is_refused_and_named_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = [(b"host", b"coupon.example.jp"), (b"x-forwarded-for", b"198.51.100.1")]
    with caplog.at_level(logging.ERROR, "portal.entrance"):
        assert ask(headers, proxies=PROXIES, peer="10.9.9.9")[0] == 400
    assert ["10.9.9.9" in record.getMessage() for record in caplog.records] == [True]
    assert ask(headers, proxies=PROXIES, peer="10.0.0.3")[0] == 200
    assert ask(headers[:1], proxies=PROXIES, peer="10.9.9.9")[0] == 200


@pytest.mark.parametrize("written", [b"unknown", b"198.51.100.1, _hidden", b"198.51.100.1:x"])
@pytest.mark.asvs("15.3.4")
def test_a_proxy_of_ours_that_writes_no_address_is_refused_and_named_once(
    caplog: pytest.LogCaptureFixture, written: bytes
) -> None:
    """All visitors would share the proxy's counters: sixty wrong passwords shut out everybody."""
    headers = [(b"host", b"coupon.example.jp"), (b"x-forwarded-for", written)]
    with caplog.at_level(logging.ERROR, "portal.entrance"):
        status, body = ask(headers, proxies=PROXIES, peer="10.0.0.3")
    assert (status, b"its proxy does not say" in body) == (400, True)
    (told,) = (record.getMessage() for record in caplog.records)
    assert "10.0.0.3" in told
    assert "X-Forwarded-For" in told
    assert written.decode() not in told, "a visitor may have written it"
    assert ask(headers, proxies=None)[0] == 200, "outside of production"


def test_a_body_that_comes_in_time_is_whole() -> None:
    parts = [(0.0, b"a" * 10), (0.01, b"b" * 10)]
    assert ask([(b"host", b"10.0.2.7")], parts=parts) == (200, b"a" * 10 + b"b" * 10)


def test_a_body_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "BODY_SECONDS", 0.1)
    with pytest.raises(HTTPException) as refused:
        ask([(b"host", b"10.0.2.7")], parts=[(0.0, b"a"), (60.0, b"b")])
    assert refused.value.status_code == 408


def test_a_large_body_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(entrance, "BODY_RATE", 1)
    parts = [(0.0, b"a" * 300), (0.2, b"b")]
    assert ask([(b"host", b"10.0.2.7")], parts=parts)[0] == 200
