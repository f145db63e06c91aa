"""What was found of each entry, kept so that a later run goes on where one ended."""

import hashlib
import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

from tests.mutants.entries import Mutant
from tests.mutants.verdicts import Finding, Verdict


class Record:
    """A file with a line for each finding; the last line of an entry counts.

    A finding stands as long as the entry, the file that it changes and the files of its tests are
    the same to the byte; what else the program is made of may have changed, so that each line
    names the state of the tree (``+``: with changes that are not committed).
    """

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self._lock = Lock()
        self._lines: dict[str, dict[str, Any]] = {}
        self._state = _state(root)
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                self._lines[row["name"]] = row

    def note(self, one: Mutant, finding: Finding) -> None:
        """Keep a finding at once, so that it is there though the run is killed."""
        row = asdict(finding) | {"of": self._digest(one), "tree": self._state}
        with self._lock:
            self._lines[one.name] = row
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(row, ensure_ascii=False)}\n")

    def is_killed(self, one: Mutant) -> bool:
        """Whether a test noticed this entry before, as it stands now."""
        row = self._lines.get(one.name)
        return (
            row is not None and row["verdict"] == Verdict.KILLED and row["of"] == self._digest(one)
        )

    def is_of_another_tree(self, one: Mutant) -> bool:
        """Whether the finding is of another state of the tree; changes that wait are always one."""
        return bool(self._lines[one.name]["tree"] != self._state or self._state.endswith("+"))

    def _digest(self, one: Mutant) -> str:
        content = hashlib.sha256(repr(one).encode())
        for name in (one.file, *one.test_files):
            path = self._root / name
            content.update(path.read_bytes() if path.is_file() else b"")
        return content.hexdigest()


def _state(root: Path) -> str:
    def said(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    return said("rev-parse", "--short=12", "HEAD") + ("+" if said("status", "--porcelain") else "")
