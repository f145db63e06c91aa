"""From empty machines to a family at its coupon, by the guides' own text: wheel, then compose.

Two nodes stand behind nginx as shipped. The ward and its data are those of the guide for a new
ward; staff and family come by the names that they type, with TLS, from addresses of their own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support import guide_text
from tests.support.install import roots
from tests.support.install.containers import Image, Project
from tests.support.install.machines import Machine, settings_file, started_by
from tests.support.install.network import Network, inside
from tests.support.install.projects import USER, made_project, typed
from tests.support.install.visits import Way
from tests.support.mailroom.letters import Paper, read_papers
from tests.support.programs.servers import PATIENCE, until
from tests.support.sources import ROOT

NGINX = ROOT / ".github" / "proxy" / "nginx.conf"
OFFICER, WARD, FAMILY = "203.0.113.9", "192.0.2.7", "198.51.100.7"
STAFF_NETWORKS = "192.0.2.0/24 203.0.113.0/25"
WARDS_OWN = ("203.0.113.192/26", "192.0.2.0/24")
"""The ward's office in the invented program, and where it is among the networks of nginx.conf."""
BIRTHS = {"青木": "1985-04-02", "井上": "1988-11-23"}
"""Householders of the guide's extract."""
Run = Callable[[str], str]
"""Runs commands as the guide says, on the machine where its files lie."""


@dataclass(frozen=True)
class Ways:
    """How people reach the sites, and from where they run."""

    space: str
    proxy: str
    certificate: str
    resident: str
    staff: str

    def to(self, name: str, address: str) -> dict[str, str]:
        """A person's way to a site."""
        return asdict(Way(name, self.proxy, self.certificate, address))

    def visit(self, **asked: object) -> str:
        """Carry out a visit in the network of the visitors, and return the last page."""
        command = [sys.executable, "-m", "tests.support.install.visits"]
        done = subprocess.run(
            inside(self.space, command),
            cwd=ROOT,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def approve(self, home: Path) -> None:
        """Step 7 of the guide: officer and ward, on the staff site."""
        people = [
            (account_in(home / "officer.json"), self.to(self.staff, OFFICER)),
            (account_in(home / "ward.json"), self.to(self.staff, WARD)),
        ]
        assert "承認" in self.visit(visit="texts", people=people)

    def sees_the_coupon(self, paper: Paper) -> None:
        """A family with its letter gets to the coupon and its QR code."""
        (birth,) = (BIRTHS[name] for name in BIRTHS if name in paper.text)
        page = self.visit(
            visit="coupon",
            way=self.to(self.resident, FAMILY),
            login_id=paper.login_id,
            password=paper.password,
            birth=birth,
        )
        assert page.count("data-qr") == 1


def account_in(path: Path) -> dict[str, str]:
    known = json.loads(path.read_text("utf-8"))
    return {name: known[name] for name in ("login", "password", "totp_secret")}


def certificate_for(folder: Path, *names: str) -> None:
    """Write ``fullchain.pem`` and ``privkey.pem`` for the names."""
    folder.mkdir(parents=True)
    alternative = "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)
    made = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={names[0]} -addext {alternative}"
    subprocess.run(
        ["openssl", *made.split(), "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def write_the_ward(folder: Path) -> None:
    """Steps 1 to 3 of the guide for a new ward: ``myward`` and the files of its senders."""
    command = [sys.executable, "-m", "portal", "program", "new", str(folder / "myward")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for block in guide_text.blocks("new-ward"):
        if block.action in {"write", "replace"}:
            guide_text.put(folder, block)
    path = folder / "myward" / "program.toml"
    path.write_text(path.read_text("utf-8").replace(*WARDS_OWN), "utf-8")


def commands_of_the_ward() -> tuple[str, str, str]:
    """The guide's commands: to begin, to take in the files, to print."""
    found = [
        block.text
        for block in guide_text.blocks("new-ward")
        if block.language == "sh" and not block.action
    ]
    begins, takes_in, prints = found[1:]
    return begins, takes_in, prints


@pytest.fixture(scope="module")
def proxy_root(folder: Path) -> Path:
    root = roots.copy_of(roots.base_root(), folder / "proxy")
    roots.install_in(root, "nginx-light")
    return root


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    addresses = {
        "visitors": "10.0.0.2",
        "proxy": "10.0.0.5",
        "node1": "10.0.0.11",
        "node2": "10.0.0.12",
        "database": "10.0.0.20",
    }
    with Network(f"wheel{os.getpid()}", "10.0.0.0/24", addresses) as made:
        made.roam("visitors", (OFFICER, WARD, FAMILY), seen_by="proxy")
        yield made


@pytest.fixture(scope="module")
def database(folder: Path, postgres: Image, network: Network) -> Iterator[Machine]:
    root = roots.copy_of(postgres.root, folder / "database")
    for place in ("run", "var/lib/postgresql/data", "docker-entrypoint-initdb.d"):
        (root / place).mkdir(parents=True, exist_ok=True)
    (root / "run" / "owner_password").write_text("of postgres itself", "utf-8")
    machine = Machine("database", root, network)
    machine.start(
        "export POSTGRES_USER=postgres POSTGRES_DB=postgres\n"
        "export POSTGRES_PASSWORD_FILE=/run/owner_password\n"
        "export POSTGRES_INITDB_ARGS='--encoding=UTF8 --auth-local=peer'\n"
        "exec sh /entrypoint.sh postgres"
    )
    ready = "until pg_isready -q -h 10.0.0.20; do sleep 0.5; done"
    machine.run(f"PATH=$(echo /usr/lib/postgresql/*/bin):$PATH; {ready}")
    prepared = guide_text.first_commands("operate-database", "One server")
    machine.run(prepared.replace("apt-get install -y postgresql\n", ""))
    yield machine
    machine.stop()


PASSWORDS = {"portal": "a%20long%20password", "portal_app": "another%20one"}
"""As addresses have them: the owner's of the guide, and one that an operator makes up."""


def url_of(role: str) -> str:
    return f"postgresql://{role}:{PASSWORDS[role]}@10.0.0.20/portal"


MINE = {
    "PORTAL_PUBLIC_URL": "https://coupon.example.jp",
    "PORTAL_ADMIN_URL": "https://staff.example.jp",
    "PORTAL_TRUSTED_PROXIES": "10.0.0.5",
    "PORTAL_ADMIN_NETWORKS": STAFF_NETWORKS,
    "PORTAL_ALLOWED_HOSTS": "10.0.0.11 10.0.0.12",
    "PORTAL_AUDIT_HEADS": "/mnt/portal-audit",
}
"""What an operator writes for the names that the guide's first step lists."""


def settings_by_the_guide(role: str) -> str:
    """``portal.env`` with what the first step names, and nothing else."""
    known = MINE | {"PORTAL_DATABASE_URL": url_of(role)}
    found: dict[str, str] = {}
    for named in guide_text.named_in(guide_text.step("operate", "A server with the wheel", 1)):
        if setting := re.fullmatch(r"(PORTAL_[A-Z_]*[A-Z])(?:=(.+))?", named):
            found[setting[1]] = setting[2] or known[setting[1]]
    return settings_file(found)


def write_settings(machine: Machine, role: str) -> None:
    """The files of the first step; ``HOST`` since the proxy is another machine."""
    folder = machine.root / "etc" / "portal"
    address = machine.network.addresses[machine.name]
    (folder / "portal.env").write_text(settings_by_the_guide(role), "utf-8")
    owner = {"PORTAL_DATABASE_URL": url_of("portal")}
    (folder / "backup.env").write_text(settings_file(owner), "utf-8")
    (folder / "resident.env").write_text(f"PORT=8000\nHOST={address}\n", "utf-8")
    (folder / "staff.env").write_text(f"PORT=8001\nHOST={address}\n", "utf-8")
    machine.run(
        "chgrp -R portal /etc/portal/program /etc/portal/*.env; chmod 0640 /etc/portal/*.env"
    )
    machine.run("chmod -R g=rX,o= /etc/portal/program")
    machine.run("install -d -o portal -g portal /mnt/portal-audit")


def as_portal(machine: Machine) -> Run:
    settings = "set -a; . /etc/portal/portal.env; set +a; PATH=/opt/portal/bin:$PATH; umask 077"
    return lambda block: machine.run(f"{settings}; cd /var/lib/portal\n{block}", "portal")


@pytest.fixture(scope="module")
def nodes(
    folder: Path, installed_server: Path, database: Machine, network: Network
) -> Iterator[list[Machine]]:
    """Steps 1 to 3 on the first node, which has the ward's files; the second gets what it has."""
    first = Machine("node1", roots.copy_of(installed_server, folder / "node1"), network)
    home, etc = first.root / "var" / "lib" / "portal", first.root / "etc" / "portal"
    write_the_ward(folder / "office")
    shutil.copytree(folder / "office" / "myward", etc / "program")
    for path in (folder / "office").glob("*.csv"):
        shutil.copy(path, home)
    write_settings(first, "portal")
    first.run("chown portal: /var/lib/portal/*")
    begins, takes_in, _prints = commands_of_the_ward()
    as_portal(first)(begins)
    (etc / "site-address").write_text(url_of("portal_app"), "utf-8")
    first.run("chown portal /etc/portal/site-address; chmod 0600 /etc/portal/site-address")
    first.run("OWNER=yes portal db roles --apply --application /etc/portal/site-address")
    first.run("rm /etc/portal/site-address")
    write_settings(first, "portal_app")
    as_portal(first)(takes_in)
    second = Machine("node2", roots.copy_of(installed_server, folder / "node2"), network)
    shutil.rmtree(second.root / "etc" / "portal")
    roots.copy_of(etc, second.root / "etc" / "portal")
    write_settings(second, "portal_app")
    yield [first, second]
    for machine in (first, second):
        machine.stop()


@pytest.fixture(scope="module")
def ways(folder: Path, proxy_root: Path, network: Network, nodes: list[Machine]) -> Iterator[Ways]:
    """Everything runs, as the units say, and nginx before it as shipped."""
    for node in nodes:
        for site in ("resident", "staff"):
            node.start(started_by("portal@.service", site), "portal")
        node.start(started_by("portal-worker.service"), "portal")
    proxy = Machine("proxy", roots.copy_of(proxy_root, folder / "proxy-wheel"), network)
    tls = proxy.root / "etc" / "portal" / "tls"
    certificate_for(tls, "coupon.example.jp", "staff.example.jp")
    shutil.copy(NGINX, proxy.root / "etc" / "nginx")
    proxy.run("nginx -t")
    proxy.start("exec nginx -g 'daemon off;'")
    space, certificate = network.add("visitors"), str(tls / "fullchain.pem")
    yield Ways(space, "10.0.0.5", certificate, "coupon.example.jp", "staff.example.jp")
    proxy.stop()


def test_with_the_wheel_a_family_gets_to_its_coupon_by_either_of_two_nodes(
    ways: Ways, nodes: list[Machine]
) -> None:
    first, second = nodes
    for node in nodes:
        for site in ("resident", "staff"):
            until(partial(healthy, node, site))
    home = first.root / "var" / "lib" / "portal"
    ways.approve(home)
    as_portal(first)(commands_of_the_ward()[2])
    papers = read_papers(sorted((home / "letters").glob("letters-*.pdf")))
    assert len(papers) == len(BIRTHS)
    ways.sees_the_coupon(papers[0])
    first.stop()
    assert not healthy(first, "resident")
    ways.sees_the_coupon(papers[1])
    log = (first.root.parent / "proxy-wheel" / "var" / "log" / "nginx" / "portal.log").read_text()
    assert {"10.0.0.11:8000", "10.0.0.12:8000"} <= set(re.findall(r"10\.0\.0\.1\d:\d+", log))
    assert papers[0].login_id not in log
    assert healthy(second, "resident")


def healthy(node: Machine, site: str) -> bool:
    """What the timer of the health check finds."""
    try:
        node.run(started_by("portal-health@.service", site), "portal")
    except RuntimeError:
        return False
    return True


@pytest.fixture(scope="module")
def composed(folder: Path, image: Image, postgres: Image) -> Iterator[Project]:
    """compose.yaml's first lines, with the ward of the guide."""
    write_the_ward(folder / "composed-office")
    images = {"portal": image, "postgres": postgres}
    values = {"PORTAL_ADMIN_NETWORKS": STAFF_NETWORKS}
    program = folder / "composed-office" / "myward"
    with made_project(folder / "composed", "coupon", images, values, program) as project:
        project.run_once("keys")
        project.run_once("init")
        project.up()
        yield project


def in_compose(project: Project) -> Run:
    """``docker compose run --rm worker`` in the folder of the data."""
    return lambda block: project.run_once("worker", ["sh", "-euc", f"umask 077\n{block}"])


def lines_with(block: str, word: str) -> str:
    """The lines of a block with a word, continued ones whole."""
    whole = block.replace("\\\n", " ").splitlines()
    return "\n".join(line for line in whole if word in line)


ON_ONE_MACHINE = {
    "10.0.0.11:8000": "127.0.0.1:8001",
    "10.0.0.12:8000": "127.0.0.1:8002",
    "10.0.0.11:8001": "127.0.0.1:8003",
    "        server 10.0.0.12:8001 max_fails=3 fail_timeout=10s;\n": "",
    "coupon.example.jp": "portal.example.jp",
}
"""What an operator changes in nginx.conf for compose.yaml's ports and the names of its example."""


@pytest.fixture(scope="module")
def composed_ways(folder: Path, proxy_root: Path, composed: Project) -> Iterator[Ways]:
    root = roots.copy_of(proxy_root, folder / "proxy-compose")
    tls = root / "etc" / "portal" / "tls"
    certificate_for(tls, "portal.example.jp", "staff.example.jp")
    text = NGINX.read_text("utf-8")
    for old, new in ON_ONE_MACHINE.items():
        assert old in text
        text = text.replace(old, new)
    (root / "etc" / "nginx" / "nginx.conf").write_text(text, "utf-8")
    outside = composed.network.outside
    composed.network.live_outside((OFFICER, WARD, FAMILY))
    command = ["chroot", str(root), "nginx", "-g", "daemon off;"]
    nginx = subprocess.Popen(inside(outside, command), start_new_session=True)
    certificate = str(tls / "fullchain.pem")
    yield Ways(
        outside, composed.network.gateway, certificate, "portal.example.jp", "staff.example.jp"
    )
    nginx.terminate()
    nginx.wait()


def test_with_compose_a_family_gets_to_its_coupon_by_either_of_two_services(
    composed: Project, composed_ways: Ways
) -> None:
    begins, takes_in, prints = commands_of_the_ward()
    home, office = composed.folder / "volumes" / "data", composed.folder.parent / "composed-office"
    subprocess.run(["sh", "-euc", lines_with(takes_in, "printf")], cwd=office, check=True)
    type_in, run = typed(composed, office), in_compose(composed)
    run(lines_with(begins, "portal staff"))
    comes_in = guide_text.commands("operate", "A server with compose")
    type_in(comes_in[0])
    assert not list(home.glob("*.csv")), "the extract was taken away again"
    brings = comes_in[0].splitlines()[0]
    for name in ("codes.csv", "codes-sheet.csv"):
        type_in(brings.replace("extract.csv", name))
        assert (home / name).stat().st_uid == USER
        assert (home / name).stat().st_mode & 0o777 == 0o600
    run(lines_with(takes_in, "portal coupons"))
    composed_ways.approve(home)
    type_in(lines_with(comes_in[1], "letters build"))
    assert "letters build" in prints
    papers = read_papers(sorted((home / "letters").glob("letters-*.pdf")))
    composed_ways.sees_the_coupon(papers[0])
    composed.end("portal-1")
    composed_ways.sees_the_coupon(papers[1])
