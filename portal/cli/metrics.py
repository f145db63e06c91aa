"""``portal metrics``: serve what Prometheus reads, for all processes of this machine."""

import click

from portal import __version__
from portal.cli.context import Context, answering
from portal.cli.ending import ended_by_signal
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.platform.database import Database, make_engine
from portal.platform.logs.setup import start_logging
from portal.platform.metrics.exporter import make_registry, serve


@click.command()
@click.pass_obj
@answering
def metrics(context: Context) -> None:
    """Serve the metrics of this machine on PORTAL_METRICS until a signal ends it."""
    settings = context.settings
    if settings.metrics is None:
        raise InputError(
            _s(
                "PORTAL_METRICS に、監視用の数値を公開するアドレスを書いてください。"
                "例: 127.0.0.1:9464"
            )
        )
    start_logging(settings, "metrics")
    ended = ended_by_signal()
    database = Database(make_engine(settings.database_url, pool_size=1))
    calls = context.load_program().calls
    exporter = serve(make_registry(settings, database, __version__, calls), *settings.metrics)
    try:
        ended.wait()
    finally:
        exporter.stop()
        database.engine.dispose()
