"""A database's tables by its own catalog, one sentence a fact, so that two can be compared."""

import re

from sqlalchemy import Connection, Engine, text

REVISION_TABLE = "alembic_version"

_POSTGRES = (
    """SELECT 'column ' || t.relname || '.' || c.attname
              || ' ' || format_type(c.atttypid, c.atttypmod)
              || CASE WHEN c.attnotnull THEN ' not null' ELSE '' END
              || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
       FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
       LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum
       WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace
         AND c.attnum > 0 AND NOT c.attisdropped""",
    """SELECT 'constraint ' || conname || ' of ' || conrelid::regclass
              || ': ' || pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'""",
    (
        "SELECT 'index ' || indexname || ': ' || indexdef FROM pg_indexes WHERE schemaname = "
        "current_schema()"
    ),
    """SELECT 'trigger ' || tgname || ' of ' || tgrelid::regclass || ': ' || pg_get_triggerdef(oid)
       FROM pg_trigger WHERE NOT tgisinternal""",
    """SELECT 'function ' || proname || ': ' || pg_get_functiondef(oid)
       FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'""",
    """SELECT 'view ' || viewname || ': ' || definition
       FROM pg_views WHERE schemaname = current_schema()""",
    "SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = current_schema()",
)


def catalog(engine: Engine) -> set[str]:
    """Return the facts of a database, but for the table in which alembic keeps its revision."""
    with engine.connect() as connection:
        facts = _sqlite(connection) if engine.dialect.name == "sqlite" else _postgres(connection)
    return {fact for fact in facts if REVISION_TABLE not in fact}


def _postgres(connection: Connection) -> list[str]:
    facts = [fact for query in _POSTGRES for fact in connection.execute(text(query)).scalars()]
    return [_without_casts(fact) for fact in facts]


def _without_casts(fact: str) -> str:
    """Leave out casts and their parentheses: a dump that is read back has them in other places."""
    if not fact.startswith(("constraint ", "index ")):
        return fact
    return re.sub(r"::(?:character varying|text)(?:\[\])?|[()]", "", fact)


def _sqlite(connection: Connection) -> list[str]:
    rows = connection.execute(
        text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    )
    facts = []
    for kind, name, table, source in rows:
        said = re.sub(r"\s+", " ", source.replace('"', "")).strip()
        if kind == "table" and name != "sqlite_sequence":
            facts += [f"table {table}: {clause}" for clause in _clauses(said)]
        else:
            facts.append(f"{kind} {name} of {table}: {said}")
    return facts


def _clauses(source: str) -> list[str]:
    """Split what stands between the outer parentheses at its commas.

    A table rebuilt by a migration orders them anew.
    """
    inside = source[source.index("(") + 1 : source.rindex(")")]
    clauses, depth, quoted = [""], 0, False
    for character in inside:
        quoted ^= character == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0 and not quoted:
            clauses.append("")
        else:
            clauses[-1] += character
    return [clause.strip() for clause in clauses]
