"""``portal serve``: run one of the two sites under granian.

The sites are started by name, never imported here.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from portal.cli.context import Context, answering, mention
from portal.cli.port import claim
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.hash_memory import with_large_pages
from portal.platform.disposed import DisposedError
from portal.platform.logs import lines
from portal.platform.parent import SERVER
from portal.platform.senders import check_senders
from portal.platform.startup import check_prepared
from portal.settings import Settings

SERVER_LINES = Path(lines.__file__).with_name("server.json")
"""How the server itself logs, beside the lines of the site."""
SITES = {"resident": "portal.app:create_app", "staff": "admin.app:create_app"}


def command_line(site: str, host: str, port: int, workers: int) -> list[str]:
    """Return the command that runs a site; several processes share the code that they load."""
    return [
        sys.executable,
        "-m",
        "portal.platform.server",
        SITES[site],
        "--interface",
        "asgi",
        "--factory",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--respawn-failed-workers",
        "--no-access-log",
        "--log-level",
        "warning",
        "--workers-kill-timeout",
        "5",
        "--http",
        "1",
    ]


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment that hands these settings on to a site's process.

    A file that a person's environment names for one of them is left out: it would win.
    """
    given = {
        "PORTAL_PROGRAM": settings.program,
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_KEY_DIR": str(settings.key_dir),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_ENVIRONMENT": settings.environment,
        "PORTAL_PUBLIC_URL": settings.public_url,
        "PORTAL_ADMIN_URL": settings.admin_url,
        "PORTAL_SMTP_URL": settings.smtp_url,
        "PORTAL_SMS_URL": settings.sms_url,
        "PORTAL_TELEPHONE_KEYS": " ".join(
            f"{name}:{secret}" for name, secret in settings.telephone_keys.items()
        ),
        "PORTAL_WORKER": settings.worker,
        "PORTAL_WORKERS": str(settings.workers),
    }
    files = {f"{name}_FILE" for name in given}
    kept = {name: value for name, value in os.environ.items() if name not in files}
    return with_large_pages(kept) | given


def _where_jobs_run(settings: Settings) -> str:
    if settings.worker_beside:
        return _s("メッセージの送信や照合などの仕事は、このサイトのなかで動きます。")
    return _s(
        "メッセージの送信や照合などの仕事は、このサイトでは動きません。"
        "portal work をどこかで動かしてください（いくつ動かしてもかまいません）。"
    )


def _prepared(settings: Settings) -> bool:
    """Tell whether there are data to serve; after a disposal there is a page that says so."""
    try:
        check_prepared(settings)
    except DisposedError as error:
        mention(error.message)
        return False
    return True


@click.command()
@click.argument("site", type=click.Choice(sorted(SITES)))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    type=int,
    default=0,
    help="Default: 8000 for the resident site, 8001 for the staff site.",
)
@click.option("--workers", type=int, default=0, help="Default: PORTAL_WORKERS, and 1 on SQLite.")
@click.pass_obj
@answering
def serve(context: Context, site: str, host: str, port: int, workers: int) -> None:
    """Run the resident or the staff site until a signal ends it."""
    number = port or {"resident": 8000, "staff": 8001}[site]
    command, handed_on = prepared(context.settings, site, host, number, workers)
    os.execve(command[0], command, handed_on)  # noqa: S606  (replaces this process: signals reach the server)


def prepared(
    settings: Settings, site: str, host: str, number: int, workers: int = 0
) -> tuple[list[str], dict[str, str]]:
    """Claim a port and check what the site needs; return what this process becomes.

    The command and its environment, which hands on the number that this process keeps then.

    Raises:
        DomainError: somebody has the port, or the site cannot be served.
    """
    claim(host, number)
    closed = not _prepared(settings)
    count = workers or (1 if settings.on_sqlite else settings.workers)
    settings = replace(settings, workers=count)
    if site == "resident" and not closed:
        check_senders(settings)
        mention(_where_jobs_run(settings))
    command = command_line(site, host, number, count)
    if settings.log_format == "json":
        command += ["--log-config", str(SERVER_LINES)]
    return command, environment(settings) | {SERVER: str(os.getpid())}  # exec keeps the number
