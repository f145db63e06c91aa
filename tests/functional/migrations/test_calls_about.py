"""0002: a call names its subject by a key; old rows get theirs from the text, on both databases."""

from sqlalchemy import Connection, Engine, text

from portal.platform.migrations import upgrade_tables
from tests.support.databases.stored import Stored

SUBJECTS = ("fax_case:{fax}", "task:{task}", "call:{call}", "fax_case:999999", "task:x", "form:12")
TABLES = {"fax": "fax_case", "task": "task", "call": "call_record"}


def prepare(connection: Connection) -> dict[str, int]:
    """Make ended calls of the first release with various subjects; return the keys they name."""
    keys = {
        name: connection.execute(text(f"SELECT min(id) FROM {table}")).scalar_one() or 0
        for name, table in TABLES.items()
    }
    old = dict(connection.execute(text("SELECT * FROM call_record LIMIT 1")).mappings().one())
    for number, subject in enumerate(SUBJECTS, 900_001):
        row = old | {
            "id": number,
            "receipt_no": f"CALL-{number}",
            "state": "ended",
            "subject": subject.format(**keys),
        }
        listed, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO call_record ({listed}) VALUES ({values})"), row)
    return keys


def test_old_calls_get_the_keys_of_what_they_are_about(kept: Stored, old: Engine) -> None:
    if kept.version != "0.1.0":
        return  # later releases have the keys
    with old.begin() as connection:
        keys = prepare(connection)
    upgrade_tables(old)
    wanted = "SELECT subject, fax_case_id, task_id, sheet_id FROM call_record"
    with old.begin() as connection:
        found = connection.execute(text(f"{wanted} WHERE id > 900000 ORDER BY id")).all()
    assert [tuple(row)[1:] for row in found] == [
        (keys["fax"] or None, None, None),
        (None, keys["task"] or None, None),
        (None, None, keys["call"]),
        (None, None, None),
        (None, None, None),
        (None, None, None),
    ]
    assert found[-1].subject == "form:12", "the text stays as it was"
