"""Files that change hands have a sheet with the figures of both sides.

A difference to the issuer's statement says how many yen are at stake.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add a table and a column that old programs do not know."""
    op.add_column("issuer_difference", sa.Column("yen", NUMBER, nullable=False, server_default="0"))
    _file_transfer()


def _file_transfer() -> None:
    op.create_table(
        "file_transfer",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("sheet_no", sa.String(40), nullable=False),
        sa.Column("sheet_file", sa.String(200), nullable=False),
        *_figures("sent"),
        *_figures("got"),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("differences", sa.JSON, nullable=False),
        sa.Column("subject", sa.String(30), nullable=True),
        sa.Column("subject_id", NUMBER, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", NUMBER, nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_transfer")),
        *(
            sa.ForeignKeyConstraint(
                [column], ["staff_user.id"], name=op.f(f"fk_file_transfer_{column}_staff_user")
            )
            for column in ("sent_by", "got_by", "ended_by")
        ),
    )
    op.create_index("ix_file_transfer_subject", "file_transfer", ["subject", "subject_id"])
    op.create_index("ix_file_transfer_kind", "file_transfer", ["kind", "state"])
    op.create_index("ix_file_transfer_state", "file_transfer", ["state"])


def _figures(side: str) -> tuple[sa.Column[object], ...]:
    """Return the columns of one side's figures, and who entered them when."""
    return (
        sa.Column(f"{side}_rows", NUMBER, nullable=True),
        sa.Column(f"{side}_children", NUMBER, nullable=True),
        sa.Column(f"{side}_yen", NUMBER, nullable=True),
        sa.Column(f"{side}_sha256", sa.String(64), nullable=True),
        sa.Column(f"{side}_at", INSTANT, nullable=True),
        sa.Column(f"{side}_by", NUMBER, nullable=True),
    )
