"""``portal demo``: both sites with invented data on this machine, until a signal ends them."""

import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
from msgspec import Struct

from portal.app import make_resident_site
from portal.cli.context import Context, answering
from portal.cli.serve import command_line, environment
from portal.demo.own_folder import take_folder
from portal.demo.ports import HOST, HeldPort, hold
from portal.demo.stage import Stage, set_stage
from portal.demo.start_page import Addresses, StartPage, StartServer
from portal.demo.telephone_system import CALLER, KEY, SEATS, TelephoneSystem, staff_the_floor
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import opening_for_nobody
from portal.domain.foundation.wareki import format_wareki
from portal.platform.startup import initialize
from portal.settings import Settings

STILL_EVERY = 20.0
"""Seconds after which the demo says that it is still waiting for its sites."""


class Ports(Struct, frozen=True):
    """The three ports of a demo, held from its first second to its last."""

    resident: HeldPort
    staff: HeldPort
    start: HeldPort


def hold_ports(stack: ExitStack) -> Ports:
    """Hold the ports until the stack is closed.

    Raises:
        InputError: no port is free.
    """
    held = []
    try:
        for wanted in (8000, 8001, 8002):
            port = hold(wanted)
            stack.callback(port.release)
            held.append(port)
    except OSError:
        raise InputError(
            _s(
                "空いているポートがありません。ほかのプログラムを閉じてから、"
                "もう一度実行してください。"
            )
        ) from None
    return Ports(*held)


def demo_settings(settings: Settings, folder: Path, ports: Ports) -> Settings:
    """Return the demo's settings: SQLite in a folder of its own, and its own ports."""
    return replace(
        settings,
        environment="demo",
        data_dir=folder,
        key_dir=folder / "keys",
        audit_heads=folder / "ward",
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        public_url=ports.resident.url,
        admin_url=ports.staff.url,
        workers=1,
        smtp_url="",
        sms_url="",
        telephone_keys={KEY: secrets.token_hex(32)},
    )


class Processes:
    """The two sites as child processes; both end on a signal, or when one of them ends.

    Args:
        still_every: Seconds after which it is said that they are waited for, and again.
    """

    def __init__(self, still_every: float = STILL_EVERY) -> None:
        self._children: list[subprocess.Popen[bytes]] = []
        self._still_every = still_every

    def start(self, command: list[str], variables: Mapping[str, str], log: Path) -> None:
        """Start one; what it logs goes to a file, so that the terminal stays readable."""
        with log.open("ab") as out:
            self._children.append(
                subprocess.Popen(  # noqa: S603  (our own interpreter and names)
                    command,
                    env=variables,
                    stdout=out,
                    stderr=out,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )

    def wait_until_up(self, ports: Ports) -> bool:
        """Return True when both sites answer, however long it takes; False when one has ended."""
        told = time.monotonic()
        for port in (ports.resident, ports.staff):
            while not self._answers(port):
                if self.ended():
                    return False
                if time.monotonic() - told > self._still_every:
                    told = time.monotonic()
                    click.echo(_s("サイトが起動するのを待っています。"), err=True)
                time.sleep(0.05)
        return True

    @staticmethod
    def _answers(port: HeldPort) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.3)
            return probe.connect_ex((HOST, port.number)) == 0

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

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    with ExitStack() as stack:
        ports = hold_ports(stack)
        folder = take_folder(context.settings.data_dir)
        stack.callback(folder.release)
        try:
            _run(demo_settings(context.settings, folder.path, ports), ports, stack)
        except KeyboardInterrupt:
            click.echo(_s("デモを終わります。"), err=True)


def _run(settings: Settings, ports: Ports, stack: ExitStack) -> None:
    """Set the stage, start the sites, and wait until one of them ends."""
    initialize(settings)
    if settings.audit_heads is not None:
        settings.audit_heads.mkdir(exist_ok=True)
    site = make_resident_site(settings)
    with opening_for_nobody():  # invented families
        stage = set_stage(site, settings.data_dir, lambda line: click.echo(line, err=True))
        _ward, officer, supervisor, agent, _auditor = (person.actor for person in stage.staff)
        staff_the_floor(site, (agent, supervisor, officer), supervisor)
    site.database.engine.dispose()
    page = StartPage(stage, Addresses(settings.public_url, settings.admin_url))
    processes, log = Processes(), settings.data_dir / "demo.log"
    stack.callback(processes.stop)
    for served, port in (("resident", ports.resident), ("staff", ports.staff)):
        processes.start(command_line(served, HOST, port.number, 1), environment(settings), log)
    if not processes.wait_until_up(ports):
        raise InputError(_s("サイトが起動しませんでした。%(log)s を見てください。") % {"log": log})
    stack.callback(StartServer(page, ports.start.number).stop)
    stack.callback(TelephoneSystem(settings).stop)
    _say(settings, stage, ports)
    while not processes.ended():
        time.sleep(0.3)
    raise InputError(_s("サイトが止まりました。%(log)s を見てください。") % {"log": log})


def _named(port: HeldPort) -> str:
    """Return an address with a name: devices make passkeys for no number."""
    return port.url.replace(HOST, "localhost")


def _say(settings: Settings, stage: Stage, ports: Ports) -> None:
    letter = stage.letter
    birth = f"{letter.birth.isoformat()} = {format_wareki(letter.birth)}"
    lines = [
        f"{settings.public_url}/",
        _s("↑ 住民のサイト。手紙と職員の番号は、次の行のページにあります。"),
        _s("ここから始めます: %(url)s/") % {"url": ports.start.url},
        _s("職員のサイト: %(url)s/") % {"url": settings.admin_url},
        _s("パスキーとセキュリティキーを試すとき: 住民 %(own)s/ 、職員 %(staff)s/")
        % {"own": _named(ports.resident), "staff": _named(ports.staff)},
        _s("送ったSMSとメール: %(url)s/outbox") % {"url": settings.public_url},
        _s("大画面: %(url)s/floor 電話の見本: 内線%(seat)sに %(caller)s からかかってきます")
        % {"url": settings.admin_url, "seat": SEATS[0], "caller": CALLER},
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
