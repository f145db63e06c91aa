"""What stands sealed in the row of a list: words of people, the file, and its marks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from msgspec import Struct

from portal.domain.foundation.vault import Vault, seal, seal_json, unseal, unseal_json
from portal.domain.oversight.person_lists.kinds import Scope
from portal.domain.oversight.person_lists.models import PersonList


@dataclass(frozen=True, slots=True)
class Words:
    """Why a list leaves and who gets it, which rows, and why it was refused if it was."""

    purpose: str
    recipient: str
    scope: Scope
    refusal: str = ""


class Marks(Struct, frozen=True):
    """What a leaked sheet is compared with.

    Attributes:
        plain_sha256: The digest of the workbook as its recipient opens it.
        anchors: Keyed digests of the first cell of each row (``marking.Marker``).
        households: The keys of the households in it.
        rows: Keyed digests of the cells of each row, row by row as the file has them; none of a
            list that was made before such digests were kept.
    """

    plain_sha256: str
    anchors: frozenset[str]
    households: tuple[int, ...]
    rows: tuple[frozenset[str], ...] = ()


def seal_words(vault: Vault, row: PersonList, words: Words) -> bytes:
    """Return the words, sealed for the row."""
    return seal_json(vault.unwrap(row.wrapped_key), asdict(words), f"person_list:{row.id}")


def words_of(vault: Vault, row: PersonList) -> Words:
    """Return the words of a list."""
    if row.sealed is None:
        return Words("", "", Scope())
    found: Mapping[str, Any] = unseal_json(
        vault.unwrap(row.wrapped_key), row.sealed, f"person_list:{row.id}"
    )
    return Words(found["purpose"], found["recipient"], Scope(**found["scope"]), found["refusal"])


def seal_file(vault: Vault, row: PersonList, data: bytes) -> bytes:
    """Return the encrypted file, sealed for the row."""
    return seal(vault.unwrap(row.wrapped_key), data, f"person_list_file:{row.id}".encode())


def file_of(vault: Vault, row: PersonList) -> bytes:
    """Return the encrypted file of a row that has one."""
    held = row.file or b""
    return unseal(vault.unwrap(row.wrapped_key), held, f"person_list_file:{row.id}".encode())


def seal_marks(vault: Vault, row: PersonList, marks: Marks) -> bytes:
    """Return the marks, sealed for the row."""
    plain = {
        "plain_sha256": marks.plain_sha256,
        "anchors": sorted(marks.anchors),
        "households": list(marks.households),
        "rows": [" ".join(sorted(row)) for row in marks.rows],
    }
    return seal_json(vault.unwrap(row.wrapped_key), plain, f"person_list_marks:{row.id}")


def marks_of(vault: Vault, row: PersonList) -> Marks:
    """Return the marks of a row that has them; none of one that was never made."""
    if row.marks is None:
        return Marks("", frozenset(), ())
    found: Mapping[str, Any] = unseal_json(
        vault.unwrap(row.wrapped_key), row.marks, f"person_list_marks:{row.id}"
    )
    return Marks(
        found["plain_sha256"],
        frozenset(found["anchors"]),
        tuple(found["households"]),
        tuple(frozenset(row.split()) for row in found.get("rows", ())),
    )
