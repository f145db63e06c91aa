"""Serves the metrics of a node over HTTP, on an address of its own."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from prometheus_client import CollectorRegistry, start_http_server

from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.settings.calls import CallSettings
from portal.domain.foundation.texts import _s
from portal.platform.database import Database
from portal.platform.metrics.database_gauges import DatabaseGauges
from portal.platform.metrics.node_gauges import NodeGauges
from portal.platform.metrics.process_files import ProcessFiles
from portal.settings import Settings


class Exporter(Struct, frozen=True):
    """A server that runs in a thread of its own, until it is stopped."""

    port: int
    stop: Callable[[], None]


def make_registry(
    settings: Settings, database: Database, version: str, calls: CallSettings
) -> CollectorRegistry:
    """Return what the metrics of a node come from; ``calls`` are the ward's settings of calls."""
    folder = Path(settings.metrics_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ProcessFiles(folder))
    registry.register(DatabaseGauges(database, DatabaseClock(settings.clock_offset), calls))
    registry.register(NodeGauges(settings, version))
    return registry


def serve(registry: CollectorRegistry, host: str, port: int) -> Exporter:
    """Serve metrics on an address until the exporter is stopped.

    Raises:
        InputError: the address is taken or not one of this machine.
    """
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise InputError(
            _s(
                "監視用の数値を %(host)s:%(port)d で公開できません（%(reason)s）。"
                "PORTAL_METRICS を確認してください。"
            )
            % {"host": host, "port": port, "reason": error.strerror or type(error).__name__}
        ) from None

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return Exporter(server.server_port, stop)
