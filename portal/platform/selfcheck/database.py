"""Is the database there, with this version's tables, and does it keep what it has acknowledged?"""

from collections.abc import Iterator

from sqlalchemy import text

from portal.domain.foundation.texts import _s
from portal.platform.schema import State, read_schema, sentence_of
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject

FULL = 2
"""SQLite's number for ``synchronous=FULL``."""


def check_database(subject: Subject) -> Iterator[Finding]:
    """Yield what is known of the database and its tables."""
    with subject.database.read() as session:
        subject.clock.now(session)
        schema = read_schema(session.connection())
    if schema.state is State.EXPANDED:
        yield doubtful(
            "database", sentence_of(schema), _s("このプログラムを、新しい版に替えてください。")
        )
    else:
        yield well("database", _s("データベースにつながり、表はこの版のものです。"))


def check_durability(subject: Subject) -> Iterator[Finding]:
    """Yield whether what was acknowledged survives a power loss."""
    lost = [f"{name}={value}" for name, value, kept in _durability(subject) if not kept]
    if not lost:
        yield well("durability", _s("受け付けた記録は、停電でも失われません。"))
    elif subject.settings.in_production:
        yield wrong(
            "durability",
            _s("データベースの設定 %(settings)s では、受け付けた記録が停電で失われます。")
            % {"settings": ", ".join(lost)},
            _s("PostgreSQLの設定で、on に戻してください。"),
        )


def _durability(subject: Subject) -> list[tuple[str, str, bool]]:
    with subject.database.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            level = session.execute(text("PRAGMA synchronous")).scalar_one()
            return [("synchronous", str(level), level >= FULL)]
        names = ("fsync", "synchronous_commit", "full_page_writes")
        values = [(name, session.execute(text(f"SHOW {name}")).scalar_one()) for name in names]
        return [(name, str(value), value not in ("off", "local")) for name, value in values]
