"""What both sites stand on.

The language of a page, static files, errors as pages, a start that says what is wrong.
"""

import base64
import gzip
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from portal.app import create_app
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.vault import make_keys
from portal.platform.http.headers import content_policy
from portal.platform.http.locale import choose
from portal.platform.rendering.assets import INLINE, Assets
from portal.platform.rendering.stylesheets import joined
from portal.platform.startup import check_prepared, initialize
from portal.settings import Settings, load_settings
from portal.web import routes
from tests.support.programs.servers import ROOT
from tests.support.resident import Resident


@pytest.mark.parametrize(
    ("accept", "locale"),
    [
        ("", "ja"),
        ("*", "ja"),
        ("fr-FR,fr;q=0.9", "ja"),
        ("en-US,en;q=0.9", "en"),
        ("ko", "ko"),
        ("ja-JP", "ja"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans"),
        ("zh-TW", "zh_Hant"),
        ("zh-HK,en", "zh_Hant"),
        ("zh", "zh_Hans"),
        ("zh-Hant-TW", "zh_Hant"),
        ("en;q=0.2, ko;q=0.9", "ko"),
        ("en;q=0", "ja"),
        ("en;q=x", "ja"),
        (";;;,,,é", "ja"),
        ("fr,ko;q=0.5", "ko"),
        ("x" * 5000, "ja"),
    ],
)
def test_the_browsers_language_is_spoken_where_we_have_it(accept: str, locale: str) -> None:
    assert choose(None, accept) == locale


@pytest.mark.parametrize(
    ("cookie", "locale"), [("ko", "ko"), ("easy", "ja@easy"), ("xx", "en"), ("../en", "en")]
)
def test_a_choice_counts_more_than_the_browser(cookie: str, locale: str) -> None:
    assert choose(cookie, "en") == locale


def test_without_any_word_about_language_the_site_speaks_japanese(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.visitor()
    assert "accept-language" not in visitor.http.headers
    assert '<html lang="ja">' in visitor.open("/signin").text


def test_a_language_link_is_kept_and_leaves_the_address(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    answer = visitor.get("/help?lang=zh-Hant")
    assert (answer.status_code, answer.headers["location"]) == (303, "/help")
    assert '<html lang="zh-Hant">' in visitor.follow(answer).text
    assert '<html lang="zh-Hant">' in visitor.open("/signin").text


def test_a_language_nobody_speaks_changes_nothing(sqlite_resident: Resident) -> None:
    assert '<html lang="ja">' in sqlite_resident.visitor().open("/help?lang=tlh").text


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/signin/nowhere", "/static/css/portal.css", "/static/../settings.py", "/%ff"],
)
@pytest.mark.asvs("3.4.3", "5.3.2")
def test_an_unknown_page_is_a_page_in_the_readers_language(
    sqlite_resident: Resident, path: str
) -> None:
    visitor = sqlite_resident.visitor(**{"accept-language": "ko"})
    answer = visitor.get(path)
    assert answer.status_code in {404, 405}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="ko">' in answer.text
    assert "0120-000-501" in answer.text
    assert answer.headers["content-security-policy"] == content_policy(
        Assets().script_digest(INLINE)
    )


@pytest.mark.parametrize("path", ["/", "/signin", "/healthz", "/nowhere", "/home"])
def test_head_answers_as_get_does_without_the_content(sqlite_resident: Resident, path: str) -> None:
    visitor = sqlite_resident.visitor()
    whole = visitor.get(path)
    head = sqlite_resident.loop.run(visitor.http.request("HEAD", path))
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "location", "content-security-policy"):
        assert head.headers.get(name) == whole.headers.get(name)


@pytest.mark.asvs("3.4.3")
def test_a_page_takes_nothing_from_another_site(sqlite_resident: Resident) -> None:
    page = sqlite_resident.visitor().get("/")
    policy = page.headers["content-security-policy"]
    directives = {name: rest for name, *rest in (part.split() for part in policy.split(";"))}
    assert directives.pop("default-src") == ["'none'"]
    (script,) = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    sources = {"'self'", "'none'", f"'sha256-{digest}'"}
    assert {source for rest in directives.values() for source in rest} == sources
    assert directives["script-src"] == ["'self'", f"'sha256-{digest}'"]
    assert directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/signin/submit", "/signin"),
        ("/start/channel/choose?channel=sms", "/start/channel"),
        ("/signout", "/"),
        ("/coupon/1/reveal", "/coupon/1"),
    ],
)
def test_an_address_that_only_takes_forms_leads_to_where_the_form_stands(
    sqlite_resident: Resident, path: str, above: str
) -> None:
    answer = sqlite_resident.visitor().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, above)


@pytest.mark.asvs("3.4.4")
def test_static_files_carry_their_hash_and_are_kept_for_a_year(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    page = visitor.open("/signin").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) >= 2
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{10}\.\w+$", address)
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_static_files_are_compressed_for_who_understands_it(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    address = sqlite_resident.site.assets.url("css/portal.css")
    plain = visitor.get(address, headers={"accept-encoding": "identity"})
    packed = visitor.get(address, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "accept-encoding"
    assert int(packed.headers["content-length"]) < 10_000
    assert plain.content == packed.content == joined(ROOT / "static/css/portal.css")
    assert len(gzip.compress(plain.content, 9)) < 10_000


def test_every_module_of_resident_pages_is_on_the_site() -> None:
    modules = {
        path.stem
        for path in (ROOT / "portal" / "web").rglob("*.py")
        if "def handlers" in path.read_text("utf-8")
    }
    listed = {module.__name__.rpartition(".")[2] for module in routes.MODULES}
    assert modules == {*listed, "demo_pages", "floor_events", "message_reports", "routes"}


def test_the_outbox_page_exists_in_demo_and_tests_only(resident_settings: Settings) -> None:
    live = replace(resident_settings, environment="production")
    paths = {path for handler in routes.handlers(live) for path in handler.paths}
    assert "/outbox" not in paths
    assert "/signin" in paths


def test_probes_answer_a_supervisor(resident: Resident) -> None:
    visitor = resident.visitor()
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").status_code == 200
    resident.database.engine.dispose()


def test_another_key_is_refused_at_the_start_in_one_sentence(tmp_path: Path) -> None:
    settings = Settings(
        program="demo",
        data_dir=tmp_path,
        key_dir=tmp_path / "keys",
        environment="test",
        database_url=f"sqlite:///{tmp_path}/portal.sqlite3",
    )
    assert initialize(settings)
    assert initialize(settings) == []
    make_keys(tmp_path / "other")
    with pytest.raises(DomainError, match=r"^[^\n]*PORTAL_KEY_DIR[^\n]*$"):
        initialize(replace(settings, key_dir=tmp_path / "other"))


def test_a_site_refuses_to_start_with_the_keys_of_another_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    settings = Settings(
        program="demo",
        data_dir=folder,
        key_dir=folder / "keys",
        environment="test",
        database_url=f"sqlite:///{folder}/portal.sqlite3",
    )
    initialize(settings)
    make_keys(tmp_path / "other")
    with pytest.raises(DomainError, match="PORTAL_KEY_DIR"):
        check_prepared(replace(settings, key_dir=tmp_path / "other"))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PORTAL_DATABSE_URL": "sqlite:///x"}, "PORTAL_DATABASE_URL"),
        ({"PORTAL_ENVIRONMENT": "prod"}, "production"),
        ({"PORTAL_CLOCK_OFFSET": "60"}, "デモとテスト"),
        ({"PORTAL_CLOCK_OFFSET": "soon", "PORTAL_ENVIRONMENT": "test"}, "数字"),
        ({"PORTAL_PUBLIC_URL": "ftp://example.jp"}, "https://"),
        ({"PORTAL_SMTP_URL": "mail.example.jp"}, "smtp://"),
        ({"PORTAL_SMS_TOKEN_FILE": "/nowhere"}, "PORTAL_SMS_TOKEN_FILE"),
        ({"PORTAL_TRUSTED_PROXIES": "10.0.0.0/24 proxy"}, "PORTAL_TRUSTED_PROXIES"),
        ({"PORTAL_ADMIN_NETWORKS": "10.0.0.300"}, "10.0.0.300"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(environment: dict[str, str], said: str) -> None:
    with pytest.raises(DomainError) as caught:
        load_settings(environment)
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_a_site_without_its_tables_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    with pytest.raises(DomainError, match="portal init"):
        create_app()
