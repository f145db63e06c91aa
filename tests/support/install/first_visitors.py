"""The ward of the guide for new wards, and its first visitors on both sites, up to a coupon."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support import guide_text
from tests.support.install.network import inside
from tests.support.install.visits import Way
from tests.support.mailroom.letters import Paper
from tests.support.programs.servers import PATIENCE
from tests.support.sources import ROOT

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

    def approve(self, officer: dict[str, str], ward: dict[str, str]) -> None:
        """Step 7 of the guide: officer and ward, on the staff site."""
        people = [
            (officer, self.to(self.staff, OFFICER)),
            (ward, self.to(self.staff, WARD)),
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
