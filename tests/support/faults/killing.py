"""A step in a process of its own that is killed before one of its statements."""

import os
import random
import signal
from collections.abc import Callable

from sqlalchemy import event

from portal.platform.database import Database, make_engine


def killed_before(statement: int, url: str, step: Callable[[Database], object]) -> int:
    """Do a step in a child that kills itself before this statement or COMMIT, counted from 1.

    The caller has closed its own connections. Returns how many there were where the step came to
    its end, else 0.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code, counted = 1, 0

        def count(*_given: object) -> None:
            nonlocal counted
            counted += 1
            if counted == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            database = Database(make_engine(url))
            event.listen(database.engine, "before_cursor_execute", count)
            event.listen(database.engine, "commit", count)
            step(database)
            os.write(writing, str(counted).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    _child, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        counted = int(told.read().decode() or 0)
    assert os.waitstatus_to_exitcode(status) == (0 if counted else -signal.SIGKILL)
    return counted


def kill_until_done(
    dice: random.Random,
    database: Database,
    step: Callable[[Database], object],
    look: Callable[[], None],
    *,
    longest: int = 4,
) -> int:
    """Kill a step before one statement after the other until it is done; return how often.

    Args:
        dice: how many statements further the next one dies.
        database: what it works on.
        step: done anew each time.
        look: fails the test where something is half done.
        longest: the most statements between two deaths.
    """
    url = database.engine.url.render_as_string(hide_password=False)
    kills, statement = 0, 1
    while True:
        database.engine.dispose()
        if killed_before(statement, url, step):
            return kills
        look()
        kills, statement = kills + 1, statement + dice.randint(1, longest)
