"""Waits at the start of a site's process until its database answers; the log says so."""

import logging
import time

from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.texts import use_locale
from portal.platform.lost import is_lost
from portal.platform.startup import check_prepared
from portal.settings import Settings

LOG = logging.getLogger("portal.start")
PAUSE = 2.0
SAY_EVERY = 15
"""Tries between two lines of the log: half a minute."""


def wait_until_prepared(settings: Settings, pause: float = PAUSE) -> None:
    """Return when the database answers and is this deployment's.

    A process that ended instead would be started again and again, until its supervisor gives up.

    Raises:
        InputError: what is wrong and the command to run.
        IntegrityFaultError: the keys belong to another database.
    """
    tries = 0
    while True:
        try:
            with use_locale("en"):  # the log speaks one language
                return check_prepared(settings)
        except SQLAlchemyError as error:
            if not is_lost(error):
                raise
            if tries % SAY_EVERY == 0:
                LOG.error("the database does not answer (%s); waiting", type(error).__name__)  # noqa: TRY400  (one line says all)
        tries += 1
        time.sleep(pause)
