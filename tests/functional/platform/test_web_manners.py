"""What every answer of a site holds to, whatever somebody sends."""

import httpx
import pytest

from admin.routes import handlers as staff_handlers
from portal.platform.application import make_routes
from portal.web.routes import handlers as resident_routes
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite

TYPED = "\"><script>alert(1)</script><b a='"
STRANGER = "https://stranger.example"


def ask(visitor: Visitor, method: str, path: str, **headers: str) -> httpx.Response:
    return visitor.loop.run(visitor.http.request(method, path, headers=headers))


@pytest.mark.asvs("1.1.2", "1.2.1")
@pytest.mark.parametrize(
    ("page", "form", "field"),
    [("/signin", "/signin/submit", "login_id"), ("/redelivery", "/redelivery/submit", "name")],
)
def test_what_was_typed_comes_back_as_text(
    sqlite_resident: Resident, page: str, form: str, field: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open(page)
    answer = visitor.post(form, {field: TYPED})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert TYPED not in answer.text
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;b a=&#39;" in answer.text


@pytest.mark.asvs("3.4.2")
@pytest.mark.parametrize("path", ["/signin", "/healthz", "/nowhere"])
def test_no_other_site_may_read_an_answer(sqlite_resident: Resident, path: str) -> None:
    visitor = sqlite_resident.visitor()
    for method in ("GET", "OPTIONS"):
        answer = ask(visitor, method, path, origin=STRANGER)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
        ("/redelivery", "GET, HEAD, OPTIONS"),
        ("/redelivery/submit", "OPTIONS, POST"),
    ],
)
def test_an_address_tells_its_methods_and_does_nothing_else(
    sqlite_resident: Resident, path: str, methods: str
) -> None:
    answer = ask(sqlite_resident.visitor(), "OPTIONS", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == methods
    assert "set-cookie" not in answer.headers


def test_an_address_with_two_methods_tells_both(sqlite_staff: StaffSite) -> None:
    answer = ask(sqlite_staff.visitor(), "OPTIONS", "/lock/open")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_no_address_that_there_is_not_tells_methods(sqlite_resident: Resident) -> None:
    answer = ask(sqlite_resident.visitor(), "OPTIONS", "/nowhere")
    assert answer.status_code == 404
    assert "allow" not in answer.headers


@pytest.mark.parametrize("site", ["resident", "staff"])
def test_no_second_handler_is_made_for_what_tells_methods(
    sqlite_resident: Resident, site: str
) -> None:
    """Half the time in which routes are made, and 5 MB of each process of the staff site."""
    settings = sqlite_resident.site.settings
    ours = resident_routes(settings) if site == "resident" else staff_handlers()
    made = [
        handler
        for route in make_routes(ours).routes
        for handler in getattr(route, "route_handlers", [])
    ]
    assert len(ours) <= len(made) <= len(ours) + 4
    assert [handler for handler in made if handler.name is None] == []


@pytest.mark.asvs("4.1.1")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/signin", "text/html; charset=utf-8"),
        ("/nowhere", "text/html; charset=utf-8"),
        ("/healthz", "text/plain; charset=utf-8"),
        ("/readyz", "text/plain; charset=utf-8"),
    ],
)
def test_every_answer_says_what_it_is(sqlite_resident: Resident, path: str, kind: str) -> None:
    answer = sqlite_resident.visitor().get(path)
    assert answer.headers["content-type"] == kind
    assert answer.content.decode("utf-8")


@pytest.mark.asvs("13.4.3")
@pytest.mark.parametrize("path", ["/static", "/static/", "/static/css", "/static/js/"])
def test_no_folder_is_listed(sqlite_resident: Resident, path: str) -> None:
    answer = sqlite_resident.visitor().get(path)
    assert answer.status_code == 404
    assert "portal.css" not in answer.text.partition("<main")[2]


@pytest.mark.asvs("13.4.4")
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_a_request_is_never_echoed(sqlite_resident: Resident, method: str) -> None:
    visitor = sqlite_resident.visitor()
    answer = ask(visitor, method, "/signin", **{"x-secret": "a-word-of-mine"})
    assert answer.status_code in {404, 405}
    assert "a-word-of-mine" not in answer.text
