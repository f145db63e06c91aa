"""A wide statement that can be read in two ways: by a session, or by the driver alone.

For the forty columns of a family's pages SQLAlchemy's way of executing takes three times as long
as the driver's. So their one statement is compiled once, and its columns become values by the same
types on both ways (decision 0101).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import Dialect, Select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
Rows = Sequence[Sequence[Any]]
_Convert = Callable[[Any], Any]


class Reads(Protocol):
    """A running transaction, by whichever way its statements are read."""

    def rows(self, read: "WideRead", values: Values) -> Rows:
        """Return the rows of a statement for these values of its parameters."""
        ...


class WideRead:
    """A statement of plain tables, compiled once for each database.

    No parameter is a list (``IN``), and none is None. What stands in the statement's own text
    (``literal_execute``) has its value from the beginning.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        """Prepare to read by a statement."""
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, dialect: Dialect) -> "_Compiled":
        """Return the statement in the language of a database."""
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self.statement, dialect)
        return known


class BySession(Struct, frozen=True):
    """Reads in the transaction of a session."""

    session: Session

    def rows(self, read: WideRead, values: Values) -> Rows:
        """Return the rows of a statement for these values of its parameters."""
        return self.session.execute(read.statement, values).all()


class ByDriver(Struct, frozen=True):
    """Reads by a cursor of the driver, past SQLAlchemy's way of executing."""

    cursor: DBAPICursor
    dialect: Dialect

    def rows(self, read: WideRead, values: Values) -> Rows:
        """Return the rows of a statement for these values of its parameters.

        Raises:
            Exception: an error of the driver, as it raises it.
        """
        compiled = read.compiled(self.dialect)
        self.cursor.execute(compiled.text, compiled.parameters(values))
        return [compiled.row(one) for one in self.cursor.fetchall()]


class _Compiled(Struct, frozen=True):
    """A statement in the language of one database.

    Attributes:
        text: What the driver is given.
        fixed: The parameters that the statement itself has.
        places: The names of the parameters in their order, where the driver counts them.
        given: What makes a parameter's value one of the driver.
        taken: What makes a column's value one of Python, by the column's place.
    """

    text: str
    fixed: Values
    places: Sequence[str]
    given: Mapping[str, _Convert]
    taken: Sequence[tuple[int, _Convert]]

    def parameters(self, values: Values) -> Any:
        """Return the parameters as the driver takes them."""
        named = dict(self.fixed)
        for name, convert in self.given.items():
            if name in values:
                named[name] = convert(values[name])
        return [named[name] for name in self.places] if self.places else named

    def row(self, read: Sequence[Any]) -> Sequence[Any]:
        """Return a row with the values that the types of its columns want."""
        row = list(read)
        for place, convert in self.taken:
            row[place] = convert(row[place])
        return row


def _compile(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect)
    given = {name: _giving(bind.type, dialect) for name, bind in compiled.binds.items()}
    # what stands in the text (``literal_execute``) is only written there by this
    whole = compiled.construct_expanded_state(
        {name: None for name, bind in compiled.binds.items() if bind.required}
    )
    taken = ((at, _taking(one.type, dialect)) for at, one in enumerate(statement.selected_columns))
    return _Compiled(
        text=whole.statement,
        fixed={name: given[name](one) for name, one in whole.parameters.items() if one is not None},
        places=whole.positiontup or (),
        given={name: convert for name, convert in given.items() if name in whole.parameters},
        taken=[(place, convert) for place, convert in taken if convert is not None],
    )


def _giving(kind: TypeEngine[Any], dialect: Dialect) -> _Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _same


def _taking(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _same(value: Any) -> Any:
    return value
