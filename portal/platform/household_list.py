"""The list of disposed households that stands outside the database, for the day of a restore.

One line of JSON each: a keyed digest, the ward's decision, and a check that only this deployment's
keys make. It has nothing that says who it was.
"""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from portal.domain.foundation.disk import sync
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.oversight.disposal.household.services import Decision
from portal.domain.people.households.models import DisposedHousehold
from portal.settings import Settings

FILE = "disposed-households.jsonl"
PURPOSE = "disposed-line"


def list_folders(settings: Settings) -> list[Path]:
    """Return the folders in which the list is kept: with the backups, and with the ward's heads."""
    return [settings.backup_dir, *([settings.audit_heads] if settings.audit_heads else [])]


def keep_list(folders: Iterable[Path], vault: Vault, rows: Iterable[DisposedHousehold]) -> int:
    """Add to the list in each folder what it lacks; it is on the disk when this returns.

    Returns how many lines were added.

    Raises:
        OSError: a folder is away, full, or may not be written.
    """
    wanted = {bytes(row.number_digest): Decision(row.decision_no, row.decision_on) for row in rows}
    added = 0
    for folder in folders:
        known = read_list([folder], vault)
        lacking = [_line(vault, key, one) for key, one in wanted.items() if key not in known]
        if lacking:
            _append(folder / FILE, "".join(lacking))
            added += len(lacking)
    return added


def _append(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    with os.fdopen(handle, "ab") as opened:
        size = os.fstat(handle).st_size
        cut = size and os.pread(handle, 1, size - 1) != b"\n"
        opened.write(("\n" if cut else "").encode() + text.encode())
        opened.flush()
        os.fsync(handle)
    sync(file.parent)


def read_list(places: Iterable[Path], vault: Vault) -> dict[bytes, Decision]:
    """Return the households of the lists in these folders and files, with the ward's decisions.

    A line that was cut off at the end of a list is passed over: it was never finished.

    Raises:
        IntegrityFaultError: a line is not of this deployment, or was changed.
    """
    found: dict[bytes, Decision] = {}
    for place in places:
        file = place / FILE if place.is_dir() else place
        if file.is_file():
            for line in file.read_text("utf-8").splitlines():
                if line.strip() and line.endswith("}"):
                    digest, decision = _read(vault, line, file)
                    found[digest] = decision
    return found


def _line(vault: Vault, digest: bytes, decision: Decision) -> str:
    values = {
        "household": digest.hex(),
        "decision": decision.number,
        "on": decision.day.isoformat(),
    }
    return json.dumps(values | {"check": _check(vault, values)}, ensure_ascii=False) + "\n"


def _check(vault: Vault, values: Mapping[str, str]) -> str:
    plain = json.dumps([values[name] for name in ("household", "decision", "on")])
    return vault.blind(PURPOSE, plain).hex()


def _read(vault: Vault, line: str, file: Path) -> tuple[bytes, Decision]:
    try:
        values = json.loads(line)
        if values["check"] == _check(vault, values):
            decision = Decision(values["decision"], date.fromisoformat(values["on"]))
            return bytes.fromhex(values["household"]), decision
    except (ValueError, KeyError, TypeError):
        pass
    raise IntegrityFaultError(
        _s(
            "廃棄した世帯の一覧 %(file)s に、この事業のものでない行か、変えられた行があります。"
            "区が保管する一覧と比べてください。"
        )
        % {"file": file}
    )
