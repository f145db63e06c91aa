"""Load the ward's list of towns and postal codes, and the program's rules for its extract."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.checks.characters import digits_of, is_number
from portal.domain.mailroom.roster.checks.rows import RosterRules


class TownListError(InputError):
    """The town list is missing or faulty; the message names the line."""

    code = "town_list"


def load_towns(path: Path) -> Mapping[str, frozenset[str]]:
    """Return the town names by postal code, from a CSV file with ``postal`` and ``town``.

    The file is UTF-8. A code may have several towns and a town several codes.

    Raises TownListError.
    """
    found: dict[str, set[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if not {"postal", "town"} <= set(rows.fieldnames or ()):
                raise _wrong(path, 1, _s("見出しを postal,town にしてください。"))
            for row in rows:
                postal, town = digits_of(row["postal"] or ""), (row["town"] or "").strip()
                if not is_number(postal, 7) or not town:
                    raise _wrong(path, rows.line_num, _s("7桁の郵便番号と町名を書いてください。"))
                found.setdefault(postal, set()).add(town)
    except OSError as error:
        reason = _s("読めません(%(reason)s)。場所と権限を確かめてください。") % {
            "reason": error.strerror
        }
        raise _wrong(path, 0, reason) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _wrong(
            path, 0, _s("UTF-8 の CSV として読めません。保存し直してください。")
        ) from error
    return MappingProxyType({postal: frozenset(towns) for postal, towns in found.items()})


def rules_of(program: Program, *, extracted: date) -> RosterRules:
    """Return the program's rules for an extract.

    ``extracted`` (JST day) is used if the file has no such column.

    Raises TownListError.
    """
    return RosterRules(
        base_date=program.base_date,
        birth_from=program.birth_from,
        birth_to=program.birth_to,
        extracted=extracted,
        unit_yen=program.amount_yen,
        towns=load_towns(program.towns_file),
    )


def _wrong(path: Path, line: int, sentence: str) -> TownListError:
    where = _s("%(path)s の%(line)d行目: ") % {"path": path, "line": line} if line else f"{path}: "
    return TownListError(where + sentence)
