"""The roles of a PostgreSQL database: an owner for migrations, less for the application.

The role that runs ``portal init`` and ``portal db upgrade`` owns the tables. The sites and the
commands sign in as another one, which can neither change a table nor rewrite a ledger.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.tables import metadata
from portal.platform.append_only import FILLED_LATER, LEDGERS
from portal.platform.lost import FORBIDDEN, sqlstate
from portal.platform.schema import REVISION_TABLE

WRITES, APPENDS = "portal_writes", "portal_appends"
"""Roles without sign-in, whose member the application's role is."""
LOGIN = "portal_app"
ROLES_LOCK = 7302
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def role_statements(login: str = LOGIN) -> list[str]:
    """Return the statements that make the roles and give them their rights, in order.

    They may be repeated. The role that signs in gets its password elsewhere, never here.

    Raises:
        InputError: the name is none that needs no quotes.
    """
    if not _NAME.fullmatch(login):
        raise InputError(
            _s("データベースの利用者の名前は、英小文字、数字、下線だけで書いてください。")
        )
    return [
        _made(WRITES, "NOLOGIN"),
        _made(APPENDS, "NOLOGIN"),
        _made(login, "LOGIN"),
        f"GRANT {WRITES}, {APPENDS} TO {login}",
        *grant_statements(),
    ]


def grant_statements(there: Collection[str] | None = None) -> list[str]:
    """Return the rights on the tables, which every migration may add to.

    ``there`` are the tables of the database, for one of an earlier version; None is all.
    """
    known = set(metadata.tables) if there is None else set(metadata.tables) & set(there)
    kept = [table for table in LEDGERS if table in known]
    ledgers = ", ".join(kept)
    both = f"{WRITES}, {APPENDS}"
    rows = "SELECT, INSERT, UPDATE, DELETE"
    others = ", ".join(sorted(known - set(LEDGERS)))
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {both}",
        f"GRANT USAGE ON SCHEMA public TO {both}",
        f"GRANT {rows} ON {others} TO {WRITES}",
        f"GRANT SELECT ON {REVISION_TABLE} TO {WRITES}",
        f"GRANT SELECT, INSERT ON {ledgers} TO {APPENDS}",
        *(
            f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {APPENDS}"
            for table, columns in FILLED_LATER.items()
            if table in known
        ),
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {both}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rows} ON TABLES TO {WRITES}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {both}",
    ]


def apply_roles(engine: Engine, login: str = LOGIN, password: str = "") -> None:
    """Make the roles and give them their rights, all or nothing.

    Args:
        engine: Signs in as the owner of the tables.
        login: The application's role.
        password: Its password; "" leaves that of a role which is there as it is.

    Raises:
        InputError: SQLite has no roles; the name is none; or the role would be made without a
            password, so that no site could sign in as it.
        NotAllowedError: the owner may not make roles.
    """
    require_postgresql(engine)
    statements = role_statements(login)
    if not (password or _is_there(engine, login)):
        raise InputError(
            _s(
                "利用者 %(name)s はまだなく、パスワードがないとサイトがつながりません。"
                "サイトが使うアドレス（postgresql://%(name)s:パスワード@…）を書いたファイルを、"
                "--application で指定してください。何も変わっていません。"
            )
            % {"name": login}
        )
    try:
        _execute(engine, statements)
    except ProgrammingError as error:
        if sqlstate(error) != FORBIDDEN:
            raise
        raise NotAllowedError(
            _s(
                "PORTAL_DATABASE_URL の利用者は、利用者を作るか、その権限を決めることができません。"
                "表を持つ利用者の名前で実行し、その利用者に、データベースの管理者が"
                "「ALTER ROLE 利用者 CREATEROLE」を実行してください。何も変わっていません。"
            )
        ) from None
    if password:
        set_password(engine, login, password)


def _is_there(engine: Engine, login: str) -> bool:
    query = text("SELECT count(*) FROM pg_roles WHERE rolname = :login")
    with engine.connect() as connection:
        return bool(connection.scalar(query, {"login": login}))


def set_password(engine: Engine, login: str, password: str) -> None:
    """Give the application's role its password; the server is sent only a digest (SCRAM)."""
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        digest = driver.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
        command = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(login), sql.Literal(digest.decode())
        )
        driver.execute(command)


def renew_grants(engine: Engine) -> bool:
    """Give the rights again after a migration; return False where nobody made the roles."""
    if engine.dialect.name != "postgresql":
        return False
    with engine.connect() as connection:
        if not _has_roles(connection):
            return False
        there = inspect(connection).get_table_names()
    _execute(engine, grant_statements(there))
    return True


def require_postgresql(engine: Engine) -> None:
    """Refuse a database without roles.

    Raises:
        InputError: it is one of SQLite.
    """
    if engine.dialect.name != "postgresql":
        raise InputError(_s("SQLite には利用者の区別がありません。PostgreSQL で使ってください。"))


def _made(name: str, kind: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN "
        f"CREATE ROLE {name} {kind}; END IF; END $$"
    )


def _has_roles(connection: Connection) -> bool:
    query = text("SELECT count(*) FROM pg_roles WHERE rolname IN (:writes, :appends)")
    found: int | None = connection.scalar(query, {"writes": WRITES, "appends": APPENDS})
    return found == 2


def _execute(engine: Engine, statements: Sequence[str]) -> None:
    with engine.begin() as connection:
        # two machines may upgrade at once, and PostgreSQL refuses who changes rights second
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ROLES_LOCK})")
        for statement in statements:
            connection.exec_driver_sql(statement)
