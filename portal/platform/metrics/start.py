"""Starts log and counting of a process."""

import logging

from portal.platform.logs.setup import start_logging
from portal.platform.metrics.meter import CountingMeter, Meter
from portal.platform.metrics.process_files import NoRoomError, count_in
from portal.settings import Settings

LOG = logging.getLogger("portal.metrics")


def start_watching(settings: Settings, service: str) -> Meter:
    """Start the log of this process, and counting where PORTAL_METRICS is set.

    A process that cannot count works on: watching must stop nobody.
    """
    handler = start_logging(settings, service)
    if settings.metrics is None:
        return Meter()
    try:
        count_in(settings.metrics_dir)
    except NoRoomError as error:
        LOG.error("nothing is counted: the metrics folder cannot be written (%s)", error)  # noqa: TRY400  (the reason is in the line)
        return Meter()
    meter = CountingMeter(service)
    handler.on_loss = meter.log_line_lost
    return meter
