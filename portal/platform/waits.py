"""After how many seconds a site or a command gives up waiting for its database."""

from msgspec import Struct

from portal.platform.patience import within


class Waits(Struct, frozen=True):
    """After how many seconds a connection gives up; 0 is never.

    A family must be answered at once, staff soon, a command may wait.
    ``lock``, ``statement`` and ``idle`` (in a transaction) are PostgreSQL's; on SQLite everything
    waits for ``busy``. ``request`` is for all waits of one request together, also for a thread.
    """

    lock: float = 4
    statement: float = 30
    idle: float = 20
    connect: int = 5
    pool: float = 5
    busy: float = 15
    request: float = 0

    def values(self) -> tuple[str, str]:
        """Return how long a statement of this transaction waits for a lock, and runs."""
        return _milliseconds(within(self.lock)), _milliseconds(within(self.statement))

    def settings(self) -> str:
        """Return the settings of a transaction on PostgreSQL, as columns of a query.

        Those of ``values`` are its parameters. They are set in each transaction and not for the
        connection: a pooler such as PgBouncer hands connections on between transactions, and
        refuses options of new ones.
        """
        chosen = {
            "lock_timeout": "%s",
            "statement_timeout": "%s",
            "idle_in_transaction_session_timeout": f"'{_milliseconds(self.idle)}'",
            "timezone": "'UTC'",
        }
        # joined, because the driver makes an object of each column
        return "||".join(f"set_config('{name}', {value}, true)" for name, value in chosen.items())

    def opening(self) -> str:
        """Return the first statement of a transaction on PostgreSQL: its settings, and its instant.

        One statement for both, so that the settings cost no turn of their own (decision 0014
        counts them).
        """
        return f"SELECT now(), {self.settings()}"

    def opening_to_read(self) -> str:
        """Return the first statement of a transaction that may only read."""
        return f"{self.opening()}||{_READ_ONLY}"


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


_READ_ONLY = "set_config('transaction_read_only', 'on', true)"
SITE_WAITS = Waits()
RESIDENT_WAITS = Waits(lock=2, statement=5, idle=10, connect=2, pool=1.2, busy=1.2, request=1.2)
"""A family is told within two seconds that it has to send again; building that page takes the rest.

The limits of locks and statements are those of the server, for whom nobody waits any more.
"""
COMMAND_WAITS = Waits(lock=10, statement=0, idle=0)
