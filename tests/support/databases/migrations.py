"""A folder with one migration more than the program has: every database is an older one."""

import shutil
from pathlib import Path

from portal.platform.schema import VERSIONS, revisions

LATER = "0999"
_SOURCE = """
import sqlalchemy as sa
from alembic import op

revision = {later!r}
down_revision = {before!r}
branch_labels = None
depends_on = None
{contract}


def upgrade() -> None:
    op.add_column("request", sa.Column("call_time", sa.String(20)))
{more}"""


def later_versions(folder: Path, *more: str, contract: str = "") -> Path:
    """Copy the migrations and add one: ``request.call_time``, then the given statements.

    ``contract`` is the oldest version of the program that may go on after it, if it says so.
    """
    versions = folder / "versions"
    shutil.copytree(VERSIONS, versions, ignore=shutil.ignore_patterns("__pycache__"))
    lines = "".join(f"    {line}\n" for line in more)
    said = f'CONTRACT = "{contract}"' if contract else ""
    source = _SOURCE.format(later=LATER, before=revisions()[-1], more=lines, contract=said)
    (versions / f"{LATER}_later.py").write_text(source, "utf-8")
    return versions
