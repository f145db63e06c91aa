"""Everything personal and every secret of a small ward, and nowhere a trace of it.

Families, staff, commands and jobs use real processes. Afterwards what was typed, shown or drawn is
looked for wherever somebody reads who has no keys: database, log, metrics, processes, messages.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from portal.platform import migrations
from portal.platform.database import make_engine
from tests.support.canaries import Nest, forms
from tests.support.faults.canary_play import Play, outside
from tests.support.faults.cluster import PostgresServer, opened
from tests.support.faults.nodes import Node, offset_from
from tests.support.faults.watched import Watch
from tests.support.programs.mail import SmtpSink
from tests.support.programs.postgres_server import postgres_programs
from tests.support.programs.servers import StartServer, free_port
from tests.support.programs.small_ward import expect_nothing
from tests.support.programs.sms import SmsGateway
from tests.support.resident import Loop, make_settings

KINDS = {
    "ID",
    "address",
    "backup code",
    "birth date",
    "cookie",
    "coupon code",
    "free text",
    "kana",
    "key",
    "letter password",
    "mail",
    "name",
    "network address",
    "number of the ward",
    "one-time code",
    "password",
    "secret of an app",
    "telephone",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """SQLite costs a minute more and has fewer places to look at: with ``--all``."""
    if "place" in metafunc.fixturenames:
        engines = ["postgresql", *(["sqlite"] if metafunc.config.getoption("--all") else [])]
        metafunc.parametrize("place", engines, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a database of its own, and the folder with all its files."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("server")
        yield server.create(), server.folder
        return
    folder = tmp_path / "database"
    folder.mkdir()
    url = f"sqlite:///{folder}/portal.sqlite3"
    engine = make_engine(url)
    migrations.create_tables(engine)
    engine.dispose()
    yield url, folder


def at_rest(url: str, folder: Path) -> dict[str, bytes]:
    """Return what somebody gets who copies the database, its journal and its log."""
    if url.startswith("sqlite"):
        files = [path for path in folder.iterdir() if path.is_file()]
        assert any(path.name.endswith("-wal") for path in files)
        return {path.name: path.read_bytes() for path in files}
    programs = postgres_programs()
    assert programs is not None
    dump = subprocess.run([programs / "pg_dump", url], capture_output=True, check=True).stdout
    assert b"COPY public.household" in dump
    wal = [path for path in (folder / "data" / "pg_wal").iterdir() if path.is_file()]
    assert wal
    found = {f"pg_wal/{path.name}": path.read_bytes() for path in wal}
    return found | {"pg_dump": dump, "log of PostgreSQL": (folder / "log").read_bytes()}


def messages(play: Play) -> list[tuple[str, bytes]]:
    """Return all messages that went out, with their recipients."""
    return [("SMS", one.body) for one in play.sms.requests] + [
        (f"mail to {one['to']}", one.get_content().encode() + str(one["subject"]).encode())
        for one in play.mail.messages
    ]


def test_no_canary_is_found_where_nobody_has_a_key(
    place: tuple[str, Path],
    start_server: StartServer,
    sms_gateway: SmsGateway,
    smtp_sink: SmtpSink,
    background_loop: Loop,
    tmp_path: Path,
) -> None:
    url, folder = place
    settings, port = make_settings(tmp_path / "data"), free_port()
    expect_nothing(Path(settings.program))
    extra = outside(sms_gateway, smtp_sink) | {
        "PORTAL_METRICS": f"127.0.0.1:{port}",
        "PORTAL_METRICS_DIR": str(tmp_path / "metrics"),
    }
    nodes = resident, staff = [
        Node(settings, url, tmp_path / f"{site}.log", offset_from(), site, 1, extra)
        for site in ("resident", "staff")
    ]
    with opened(url) as database, Watch() as watch:
        play = Play(
            settings,
            database,
            url,
            resident,
            staff,
            sms_gateway,
            smtp_sink,
            background_loop,
            tmp_path,
        )
        play.command("init")
        fresh, active = play.put_people_in()
        worker = start_server(["portal", "work"], port=0, env=_own(play.environment()), wait=0)
        started = [worker]
        try:
            for node in nodes:
                node.start()
            environment = _own(play.environment()) | extra
            started.append(start_server(["portal", "metrics"], port=port, env=environment))
            play.family_signs_in(fresh)
            play.family_declines(active)
            play.strangers_err(active)
            play.staff_work(active)
            play.ward_and_operator()
            play.jobs_run()
            metrics = httpx.get(f"http://127.0.0.1:{port}/metrics").content
            _check(play, watch, metrics, at_rest(url, folder))
        finally:
            play.close()
            for node in nodes:
                node.stop()
            for server in started:
                server.stop()
        logs = [node.log.read_bytes() for node in nodes] + [one.log.read_bytes() for one in started]
    assert b"POST /start/birth/submit" in logs[0]
    assert b"POST /calls/finish/submit" in logs[1]
    for log in [*logs, *play.logs]:
        assert play.nest.heard(log) == [], log.decode("utf-8", "replace")[-3000:]


def _check(play: Play, watch: Watch, metrics: bytes, files: dict[str, bytes]) -> None:
    assert set(play.nest.kinds) == KINDS
    heard = {name: play.nest.places(content) for name, content in files.items()}
    assert {name: kinds for name, kinds in heard.items() if kinds} == {}
    assert b"portal_requests_total" in metrics
    assert play.nest.heard(metrics) == []
    commands = watch.commands()
    for program in ("serve resident", "serve staff", "work", "metrics", "letters build", "backup"):
        assert any(f"portal {program}" in one for one in commands), program
    seen = {name.split()[2] for name, content in watch.seen.items() if play.nest.heard(content)}
    assert seen == set()
    for whom, text in messages(play):
        assert play.nest.heard(text, "one-time code", *_own_address(whom)) == [], whom
    for asked, answer in play.answers:
        assert play.nest.heard(answer.content) == [], asked
    kept = [path for path in (play.folder / "backups").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert play.nest.heard(path.read_bytes()) == [], path.name


def _own_address(whom: str) -> tuple[str, ...]:
    return ("telephone",) if whom == "SMS" else ()


def _own(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("PORTAL_")}


@pytest.mark.parametrize("word", ["鶉野", "ウズラノ", "1983-11-27", "0355509876", "a b@c.jp/d"])
def test_a_canary_is_found_however_it_is_written(word: str) -> None:
    nest = Nest()
    nest.add("kind", word)
    for form in forms(word):
        assert nest.heard(b"\0..." + form + b"...\xff") == ["kind"], form
    assert nest.heard(b"nothing of the kind") == []


def test_a_short_code_is_not_found_inside_a_longer_number() -> None:
    nest = Nest()
    nest.add("one-time code", "482911")
    assert nest.heard(b"\\x0482911f and 12:00:00.482911") == []
    assert nest.heard(b"your code is 482911.") == ["one-time code"]
