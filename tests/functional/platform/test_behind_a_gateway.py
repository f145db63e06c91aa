"""Gateways that write a port or brackets: over a socket, each visitor still counts as one."""

import httpx
import pytest
from sqlalchemy import select

from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.throttles import NETWORK
from portal.platform.database import Database
from portal.settings import Settings
from tests.support.coupons import VAULT
from tests.support.login_ids import plain_login_id
from tests.support.programs.servers import StartServer, free_port
from tests.support.resident import TOKEN, serve_resident

VISITORS = {
    "198.51.100.1": ("198.51.100.1:40001", "198.51.100.1:40002", "198.51.100.1"),
    "198.51.100.2": ("198.51.100.2:40001",),
    "2001:db8:1::7": ("[2001:db8:1::7]:40001", "[2001:db8:1::7]"),
}


def wrong_password(http: httpx.Client, written: str) -> int:
    """Type a wrong password behind a gateway that writes this address."""
    said = {"x-forwarded-for": written}
    (token,) = set(TOKEN.findall(http.get("/signin", headers=said).text))
    typed = {"form_token": token, "login_id": plain_login_id(), "password": "none of theirs"}
    return http.post("/signin/submit", data=typed, headers=said).status_code


@pytest.mark.in_turn
def test_each_visitor_of_a_gateway_that_writes_ports_has_a_counter_of_its_own(
    start_server: StartServer, resident_settings: Settings, database: Database, database_url: str
) -> None:
    """One counter for all would shut all families out after sixty wrong passwords of anybody."""
    server = serve_resident(
        start_server, resident_settings, database_url, PORTAL_TRUSTED_PROXIES="127.0.0.1"
    )
    for forms in VISITORS.values():
        for written in forms:
            with httpx.Client(base_url=server.url) as http:
                assert wrong_password(http, written) == 422
    with database.read() as session:
        near = ThrottleBucket.key.startswith(f"{NETWORK.name}:")
        found = {row.key: row.count for row in session.scalars(select(ThrottleBucket).where(near))}
    assert found == {
        NETWORK.of(network_keys(VAULT, address)[0]).stored_key: len(forms)
        for address, forms in VISITORS.items()
    }


@pytest.mark.in_turn
def test_an_office_behind_a_gateway_that_writes_ports_gets_in(
    start_server: StartServer, resident_settings: Settings, database: Database, database_url: str
) -> None:
    port = free_port()
    server = start_server(
        ["portal", "serve", "staff", "--port", str(port)],
        port=port,
        env={
            "PORTAL_PROGRAM": resident_settings.program,
            "PORTAL_DATA_DIR": str(resident_settings.data_dir),
            "PORTAL_KEY_DIR": str(resident_settings.key_dir),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_ENVIRONMENT": "test",
            "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
            "PORTAL_ADMIN_NETWORKS": "198.51.100.0/25 2001:db8:1::/48",
        },
    )
    with httpx.Client(base_url=server.url) as http:
        answers = {
            written: http.get("/signin", headers={"x-forwarded-for": written}).status_code
            for written in ("198.51.100.9:5678", "[2001:db8:1::9]:5678", "198.51.100.200:5678")
        }
    assert answers == {
        "198.51.100.9:5678": 200,
        "[2001:db8:1::9]:5678": 200,
        "198.51.100.200:5678": 403,
    }
