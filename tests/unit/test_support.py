"""The stand-ins and readers that other tests trust do what they say."""

import os
import smtplib
import socket
import urllib.request
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
import qrcode
from PIL import ImageOps
from playwright.sync_api import Browser
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.domain.people.notices.models import OutboxMessage
from portal.platform.database import Database, make_engine
from tests.support.coupons import NOW
from tests.support.databases import turns
from tests.support.databases.pools import Cluster, Engines, PostgresPool
from tests.support.programs.mail import SmtpSink
from tests.support.programs.memory import files_in_memory
from tests.support.programs.servers import StartServer, free_port
from tests.support.programs.sms import SmsGateway
from tests.support.reading import pdf, qr
from tests.support.sources import ROOT


def test_every_test_gets_a_database_with_tables_and_no_rows(database: Database) -> None:
    assert len(inspect(database.engine).get_table_names()) > 5
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM household")) == 0


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE left_behind (id integer)",
        "ALTER TABLE household ADD left_behind integer",
        "ALTER TABLE household ADD CONSTRAINT left_behind CHECK (true)",
    ],
)
def test_a_database_whose_tables_a_test_changed_is_not_given_to_the_next(
    change: str, postgres_cluster: Cluster, postgres_template: str
) -> None:
    pool = PostgresPool(postgres_cluster, postgres_template)
    kept, changed = pool.take(), pool.take()
    engine = make_engine(changed)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    pool.give_back(changed)
    pool.give_back(kept)
    assert pool.free == [kept]
    assert pool.take() == kept
    assert pool.take() != changed
    pool.close()


def _add_message(session: Session) -> int:
    message = OutboxMessage(
        kind="email",
        purpose="code",
        dedupe_key="a",
        created_at=NOW,
        next_try_at=NOW,
        expires_at=NOW,
    )
    session.add(message)
    session.flush()
    return message.id


def test_the_next_test_finds_no_row_no_used_number_and_no_open_transaction(
    postgres_cluster: Cluster, postgres_template: str
) -> None:
    pool, engines = PostgresPool(postgres_cluster, postgres_template), Engines()
    url = pool.take()
    forgotten = make_engine(url)
    with Session(forgotten) as left_open:
        for _test in range(3):
            for database in engines.open(url):
                with database.write() as session:
                    assert _add_message(session) == 1
                    assert session.scalar(text("SELECT count(*) FROM outbox_message")) == 1
            left_open.scalar(text("SELECT count(*) FROM outbox_message"))
            pool.give_back(url)
            assert pool.take() == url
            with pytest.raises(OperationalError):
                left_open.scalar(text("SELECT count(*) FROM outbox_message"))
            left_open.rollback()
    forgotten.dispose()
    engines.close()
    pool.close()


BACKEND = "SELECT pg_backend_pid()"


def test_a_connection_serves_the_next_test_unless_it_was_cut_or_is_at_work(
    postgres_cluster: Cluster, postgres_template: str
) -> None:
    pool, engines = PostgresPool(postgres_cluster, postgres_template), Engines()
    url, served = pool.take(), list[int]()

    def one_test(end: Callable[[Database], None]) -> None:
        for database in engines.open(url):
            with database.read() as session:
                served.append(session.scalar(text(BACKEND)) or 0)
            end(database)
        pool.give_back(url)
        assert pool.take() == url

    held = list[Session]()

    def cut(_database: Database) -> None:
        postgres_cluster.connection.execute("SELECT pg_terminate_backend(%s, 5000)", (served[-1],))

    def hold(database: Database) -> None:
        held.append(Session(database.engine))
        held[0].scalar(text(BACKEND))

    for end in (lambda _database: None, cut, hold, lambda _database: None):
        one_test(end)
    first, second, after_cut, after_hold = served
    assert first == second
    assert len({second, after_cut, after_hold}) == 3
    with pytest.raises(OperationalError):
        held[0].scalar(text(BACKEND))
    held[0].rollback()
    engines.close()
    pool.close()


def test_a_test_of_pages_has_its_turn_on_one_database_and_all_others_run_on_both() -> None:
    names = [f"tests/functional/resident/test_hours.py::test_{number}" for number in range(200)]
    on_sqlite = [name for name in names if turns.turn_of(name) == "sqlite"]
    assert 60 < len(on_sqlite) < 140
    functional = ROOT / "tests" / "functional"
    assert turns.is_of_pages(functional / "resident" / "test_hours.py")
    assert not turns.is_of_pages(functional / "resident" / "test_enumeration.py")
    assert not turns.is_of_pages(functional / "people" / "coupons" / "test_assignment.py")


@pytest.mark.parametrize("marked", [True, False])
def test_a_long_test_that_asks_little_of_its_database_leaves_one_to_the_matrices(
    *, marked: bool
) -> None:
    left: list[str] = []

    def item(database: str) -> Any:
        return SimpleNamespace(
            nodeid=f"tests/test_long.py::test[{database}]",
            callspec=SimpleNamespace(params={"new_database": database}),
            get_closest_marker=lambda name: marked and name == "in_turn",
            add_marker=lambda name: left.append(f"{database} {name}"),
        )

    turns.leave_to_the_matrices([item(database) for database in turns.DATABASES])
    assert len(left) == marked
    assert all(one.endswith(" matrix") for one in left)


def test_an_empty_database_is_empty(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_an_inverted_code_is_not_read() -> None:
    code = qrcode.QRCode(border=4)
    code.add_data("https://example.test/sign-in")
    image = code.make_image().get_image().convert("L")
    png = BytesIO()
    image.save(png, "PNG")
    assert qr.decode_png(png.getvalue()) == ["https://example.test/sign-in"]
    assert qr.decode(ImageOps.invert(image)) == []


def test_a_pdf_is_read_back_page_by_page() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842).close()
    document.new_page(595, 842).close()
    out = BytesIO()
    document.save(out)
    document.close()
    assert pdf.text(out.getvalue()) == ["", ""]
    assert [page.size for page in pdf.pages(out.getvalue(), dpi=72)] == [(595, 842)] * 2


def test_mail_arrives_and_can_be_refused(smtp_sink: SmtpSink) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_sink.port) as client:
        client.sendmail(
            "a@example.test", ["b@example.test"], "Subject: =?utf-8?b?56K66KqN?=\r\n\r\n123456"
        )
        smtp_sink.refuse = "451 later"
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@example.test", ["b@example.test"], "Subject: x\r\n\r\nx")
    assert [message["Subject"] for message in smtp_sink.wait()] == ["確認"]


def test_the_gateway_keeps_what_it_was_sent(sms_gateway: SmsGateway) -> None:
    request = urllib.request.Request(
        sms_gateway.url, data=b'{"to": "090"}', headers={"Authorization": "Bearer t"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    assert sms_gateway.wait()[0].body == b'{"to": "090"}'
    assert sms_gateway.requests[0].headers["Authorization"] == "Bearer t"


def test_a_server_is_started_and_ended(start_server: StartServer) -> None:
    server = start_server(
        ["http.server", "--bind", "127.0.0.1", str(port := free_port())], port=port
    )
    with urllib.request.urlopen(server.url) as answer:
        assert answer.status == 200
    assert server.stop() != 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_japanese_text_is_drawn_with_a_font(chromium: Browser) -> None:
    """Without a font for it, every character is the same box and screenshots prove nothing."""
    page = chromium.new_page()
    page.set_content("<p style='font-size:40px;margin:0'>区</p>")
    first = page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 50})
    page.set_content("<p style='font-size:40px;margin:0'>民</p>")
    second = page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 50})
    page.close()
    assert first != second


def test_files_of_a_run_are_gone_after_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    with files_in_memory(tmp_path):
        folder = Path(os.environ["TMPDIR"])
        assert folder.parent == tmp_path
        (folder / "left").write_text("behind")
    assert "TMPDIR" not in os.environ
    assert not folder.exists()
