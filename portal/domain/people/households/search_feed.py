"""The feed of the search: which households changed, without a word of what is in them.

Whoever changes what a household is found by says so here, in the same transaction; each process
that searches reads the households again (``finder``). A row is a household and the revision of its
last change: on PostgreSQL the number of the transaction, on SQLite a number that only rises.

Transactions of PostgreSQL do not end in the order of their numbers. A mark therefore names the
oldest one that was still open, and those after it that had ended: everything else may still come.
"""

import time
from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, bindparam, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.people.households.models import Household, SearchFeed

SERVER = (
    "concat_ws('/', (SELECT oid FROM pg_database WHERE datname = current_database()),"
    " 'search_feed'::regclass::oid,"
    " CASE WHEN pg_is_in_recovery() THEN '' ELSE"
    " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END)"
)
"""Names database, table and timeline: another one after a restore, and after a fail-over."""
XMIN = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
XMAX = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
OWN = "coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0)"
POSTGRESQL_MARK = text(
    f"SELECT {SERVER}, {XMIN}, ARRAY("  # noqa: S608  (constants)
    f"SELECT DISTINCT revision FROM search_feed WHERE revision >= {XMIN} AND revision < {XMAX}"
    f" AND revision <> {OWN})"
)
SQLITE_MARK = text("SELECT coalesce(max(revision), 0) + 1 FROM search_feed")
POSTGRESQL_REVISION = text("SELECT pg_current_xact_id()::text::bigint")
CHANGED = select(SearchFeed.household_id).where(
    SearchFeed.revision >= bindparam("position"),
    SearchFeed.revision.not_in(bindparam("done", expanding=True)),
)
GIVEN = text(f"(search_feed.revision < {XMAX} OR search_feed.revision = {OWN})")
"""A row of a restored database may carry a number that this server has not given yet."""


class Mark(Struct, frozen=True):
    """A place in the feed: everything before it, and what is ``done``, was seen.

    ``feed`` tells one database from another that took its place.
    """

    feed: str
    position: int
    done: frozenset[int] = frozenset()

    def follows(self, earlier: "Mark") -> bool:
        """Return whether this is a later place of the same feed."""
        return self.feed == earlier.feed and self.position >= earlier.position


def read_mark(session: Session) -> Mark:
    """Return the place up to which this transaction sees the feed."""
    if session.get_bind().dialect.name == "postgresql":
        feed, position, done = session.execute(POSTGRESQL_MARK).one()
        return Mark(feed, position, frozenset(done))
    return Mark("", session.execute(SQLITE_MARK).scalar_one())


def changed_since(session: Session, mark: Mark, limit: int) -> list[int]:
    """Return the keys of households that changed since a mark, at most ``limit``."""
    statement = CHANGED.order_by(SearchFeed.revision).limit(limit)
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.where(GIVEN)
    values = {"position": mark.position, "done": sorted(mark.done)}
    return list(session.scalars(statement, values))


def note_changed(session: Session, household_ids: Iterable[int]) -> None:
    """Say that names, address or people of households changed in this transaction."""
    revision = _revision(session)
    rows = [{"household_id": key, "revision": revision} for key in sorted(set(household_ids))]
    if rows:
        session.execute(_upsert(session), rows)


def note_new(session: Session, which: ColumnElement[bool]) -> None:
    """Say that many households are new; ``which`` selects them."""
    revision = bindparam("now", _revision(session), BigInteger)
    new = select(Household.id, revision).where(
        which, ~select(SearchFeed).where(SearchFeed.household_id == Household.id).exists()
    )
    session.execute(insert(SearchFeed).from_select(["household_id", "revision"], new))


def _revision(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return int(session.execute(POSTGRESQL_REVISION).scalar_one())
    # A clock and not only the highest number: after that household is deleted, none comes twice.
    return max(int(session.execute(SQLITE_MARK).scalar_one()), time.time_ns() // 1000)


def _upsert(session: Session) -> postgresql.Insert | sqlite.Insert:
    postgres = session.get_bind().dialect.name == "postgresql"
    made = postgresql.insert(SearchFeed) if postgres else sqlite.insert(SearchFeed)
    return made.on_conflict_do_update(
        index_elements=["household_id"], set_={"revision": made.excluded.revision}
    )
