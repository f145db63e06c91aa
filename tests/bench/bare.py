"""The least that a page and a form could cost: the limits that our own are compared with.

Same server, interpreter, database and driver; one statement by key and one small template.
"""

import os
import sqlite3

from jinja2 import Environment
from litestar import Litestar, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.pool import ConnectionPoolEntry

from portal.platform.database import SQLITE_PRAGMAS
from portal.platform.database_address import read_address

KEPT = Table(
    "bare",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("state", String(20)),
    Column("at", DateTime(timezone=True), server_default=func.now()),
)
"""The bench's own table, beside the product's."""
PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><html lang=ja><title>{{ row.id }}</title><h1>{{ row.id }}</h1>"
    "<p>{{ row.state }} {{ row.at }}</p>"
)
SERVED = "tests.bench.bare:create_app"
DATABASE = "BARE_DATABASE_URL"


def _as_durable(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode=WAL", *SQLITE_PRAGMAS):
        connection.execute(f"PRAGMA {pragma}")


def create_app() -> Litestar:
    """Return the bare page and the bare submit, on the database that the environment names."""
    engine = create_engine(read_address(os.environ[DATABASE]), pool_size=20, max_overflow=44)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _as_durable)

    @get("/{key:int}", sync_to_thread=True)
    def show(key: FromPath[int]) -> Response[str]:
        with engine.connect() as connection:
            row = connection.execute(select(KEPT).where(KEPT.c.id == key)).one()
            return Response(PAGE.render(row=row), media_type="text/html")

    @post("/submit", sync_to_thread=True)
    def submit(data: URLEncodedBody[dict[str, str]]) -> Response[None]:
        with engine.begin() as connection:
            connection.execute(insert(KEPT).values(state=data["state"]))
        return Response(None, status_code=303, headers={"location": "/1"})

    return Litestar([show, submit], openapi_config=None, logging_config=None)
