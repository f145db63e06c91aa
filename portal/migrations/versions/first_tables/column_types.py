"""The two column types that differ between the databases."""

import sqlalchemy as sa

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A key or a count; SQLite only numbers INTEGER keys by itself."""
INSTANT = sa.DateTime(timezone=True)
"""A moment in UTC."""
