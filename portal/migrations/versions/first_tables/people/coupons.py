"""The first tables of ``people/coupons``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _coupon_batch()
    _issuer_statement()
    _coupon()
    _issuer_difference()


def _coupon_batch() -> None:
    op.create_table(
        "coupon_batch",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("order_ref", sa.String(length=60), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("total_yen", NUMBER, nullable=False),
        sa.Column("stop", sa.String(length=8), nullable=False),
        sa.Column("sandbox", sa.Boolean, nullable=False),
        sa.Column("exchange_end", INSTANT, nullable=False),
        sa.Column("use_end", INSTANT, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_batch")),
        sa.UniqueConstraint("order_ref", name=op.f("uq_coupon_batch_order_ref")),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_coupon_batch_file_sha256")),
    )


def _issuer_statement() -> None:
    op.create_table(
        "issuer_statement",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("used_yen", NUMBER, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_statement")),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_issuer_statement_file_sha256")),
    )


def _coupon() -> None:
    op.create_table(
        "coupon",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("batch_id", NUMBER, nullable=False),
        sa.Column("management_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("qr_sealed", sa.LargeBinary, nullable=False),
        sa.Column("face_yen", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_before", sa.String(length=32), nullable=True),
        sa.Column("entitlement_id", NUMBER, nullable=True),
        sa.Column("assigned_at", INSTANT, nullable=True),
        sa.Column("revealed_at", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("used_yen", NUMBER, nullable=False, server_default="0"),
        sa.Column("issuer_status", sa.String(length=12), nullable=True),
        sa.Column("issuer_as_of", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.CheckConstraint(
            "(state = 'stock') = (entitlement_id IS NULL)", name=op.f("ck_coupon_stock_is_free")
        ),
        sa.CheckConstraint(
            "used_yen >= 0 AND used_yen <= face_yen", name=op.f("ck_coupon_used_within_face")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["coupon_batch.id"], name=op.f("fk_coupon_batch_id_coupon_batch")
        ),
        sa.UniqueConstraint("management_digest", name=op.f("uq_coupon_management_digest")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_coupon_code_digest")),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_coupon_entitlement_id_entitlement"),
        ),
    )
    op.create_index("ix_coupon_batch_id", "coupon", ["batch_id"])
    op.create_index("ix_coupon_entitlement_id", "coupon", ["entitlement_id"])
    op.create_index("ix_coupon_state", "coupon", ["state"])
    op.create_index("ix_coupon_stock", "coupon", ["state", "id"])
    op.create_index(
        "uq_coupon_live_entitlement",
        "coupon",
        ["entitlement_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('assigned','revealed','suspended','stop_requested','part_used','exchanged')"
        ),
        sqlite_where=sa.text(
            "state IN ('assigned','revealed','suspended','stop_requested','part_used','exchanged')"
        ),
    )


def _issuer_difference() -> None:
    op.create_table(
        "issuer_difference",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("statement_id", NUMBER, nullable=False),
        sa.Column("coupon_id", NUMBER, nullable=True),
        sa.Column("line", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("ours", sa.String(length=20), nullable=False),
        sa.Column("theirs", sa.String(length=20), nullable=False),
        sa.Column("used_yen", NUMBER, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary, nullable=True),
        sa.Column("settled_by", NUMBER, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_difference")),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["issuer_statement.id"],
            name=op.f("fk_issuer_difference_statement_id_issuer_statement"),
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupon.id"], name=op.f("fk_issuer_difference_coupon_id_coupon")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"],
            ["staff_user.id"],
            name=op.f("fk_issuer_difference_settled_by_staff_user"),
        ),
    )
    op.create_index("ix_issuer_difference_coupon", "issuer_difference", ["coupon_id", "state"])
    op.create_index("ix_issuer_difference_state", "issuer_difference", ["state"])
    op.create_index("ix_issuer_difference_statement_id", "issuer_difference", ["statement_id"])
