"""How a log line looks: JSON for machines, text for people; never the values of an error."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from portal.platform.logs.numbers import current_number

Fields = dict[str, str | int | float]


def with_fields(**fields: str | int | float) -> dict[str, Fields]:
    """Return the ``extra`` of a line with fields of its own; no name, id or address of a person."""
    return {"fields": fields}


def _instant(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places


def _error(record: logging.LogRecord) -> Fields:
    """Return the kind of an error and where it happened; its text may hold what a person typed."""
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    kind, _error, trace = record.exc_info
    return {"error": kind.__name__, "at": " < ".join(reversed(_places(trace)))}


class Lines(logging.Formatter):
    """Writes a record as one line, without the texts of exceptions."""

    def __init__(self, service: str = "") -> None:
        super().__init__()
        self._service = service

    def fields(self, record: logging.LogRecord) -> Fields:
        """Return what belongs to the line besides its sentence."""
        found: Fields = {"service": self._service} if self._service else {}
        if number := current_number():
            found["request"] = number
        return found | getattr(record, "fields", {}) | _error(record)


class JsonLines(Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; instants are UTC."""
        line = {
            "time": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(line | self.fields(record), ensure_ascii=False)


class TextLines(Lines):
    """One line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text; instants are UTC."""
        fields = " ".join(f"{name}={value}" for name, value in self.fields(record).items())
        line = f"{_instant(record)} {record.levelname} {record.name}: {record.getMessage()}"
        return f"{line} {fields}".replace("\n", " ").rstrip()


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes lines to a stream; a line that cannot be written is counted, and work goes on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self.on_loss: Callable[[], None] = lambda: None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  (logging's signature)
        """Count a line that was lost: on a full disk nothing can be said about it there."""
        self.on_loss()
