"""``portal demo``: both sites with invented data on this machine, until a signal ends them."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click

from portal.app import make_resident_site
from portal.cli.context import Context, answering
from portal.cli.serve import command_line, environment
from portal.demo.stage import Stage, set_stage
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.platform.startup import initialize
from portal.settings import Settings

HOST = "127.0.0.1"
START_SECONDS = 30


def free_port(wanted: int) -> int:
    """Return the wanted port if it is free, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise InputError(
        _s("空いているポートがありません。ほかのプログラムを閉じてから、もう一度実行してください。")
    )


def demo_settings(settings: Settings) -> Settings:
    """Return the demo's settings: SQLite in a new folder of its own, and free ports."""
    folder = settings.data_dir / "demo"
    return replace(
        settings,
        environment="demo",
        data_dir=folder,
        key_dir=folder / "keys",
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        public_url=f"http://{HOST}:{free_port(8000)}",
        admin_url=f"http://{HOST}:{free_port(8001)}",
        workers=1,
        smtp_url="",
        sms_url="",
    )


class Processes:
    """The two sites as child processes; both end on a signal, or when one of them ends."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, settings: Settings, log: Path) -> None:
        """Start both sites; what they log goes to a file, so that the terminal stays readable."""
        with log.open("ab") as out:
            for site, url in (("resident", settings.public_url), ("staff", settings.admin_url)):
                port = int(url.rsplit(":", 1)[1])
                self._children.append(
                    subprocess.Popen(  # noqa: S603  (our own interpreter and names)
                        command_line(site, HOST, port, 1),
                        env=environment(settings),
                        stdout=out,
                        stderr=out,
                        stdin=subprocess.DEVNULL,
                        start_new_session=True,
                    )
                )

    def wait_until_up(self, settings: Settings) -> None:
        """Return when both sites answer.

        Raises:
            InputError: one of them ended or did not answer in time.
        """
        until = time.monotonic() + START_SECONDS
        for url in (settings.public_url, settings.admin_url):
            port = int(url.rsplit(":", 1)[1])
            while time.monotonic() < until and not self.ended():
                with socket.socket() as probe:
                    probe.settimeout(0.3)
                    if probe.connect_ex((HOST, port)) == 0:
                        break
                time.sleep(0.05)
            else:
                raise InputError(
                    _s("サイトが起動しませんでした。%(log)s を見てください。")
                    % {"log": settings.data_dir / "demo.log"}
                )

    def ended(self) -> bool:
        """Tell whether a site ended by itself."""
        return any(child.poll() is not None for child in self._children)

    def stop(self) -> None:
        """Stop both sites; kill those that do not end in time."""
        for child in self._children:
            with suppress(ProcessLookupError):
                child.terminate()
        for child in self._children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@click.command()
@click.pass_obj
@answering
def demo(context: Context) -> None:
    """Start everything with invented data: both sites, letters, a local outbox."""
    if context.settings.program != "demo":
        raise InputError(_s("デモは、事業 demo だけで動きます。--program を外してください。"))
    settings = demo_settings(context.settings)
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    settings.data_dir.mkdir(parents=True, mode=0o700)
    processes = Processes()

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    try:
        initialize(settings)
        site = make_resident_site(settings)
        stage = set_stage(site, settings.data_dir, lambda line: click.echo(line, err=True))
        site.database.engine.dispose()
        processes.start(settings, settings.data_dir / "demo.log")
        processes.wait_until_up(settings)
        _say(settings, stage)
        while not processes.ended():
            time.sleep(0.3)
        raise InputError(
            _s("サイトが止まりました。%(log)s を見てください。")
            % {"log": settings.data_dir / "demo.log"}
        )
    except KeyboardInterrupt:
        click.echo(_s("デモを終わります。"), err=True)
    finally:
        processes.stop()


def _say(settings: Settings, stage: Stage) -> None:
    letter = stage.letter
    birth = f"{letter.birth.isoformat()} = {format_wareki(letter.birth)}"
    lines = [
        f"{settings.public_url}/",
        _s("住民のサイト: %(url)s/signin") % {"url": settings.public_url},
        _s("職員のサイト: %(url)s/") % {"url": settings.admin_url},
        _s("送ったSMSとメール: %(url)s/outbox") % {"url": settings.public_url},
        _s("手紙（PDF、%(page)dページ）: %(path)s") % {"page": letter.page, "path": letter.path},
        _s("この手紙の世帯主の生年月日: %(birth)s") % {"birth": birth},
    ]
    lines.extend(
        _s("職員 %(login)s（%(role)s） パスワード: %(password)s 認証アプリの鍵: %(secret)s")
        % {
            "login": person.login,
            "role": person.role,
            "password": person.password,
            "secret": person.totp_secret,
        }
        for person in stage.staff
    )
    lines.append(_s("終わるには Ctrl+C を押してください。"))
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
