"""Runs compose.yaml's services in roots: their commands, mounts, users, ports, in their order.

What Docker would do with each word of a service is done here with the kernel's own means
(namespaces, bind mounts, dropped capabilities), since CI has no Docker.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.install.compose import Compose, Service
from tests.support.install.network import Network, inside
from tests.support.programs.servers import PATIENCE


@dataclass(frozen=True)
class Image:
    """A root with how its containers start.

    Attributes:
        root: The folder of the system.
        user: Number of user and group, ``0:0`` for the administrator.
        workdir: Where commands start.
        environment: Variables of each command.
        entrypoint: What the command is handed to; empty to run it as it is.
    """

    root: Path
    user: str = "0:0"
    workdir: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()


@dataclass
class Container:
    """A service that was started."""

    service: Service
    process: subprocess.Popen[bytes]
    log: Path
    space: str

    @property
    def said(self) -> str:
        """Everything that it wrote."""
        return self.log.read_text("utf-8", "replace")

    def first_process(self) -> int:
        """Return the number of its first process, as this machine counts."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            children = _children(self.process.pid)
            if children:
                return children[0]
            time.sleep(0.02)
        raise RuntimeError(f"{self.service.name} did not start:\n{self.said}")

    def processes(self) -> list[int]:
        """Return the numbers of all its processes."""
        found = [self.first_process()]
        for number in found:
            found += _children(number)
        return found

    def memory(self) -> int:
        """Return the bytes of memory that it holds, shared pages counted once."""
        total = 0
        for number in self.processes():
            for line in Path(f"/proc/{number}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total


def _children(number: int) -> list[int]:
    """Return the children of a process; none of one that has ended."""
    found: list[int] = []
    for thread in Path(f"/proc/{number}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, thread.read_text("ascii").split())
    return found


class Project:
    """A folder with compose.yaml's files, its images as roots, and its running services."""

    def __init__(
        self, compose: Compose, folder: Path, images: Mapping[str, Image], network: Network
    ) -> None:
        self.compose = compose
        self.folder = folder
        self.network = network
        self.running: dict[str, Container] = {}
        self._images = images
        self._forwarding: dict[str, subprocess.Popen[bytes]] = {}
        self._started = 0

    def up(self, names: Sequence[str] = ()) -> None:
        """Start everything as ``docker compose up --wait`` does, or only what is named.

        What runs is left alone, unless compose.yaml describes it in another way than it did.
        """
        for service in self.compose.in_order():
            known = self.running.get(service.name)
            if names and service.name not in names:
                continue
            if known is not None and known.service.described != service.described:
                self.end(service.name)
                known = None
            if known is None:
                self.start(service)
        for container in list(self.running.values()):
            if "healthcheck" in container.service.described:
                self.wait_until_healthy(container)

    def run_once(self, name: str, command: Sequence[str] = (), given: str = "") -> str:
        """Do what ``docker compose run --rm NAME COMMAND`` does, and return what it wrote.

        Args:
            name: The service.
            command: Instead of the service's own.
            given: What it reads from its standard input.

        Raises:
            RuntimeError: it failed.
        """
        service, running = self.compose.services[name], self.running.get(name)
        if command:
            service = replace(service, described={**service.described, "command": [*command]})
        for needed in service.waits_for:
            if needed not in self.running:
                self.start(self.compose.services[needed])
        container = self.start(service, given)
        if running is not None:
            self.running[name] = running
        elif command:
            del self.running[name]
        self._wait_until_done(container)
        return container.said

    def end(self, name: str) -> None:
        """End one service with all its processes, as when it is lost; its ports are closed."""
        container = self.running.pop(name)
        for port in map(str, container.service.described.get("ports", ())):
            if (passing := self._forwarding.pop(port, None)) is not None:
                passing.terminate()
                passing.wait()
        left = container.processes() if container.process.poll() is None else []
        container.process.kill()
        container.process.wait()
        for number in left:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def start(self, service: Service, given: str = "") -> Container:
        """Start one service when what it waits for is as far as it demands."""
        for name, condition in service.waits_for.items():
            if condition == "service_healthy":
                self.wait_until_healthy(self.running[name])
            elif condition == "service_completed_successfully":
                self._wait_until_done(self.running[name])
        image = self.image_of(service)
        space = self.network.add(service.name)
        self._started += 1
        log = self.folder / f"{self._started}-{service.name}.log"
        command = self._command(service, image, space)
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out)
        assert process.stdin is not None
        process.stdin.write(given.encode())
        process.stdin.close()
        container = Container(service, process, log, space)
        self.running[service.name] = container
        for port in service.described.get("ports", ()):
            self._publish(service.name, str(port))
        return container

    def image_of(self, service: Service) -> Image:
        """Return the image of a service: of its version, where one was given, else of its name."""
        named = str(service.described["image"])
        return self._images.get(named) or self._images[service.image]

    def wait_until_healthy(self, container: Container) -> None:
        """Run its health check until it succeeds."""
        test = container.service.described["healthcheck"]["test"]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and container.process.poll() is None:
            if self.execute(container, test[1:]).returncode == 0:
                return
            time.sleep(0.5)
        raise RuntimeError(f"{container.service.name} is not healthy:\n{container.said[-4000:]}")

    def execute(
        self, container: Container, command: Sequence[str], given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a running container, as its user: ``docker compose exec``.

        Args:
            container: The container.
            command: The command.
            given: What it reads from its standard input, as ``-T`` lets it.
        """
        image = self.image_of(container.service)
        number = str(container.first_process())
        user, group = image.user.split(":")
        entered = [
            "nsenter",
            "-t",
            number,
            "--mount",
            "--net",
            "--pid",
            "--root",
            f"--wdns={image.workdir}",
        ]
        entered += ["--setuid", user, "--setgid", group, "--"]
        known = {**image.environment, **container.service.environment}
        return subprocess.run(
            [
                *entered,
                "env",
                "-i",
                *(f"{name}={value}" for name, value in known.items()),
                *command,
            ],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> None:
        """Stop everything, last started first; kill what does not end."""
        for process in self._forwarding.values():
            process.terminate()
            process.wait()
        for container in reversed(self.running.values()):
            with suppress(OSError, RuntimeError):
                os.kill(container.first_process(), signal.SIGTERM)
            try:
                container.process.wait(20)
            except subprocess.TimeoutExpired:
                container.process.kill()
                container.process.wait()
        self._forwarding.clear()
        self.running.clear()

    def _wait_until_done(self, container: Container) -> None:
        if container.process.wait(PATIENCE) != 0:
            raise RuntimeError(f"{container.service.name} failed:\n{container.said[-4000:]}")

    def _command(self, service: Service, image: Image, space: str) -> list[str]:
        described = service.described.get("command", "")
        words = shlex.split(described) if isinstance(described, str) else list(described)
        known = {**image.environment, **service.environment}
        variables = [f"{name}={value}" for name, value in known.items()]
        script = "\n".join([*self._mounts(service, image), 'exec "$@"'])
        user, group = image.user.split(":")
        dropped = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        if service.described.get("security_opt"):
            dropped.append("--no-new-privs")
        if service.described.get("cap_drop") == ["ALL"]:
            dropped += ["--bounding-set=-all", "--inh-caps=-all"]
        # The first process of a container: it passes signals on and takes care of orphans.
        started = ["chroot", str(image.root), *dropped, "env", "-i", f"--chdir={image.workdir}"]
        unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"]
        shell = ["sh", "-euc", script, "sh", *started, *variables, *image.entrypoint, *words]
        return inside(space, [*unshared, *shell])

    def _mounts(self, service: Service, image: Image) -> Iterator[str]:
        """Yield the lines of a script that makes the container's view of its files."""
        root = shlex.quote(str(image.root))
        yield "mount --make-rprivate /"
        yield f"mount --bind {root} {root}"
        yield f"mount --bind /dev {root}/dev"
        for source, target, mode in self._volumes(service, image):
            place = shlex.quote(f"{image.root}{target}")
            yield f"mount --bind {shlex.quote(str(source))} {place}"
            if mode == "ro":
                yield f"mount -o remount,bind,ro {place}"
        for target in service.described.get("tmpfs", ()):
            yield f"mount -t tmpfs -o mode=1777 tmpfs {root}{target.partition(':')[0]}"
        if service.described.get("read_only"):
            yield f"mount -o remount,bind,ro {root}"
        yield f"mount -t proc proc {root}/proc"

    def _volumes(self, service: Service, image: Image) -> Iterator[tuple[Path, str, str]]:
        """Yield what is mounted, where and how; makes the places, as Docker does."""
        hosts = self.folder / "hosts"
        hosts.write_text(self.network.hosts_file(), "utf-8")
        mounts = [(hosts, "/etc/hosts", "ro")]
        for volume in service.described.get("volumes", ()):
            source, target, mode = (*str(volume).split(":"), "rw")[:3]
            mounts.append((self._source(source, target, image), target, mode))
        secrets = self.compose.described.get("secrets", {})
        mounts += [
            (self.folder / secrets[name]["file"], f"/run/secrets/{name}", "ro")
            for name in service.described.get("secrets", ())
        ]
        for source_path, target, mode in mounts:
            place = image.root / target.lstrip("/")
            if source_path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            elif not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
            yield source_path, target, mode

    def _source(self, source: str, target: str, image: Image) -> Path:
        """Return what a volume stands for; a named one begins as the image has it."""
        if source.startswith("."):
            return self.folder / source
        folder = self.folder / "volumes" / source
        if not folder.exists():
            begins = image.root / target.lstrip("/")
            folder.mkdir(parents=True)
            if begins.exists():
                owner = begins.stat()
                os.chown(folder, owner.st_uid, owner.st_gid)
                shutil.copymode(begins, folder)
        return folder

    def _publish(self, name: str, port: str) -> None:
        """Pass a port of the machine on to the service, as Docker's proxy does."""
        if port in self._forwarding:
            return
        host, outer, inner = port.split(":")
        address = self.network.addresses[name]
        command = [sys.executable, "-m", "tests.support.install.forwarding"]
        command += [host, outer, address, inner]
        process = subprocess.Popen(inside(self.network.outside, command))
        self._forwarding[port] = process
