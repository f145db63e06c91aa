"""From empty machines to a family at its coupon, by the guides' own text, with the wheel.

Two nodes stand behind nginx as shipped. The ward and its data are those of the guide for a new
ward; staff and family come by the names that they type, with TLS, from addresses of their own.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import portal
from portal.platform.schema import revisions
from tests.support import guide_text
from tests.support.databases.migrations import LATER
from tests.support.install import roots
from tests.support.install.containers import Image
from tests.support.install.first_visitors import (
    BIRTHS,
    FAMILY,
    OFFICER,
    STAFF_NETWORKS,
    WARD,
    Run,
    Ways,
    account_in,
    certificate_for,
    commands_of_the_ward,
    write_the_ward,
)
from tests.support.install.machines import Machine, settings_file, started_by
from tests.support.install.network import Network
from tests.support.install.next_version import NEXT
from tests.support.mailroom.letters import Paper, read_papers
from tests.support.programs.servers import until
from tests.support.sources import ROOT

NGINX = ROOT / ".github" / "proxy" / "nginx.conf"


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


def url_of(role: str, database: str = "portal") -> str:
    return f"postgresql://{role}:{PASSWORDS[role]}@10.0.0.20/{database}"


MINE = {
    "PORTAL_PUBLIC_URL": "https://coupon.example.jp",
    "PORTAL_ADMIN_URL": "https://staff.example.jp",
    "PORTAL_TRUSTED_PROXIES": "10.0.0.5",
    "PORTAL_ADMIN_NETWORKS": STAFF_NETWORKS,
    "PORTAL_ALLOWED_HOSTS": "10.0.0.11 10.0.0.12",
    "PORTAL_AUDIT_HEADS": "/mnt/portal-audit",
}
"""What an operator writes for the names that the guide's first step lists."""


def settings_by_the_guide(database_url: str) -> str:
    """``portal.env`` with what the first step names, and nothing else."""
    known = MINE | {"PORTAL_DATABASE_URL": database_url}
    found: dict[str, str] = {}
    for named in guide_text.named_in(guide_text.step("operate", "A server with the wheel", 1)):
        if setting := re.fullmatch(r"(PORTAL_[A-Z_]*[A-Z])(?:=(.+))?", named):
            found[setting[1]] = setting[2] or known[setting[1]]
    return settings_file(found)


def write_settings(machine: Machine, role: str, database: str = "portal") -> None:
    """The files of the first step; ``HOST`` since the proxy is another machine."""
    folder = machine.root / "etc" / "portal"
    address = machine.network.addresses[machine.name]
    (folder / "portal.env").write_text(settings_by_the_guide(url_of(role, database)), "utf-8")
    owner = {"PORTAL_DATABASE_URL": url_of("portal", database)}
    (folder / "backup.env").write_text(settings_file(owner), "utf-8")
    (folder / "resident.env").write_text(f"PORT=8000\nHOST={address}\n", "utf-8")
    (folder / "staff.env").write_text(f"PORT=8001\nHOST={address}\n", "utf-8")
    machine.run(
        "chgrp -R portal /etc/portal/program /etc/portal/*.env; chmod 0640 /etc/portal/*.env"
    )
    machine.run("chmod -R g=rX,o= /etc/portal/program")
    machine.run("install -d -o portal -g portal /mnt/portal-audit")


def as_root(machine: Machine) -> Run:
    """Type commands as root, whose ``portal`` is the script of the guide."""
    return lambda block: machine.run(f"cd /var/lib/portal\n{block}")


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
    as_root(first)(begins.replace("portal init", "OWNER=yes portal init"))
    (etc / "site-address").write_text(url_of("portal_app"), "utf-8")
    first.run("chown portal /etc/portal/site-address; chmod 0600 /etc/portal/site-address")
    first.run("OWNER=yes portal db roles --apply --application /etc/portal/site-address")
    first.run("rm /etc/portal/site-address")
    write_settings(first, "portal_app")
    as_root(first)(takes_in)
    second = Machine("node2", roots.copy_of(installed_server, folder / "node2"), network)
    shutil.rmtree(second.root / "etc" / "portal")
    roots.copy_of(etc, second.root / "etc" / "portal")
    write_settings(second, "portal_app")
    yield [first, second]
    for machine in (first, second):
        machine.stop()


def start_units(machine: Machine, block: str) -> None:
    """Start what a line ``systemctl enable --now …`` or ``systemctl restart …`` names.

    A timer is left out: what it starts is tried by hand.
    """
    for line in block.splitlines():
        for name in line.split()[1:]:
            unit, at, instance = name.partition("@")
            if not name.startswith("-") and name.startswith("portal") and "." not in name:
                machine.start(started_by(f"{unit}{at}.service", instance), "portal")


def wait_until_up(machine: Machine) -> None:
    for site in ("resident", "staff"):
        until(partial(healthy, machine, site))


@pytest.fixture(scope="module")
def ways(folder: Path, proxy_root: Path, network: Network, nodes: list[Machine]) -> Iterator[Ways]:
    """Everything runs, as the units say, and nginx before it as shipped."""
    for node in nodes:
        start_units(node, guide_text.commands("operate", "A server with the wheel")[1])
    proxy = Machine("proxy", roots.copy_of(proxy_root, folder / "proxy-wheel"), network)
    tls = proxy.root / "etc" / "portal" / "tls"
    certificate_for(tls, "coupon.example.jp", "staff.example.jp")
    shutil.copy(NGINX, proxy.root / "etc" / "nginx")
    proxy.run("nginx -t")
    proxy.start("exec nginx -g 'daemon off;'")
    space, certificate = network.add("visitors"), str(tls / "fullchain.pem")
    yield Ways(space, "10.0.0.5", certificate, "coupon.example.jp", "staff.example.jp")
    proxy.stop()


@pytest.fixture(scope="module")
def papers(ways: Ways, nodes: list[Machine]) -> list[Paper]:
    """The letters, when everything runs and the ward has approved their texts."""
    first, _second = nodes
    for node in nodes:
        wait_until_up(node)
    home = first.root / "var" / "lib" / "portal"
    ways.approve(account_in(home / "officer.json"), account_in(home / "ward.json"))
    as_root(first)(commands_of_the_ward()[2])
    return read_papers(sorted((home / "letters").glob("letters-*.pdf")))


def test_with_the_wheel_a_family_gets_to_its_coupon_behind_nginx(
    ways: Ways, papers: list[Paper]
) -> None:
    assert len(papers) == len(BIRTHS)
    ways.sees_the_coupon(papers[0])


def test_a_new_installation_reports_what_the_guide_lists_and_nothing_else(
    ways: Ways, nodes: list[Machine], papers: list[Paper]
) -> None:
    assert papers, "everything runs"
    first, _second = nodes
    told = json.loads(first.run("portal selfcheck --json || [ $? = 1 ]"))
    found = {one["name"]: one["level"] for one in told["findings"] if one["level"] != "ok"}
    listed = guide_text.first_column("operate", "name", "what it says")
    assert {re.sub(r"^agreement-.+", "agreement-…", name) for name in found} <= {*listed}
    assert {"key_papers", "backups", "drills"} <= {*found}
    red = {name for name, level in found.items() if level == "error"}
    assert all(name.startswith("agreement-") for name in red), red


def test_a_new_version_comes_and_goes_while_the_other_node_serves(
    ways: Ways, nodes: list[Machine], papers: list[Paper], next_release: Path
) -> None:
    """By the commands of operate-change.md; the later version has one migration more."""
    first, second = nodes
    install, rehearse, upgrade, switch, back = upgrade_commands()
    for node in nodes:
        shutil.copy(next_release, node.root / "root")
        roots.run_with_pip_settings(node.root, f"set -eu; cd /root\n{install}")
    prepare_backups(first)
    assert f"{revisions()[-1]} to {LATER}" in as_root(first)(rehearse)
    first.run(upgrade)
    assert LATER in first.run("portal db status")
    first.stop()
    ways.sees_the_coupon(papers[1])  # the version before, on the tables of the next one
    carry_out(first, switch)
    wait_until_up(first)
    assert [version_on(node) for node in nodes] == [NEXT, portal.__version__]
    second.stop()
    carry_out(second, switch)
    wait_until_up(second)
    first.stop()
    carry_out(first, back)
    wait_until_up(first)
    assert [version_on(node) for node in nodes] == [portal.__version__, NEXT]
    log = (first.root.parent / "proxy-wheel" / "var" / "log" / "nginx" / "portal.log").read_text()
    assert {"10.0.0.11:8000", "10.0.0.12:8000"} <= set(re.findall(r"10\.0\.0\.1\d:\d+", log))
    assert papers[0].login_id not in log


def upgrade_commands() -> list[str]:
    """The blocks of the guide, with the two versions."""
    blocks = guide_text.commands("operate-change", "Upgrade")[:5]
    return [
        block.replace("VERSION", NEXT).replace("BEFORE", portal.__version__) for block in blocks
    ]


def prepare_backups(node: Machine) -> None:
    """What backup.env has for backups, with the identity on the machine for this hour."""
    typed = as_root(node)("portal backup create-identity /var/lib/portal/identity.txt")
    (public,) = re.findall(r"age1\w+", typed)
    owner = {
        "PORTAL_DATABASE_URL": url_of("portal"),
        "PORTAL_BACKUP_DIR": "/var/lib/portal-backups",
        "PORTAL_BACKUP_OWNER": "情報課",
        "PORTAL_BACKUP_RECIPIENTS": public,
    }
    (node.root / "etc" / "portal" / "backup.env").write_text(settings_file(owner), "utf-8")
    node.run("mv /var/lib/portal/identity.txt /etc/portal/identity.txt")


def carry_out(node: Machine, block: str) -> None:
    """Set the link and start the units, which were ended before."""
    link, restart = block.splitlines()
    node.run(link)
    start_units(node, restart)


def version_on(node: Machine) -> str:
    address = node.network.addresses[node.name]
    asked = f"print(u.urlopen('http://{address}:8000/healthz').read().decode())"
    said = node.run(f'/opt/portal/bin/python -c "import urllib.request as u; {asked}"', "portal")
    return said.split()[1]


def healthy(node: Machine, site: str) -> bool:
    """What the timer of the health check finds."""
    try:
        node.run(started_by("portal-health@.service", site), "portal")
    except RuntimeError:
        return False
    return True


def test_an_empty_machine_has_everything_again(
    folder: Path,
    installed_server: Path,
    nodes: list[Machine],
    database: Machine,
    ways: Ways,
    papers: list[Paper],
) -> None:
    """By backup.md: keys, program, the newest backup and the identity on a machine of its own.

    It comes in the place of the first node, and a family gets from its letter to its coupon there.
    """
    first, second = nodes
    first.stop()
    second.stop()
    empty = Machine(first.name, roots.copy_of(installed_server, folder / "empty"), first.network)
    home = empty.root / "var" / "lib"
    for name in ("keys", "program", "identity.txt"):
        shutil.rmtree(empty.root / "etc" / "portal" / name, ignore_errors=True)
        roots.copy_of(first.root / "etc" / "portal" / name, empty.root / "etc" / "portal" / name)
    newest = max((first.root / "var" / "lib" / "portal-backups").glob("*.age"))
    roots.copy_of(newest, home / "portal-backups" / newest.name)
    made = "CREATE DATABASE again OWNER portal ENCODING 'UTF8' TEMPLATE template0"
    database.run(f'runuser -u postgres -- psql -c "{made}"')
    write_settings(empty, "portal_app", "again")
    restore, rights, checks = guide_text.commands("backup", "Restore on an empty machine")
    empty.run(restore.replace("BACKUP", newest.name))
    empty.run(rights)
    empty.run(f"{checks.strip()} || true")
    told = [json.loads(node.run("portal coupons status --json")) for node in (first, empty)]
    # families have opened coupons since that backup: what they had been given is the same
    loaded = [[(one["order_ref"], one["count"]) for one in each["batches"]] for each in told]
    assert loaded[0] == loaded[1]
    assert told[0]["delivery"]["assigned"] == told[1]["delivery"]["assigned"]
    start_units(empty, guide_text.commands("operate", "A server with the wheel")[1])
    wait_until_up(empty)
    ways.sees_the_coupon(papers[-1])
    empty.stop()
