"""The guide for a new ward, played from its own text: its files are written, its commands run."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import httpx
import pyotp
import pypdfium2
import pytest

from tests.support.guide_text import Block, blocks, put
from tests.support.programs.servers import PATIENCE, ROOT, Server, clean_environment, free_port

FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')

OWN_PASSWORD = "a gull over the quiet harbor 58"


@dataclass
class Person:
    """Somebody of the office or the ward at a browser."""

    client: httpx.Client
    account: dict[str, str]

    def post(self, place: str, action: str, values: dict[str, str]) -> httpx.Response:
        """Fill in the form of a page that posts to ``action``."""
        page = self.client.get(place, follow_redirects=True)
        form = page.text.split(f'action="{action}"', 1)
        assert len(form) == 2, f"no form {action} on {page.url}:\n{page.text[:2000]}"
        hidden = dict(FIELD.findall(form[1].split("</form>", 1)[0]))
        answer = self.client.post(action, data=hidden | values, follow_redirects=True)
        assert answer.status_code == 200, (action, answer.status_code, answer.text[:2000])
        return answer

    def sign_in(self) -> None:
        """Sign in with the password and app as handed over, then set own ones."""
        given = {"login": self.account["login"], "password": self.account["password"]}
        self.post("/signin", "/signin/submit", given)
        code = pyotp.TOTP(self.account["totp_secret"]).now()
        page = self.post("/signin/code", "/signin/code/submit", {"code": code})
        secret = page.text.split('id="totp-key"')[1].split(">")[1].split("<")[0].replace(" ", "")
        typed = {"new_password": OWN_PASSWORD, "code": pyotp.TOTP(secret).now()}
        self.post("/enrollment", "/enrollment/submit", typed)


@dataclass
class Reader:
    """Who follows the guide in an empty folder."""

    folder: Path
    ports: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    exports: str = ""

    def __post_init__(self) -> None:
        command = self.folder.parent / "bin" / "portal"
        command.parent.mkdir()
        command.write_text(
            f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m portal "$@"\n', "utf-8"
        )
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        self.environ = clean_environment(
            PATH=f"{command.parent}:{os.environ['PATH']}", PORTAL_LANG="en"
        )

    def text(self, block: str) -> str:
        """A block with free ports instead of those of the guide."""
        for shown, free in self.ports.items():
            block = block.replace(shown, free)
        return block

    def run(self, block: str) -> None:
        """Run commands as the guide says; what it exports is kept."""
        commands = self.text(block)
        self.exports += "".join(
            f"{line}\n" for line in commands.splitlines() if line.startswith("export ")
        )
        done = subprocess.run(
            ["/bin/bash", "-e", "-c", self.exports + commands],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"

    def serve(self, block: str) -> None:
        """Start a site, and wait until it answers."""
        command = self.text(block).strip()
        log = self.folder.parent / f"site-{len(self.servers)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["/bin/bash", "-e", "-c", f"{self.exports}exec {command}"],
                cwd=self.folder,
                env=self.environ,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        server = Server(process, log, int(command.rsplit(" ", 1)[1]))
        self.servers.append(server)
        server.wait()

    def write(self, block: Block) -> None:
        """Write a file of the guide, or its tables instead of those with the same names."""
        put(self.folder, replace(block, text=self.text(block.text)))

    def person(self, name: str) -> Person:
        """An account whose secrets the guide put into a file."""
        account = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return Person(httpx.Client(base_url=self.servers[1].url, timeout=60), account)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    folder = tmp_path / "empty"
    folder.mkdir()
    made = Reader(folder, {str(port): str(free_port()) for port in (8000, 8001)})
    yield made
    for server in made.servers:
        server.stop()


def approve_the_texts(reader: Reader) -> None:
    """Step 7 of the guide, on the pages."""
    officer, ward = reader.person("officer"), reader.person("ward")
    officer.sign_in()
    officer.post("/documents", "/documents/propose", {"kind": "letter", "label": "初版"})
    ward.sign_in()
    confirmed = ward.post("/transfers/1", "/transfers/1/vouch", {})
    assert "一致" in confirmed.text
    approved = ward.post(
        "/documents",
        "/documents/1/approve",
        {"number-1": "6こ子第1号", "day-1": date.today().isoformat()},  # noqa: DTZ011  (as typed)
    )
    assert "承認" in approved.text
    for person in (officer, ward):
        person.client.close()


def test_a_reader_of_the_guide_gets_from_an_empty_folder_to_a_page_and_a_letter(
    reader: Reader,
) -> None:
    served = 0
    for block in blocks("new-ward"):
        if block.action in {"write", "replace"}:
            reader.write(block)
        elif block.action == "serve":
            reader.serve(block.text)
            served += 1
        elif block.language == "sh":
            if served == 2 and "letters build" in block.text:
                approve_the_texts(reader)
            reader.run(block.text)
    page = httpx.get(f"{reader.servers[0].url}/", follow_redirects=True, timeout=60)
    assert page.status_code == 200
    assert "東京都あかつき区" in page.text
    built = json.loads((reader.folder / "letters.json").read_text("utf-8"))
    assert built["letters"] == 2
    (pdf,) = (reader.folder / "letters").glob("letters-*.pdf")
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    for printed in ("青木", "井上", "東京都あかつき区", "60,000"):
        assert printed in text.replace("\r\n", "")
