"""What another system posted, recorded while the database may be away."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError

from portal.platform.lost import is_lost


def recorded(log: logging.Logger, what: str, take: Callable[[], HTTPStatus]) -> HTTPStatus:
    """Return what ``take`` answers; 503 where the database was lost, so that it is posted again."""
    try:
        return take()
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        log.error("%s: database away: %s", what, type(error).__name__)  # noqa: TRY400  (a trace would hold nothing more)
        return HTTPStatus.SERVICE_UNAVAILABLE
