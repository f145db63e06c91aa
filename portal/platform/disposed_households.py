"""Dispose of one household in one transaction, and keep the list outside; killed, run it again."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.key_ring import sealing_key
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import WorkSource
from portal.domain.oversight.disposal.household.services import dispose_again, still_there
from portal.domain.oversight.disposal.household.traces import TRACES, WITH_RULES
from portal.domain.oversight.keys.another_index import belongs_to
from portal.domain.people.households.disposed import disposed_households
from portal.platform.database import Database
from portal.platform.household_list import keep_list, list_folders, read_list
from portal.settings import Settings


def bring_list_up_to_date(settings: Settings, source: WorkSource) -> int:
    """Write the list outside as far as it lacks something; return how many lines were added.

    Raises:
        OSError: a folder is away, full, or may not be written.
        IntegrityFaultError: a line of the list was changed.
    """
    with source.reading() as work:
        rows = disposed_households(work.session)
        return keep_list(list_folders(settings), work.vault, rows) if rows else 0


def repeat_listed(settings: Settings, source: WorkSource, given: Iterable[Path] = ()) -> int:
    """Dispose of every listed household again that the database still has; return how many.

    Raises:
        IntegrityFaultError: a line of a list was changed.
        WrongStateError: the database, of before another search key, is to be brought to it first;
            until then no site starts.
    """
    listed = read_list([*list_folders(settings), *given], source.vault)
    if not listed:
        return 0
    with source.reading() as work:
        if belongs_to(work) != sealing_key(work.vault.index):
            raise WrongStateError(
                _s(
                    "廃棄した世帯を、もう一度廃棄する必要があります。"
                    "先に「portal keys rotate index --copied」で照合の鍵をそろえ、"
                    "「portal dispose household again」を実行してください。"
                )
            )
    with source.writing() as work:
        again = dispose_again(work, listed)
    bring_list_up_to_date(settings, source)
    return again


def listed_and_there(settings: Settings, vault: Vault, database: Database) -> int:
    """Return how many listed households a restored database still has.

    Raises:
        IntegrityFaultError: a line of the list was changed.
    """
    listed = read_list(list_folders(settings), vault)
    with database.read() as session:
        return still_there(session, listed)


def forget_versions(engine: Engine) -> None:
    """Let the database forget what rows were before, as far as it can now.

    SQLite has overwritten it in its file, and empties its journal here; PostgreSQL gives the space
    of old rows free. Whoever is busy with them keeps them a little longer.
    """
    if engine.dialect.name == "sqlite":
        words = ["PRAGMA wal_checkpoint(TRUNCATE)"]
    else:
        names = {trace.table.__tablename__ for trace in TRACES} | WITH_RULES
        words = [f"VACUUM {name}" for name in sorted(names)]
    with (
        suppress(SQLAlchemyError),
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        for one in words:
            connection.exec_driver_sql(one)
