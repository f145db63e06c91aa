"""Split CSV files and files of lines as bytes, in bounded memory.

Handles quotes, line numbers, all kinds of line ends, and a trailing 0x1A.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.texts import _s

BLOCK_BYTES = 1 << 18
MAX_LINE_BYTES = 1 << 20
MAX_FIELD_BYTES = 1 << 15
END_OF_FILE = b"\x1a"


class RosterFileError(InputError):
    """The whole file is refused: it does not match its layout.

    ``line`` counts from 1, 0 for the file itself.
    """

    code = "roster_file"

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Digest(Protocol):
    """The part of hashlib's hash objects that is used here."""

    def update(self, data: bytes, /) -> None:
        """Feed the next block of bytes."""


def cannot_read(path: CameIn, error: OSError) -> RosterFileError:
    """Return the error about a missing or unreadable file, with advice."""
    if isinstance(error, FileNotFoundError):
        return RosterFileError(
            _s("ファイル %(path)s がありません。場所と名前を確かめてください。") % {"path": path}
        )
    return RosterFileError(
        _s("ファイル %(path)s を読めません(%(reason)s)。権限と媒体を確かめてください。")
        % {"path": path, "reason": error.strerror}
    )


def read_lines(
    path: CameIn, digest: Digest, progress: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """Yield the file's lines with their ends (CRLF, CR or LF), without 0x1A at the end of the file.

    ``progress`` is called with the number of bytes read since the last call.

    Raises RosterFileError for a line above MAX_LINE_BYTES, since such a file has no lines.
    """
    rest, number = b"", 0
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                if progress is not None:
                    progress(len(block))
                lines = (rest + block).splitlines(keepends=True)
                # the last line may continue in the next block, and its CR may be half of a CRLF
                rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
                number += len(lines)
                if len(rest) > MAX_LINE_BYTES:
                    raise RosterFileError(
                        _s(
                            "%(line)d行目が長すぎます。"
                            "区切りと改行がレイアウトどおりか確かめてください。"
                        )
                        % {"line": number + 1},
                        line=number + 1,
                    )
                yield from lines
    except OSError as error:
        raise cannot_read(path, error) from error
    # only now it is clear that a CR inside the rest ends a line
    yield from rest.rstrip(END_OF_FILE).splitlines(keepends=True)


def unquoted(line: bytes, separator: bytes) -> list[bytes]:
    """Split a line without quotes.

    This is safe for CP932: no trail byte is below 0x40, and no separator is above 0x3B.
    """
    return line.rstrip(b"\r\n").split(separator)


def quoted(
    line: bytes, separator: bytes, number: int, more: Iterator[bytes]
) -> tuple[list[bytes], int]:
    """Split a record with quotes, and return its fields and how many lines it took from ``more``.

    A quote opens only at the start of a field; after the closing one a separator or the line's end
    must follow.

    Raises RosterFileError with the line of a quote that is never closed, or is followed by text.
    """
    buffer, start, taken = line, 0, 0
    fields: list[bytes] = []
    while True:
        if buffer[start : start + 1] != b'"':
            end = buffer.find(separator, start)
            if end < 0:
                fields.append(buffer[start:].rstrip(b"\r\n"))
                return fields, taken
            fields.append(buffer[start:end])
            start = end + 1
            continue
        opened = number + taken
        buffer, close, further = _closing_quote(buffer, start, opened, more)
        taken += further
        fields.append(buffer[start + 1 : close].replace(b'""', b'"'))
        after = buffer[close + 1 : close + 2]
        if after == separator:
            start = close + 2
        elif after in {b"", b"\r", b"\n"}:
            return fields, taken
        else:
            raise _unclosed(opened)


def _closing_quote(
    buffer: bytes, start: int, opened: int, more: Iterator[bytes]
) -> tuple[bytes, int, int]:
    """Find the quote that closes the field whose quote opened at ``start``, in line ``opened``.

    Returns the bytes with the further lines that were needed, the position of the closing quote in
    them, and how many lines were taken from ``more``.
    """
    search, taken = start + 1, 0
    while True:
        close = buffer.find(b'"', search)
        if close < 0:
            search = len(buffer)
            following = next(more, None)
            if following is None or len(buffer) - start > MAX_FIELD_BYTES:
                raise _unclosed(opened)
            buffer += following
            taken += 1
        elif buffer[close + 1 : close + 2] == b'"':
            search = close + 2
        else:
            return buffer, close, taken


def _unclosed(line: int) -> RosterFileError:
    return RosterFileError(
        _s(
            '%(line)d行目で始まる引用符(")が正しく閉じていません。この行を直すか、'
            "出し直してもらってください。"
        )
        % {"line": line},
        line=line,
    )


def check_field_sizes(fields: list[bytes], line: int) -> None:
    """Refuse a file with a field above MAX_FIELD_BYTES, which no register has."""
    for position, field in enumerate(fields, 1):
        if len(field) > MAX_FIELD_BYTES:
            raise RosterFileError(
                _s(
                    "%(line)d行目の%(column)d列目が長すぎます(%(bytes)dバイト)。"
                    "データを確かめてください。"
                )
                % {"line": line, "column": position, "bytes": len(field)},
                line=line,
            )
