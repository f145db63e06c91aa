"""Holds the resident screens against the gates, and writes what the statement may say of it.

``./run audit`` looks at every screen and state in all six languages, some forty minutes on two
cores; ``--in-rotation`` in Japanese and one more language each, which no release takes. It writes
``portal/accessibility.json``, from which the site's statement is made, and a contact sheet of the
screens beside it in ``.build/audit``. Where a gate finds something, nothing is written.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import portal
from portal.domain.foundation.clock import jst_date
from portal.web.information.criteria import CRITERIA
from tests.browser.resident.served import LANGUAGES
from tests.browser.resident.test_screens import ALL
from tests.support.accessibility import RESULTS, digest_of_screens
from tests.support.contact_sheet import write_sheet
from tests.support.programs.environment import BUILD
from tests.support.sources import ROOT

GATES = ROOT / "tests" / "support" / "gates"
FOLDER = BUILD / "audit"
TESTS = "tests/browser/resident"


def gates_of_criteria() -> Mapping[str, Sequence[str]]:
    """Return for each criterion the gates that look for faults against it."""
    found: Mapping[str, Sequence[str]] = tomllib.loads((GATES / "criteria.toml").read_text("utf-8"))
    return found


def tried_by_persons(text: str) -> list[dict[str, Any]]:
    """Read the tests by people.

    Raises:
        ValueError: one names a criterion that there is not, or one both as met and as unmet.
    """
    known, found = {one.number for one in CRITERIA}, []
    for one in tomllib.loads(text).get("test", []):
        met, unmet = set(one["met"]), set(one["unmet"])
        if strange := sorted((met | unmet) - known):
            raise ValueError(f"no criteria of the statement: {', '.join(strange)}")
        if both := sorted(met & unmet):
            raise ValueError(f"met and not met in one test: {', '.join(both)}")
        found.append(
            {
                "on": one["on"].isoformat(),
                "browser": one["browser"],
                "reader": one["reader"],
                "met": sorted(met),
                "unmet": sorted(unmet),
            }
        )
    return sorted(found, key=lambda one: str(one["on"]))


def results(*, all_languages: bool, now: datetime) -> dict[str, Any]:
    """Return what the statement is made of, after a run in which no gate found anything."""
    return {
        "version": portal.__version__,
        "on": jst_date(now).isoformat(),
        "browser": browser(),
        "screens": len(ALL),
        "all_languages": all_languages,
        "screens_digest": digest_of_screens(),
        "gates": dict(gates_of_criteria()),
        "persons": tried_by_persons((GATES / "persons.toml").read_text("utf-8")),
    }


def browser() -> str:
    """Return the name and the version of the browser that the gates look with."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return " ".join(said.stdout.split()[:2])


def main(arguments: Sequence[str]) -> int:
    """Look at the screens; write the results and return 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="./run audit", description=__doc__)
    parser.add_argument("--in-rotation", action="store_true", help="not every language")
    options = parser.parse_args(arguments)
    pictures = FOLDER / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    command = [sys.executable, str(ROOT / "run"), "screens", TESTS, "--pictures", str(pictures)]
    if not options.in_rotation:
        command.append("--full-matrix")
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        print("The gates found something, or could not look: nothing is written.")
        return 1
    found = results(all_languages=not options.in_rotation, now=datetime.now(UTC))
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (ROOT / RESULTS).write_text(text, "utf-8")
    sheet = write_sheet(pictures, FOLDER / "screens.html", list(ALL), list(LANGUAGES))
    print(f"Written: {RESULTS} and {sheet.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
