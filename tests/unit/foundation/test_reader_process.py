"""A site reads few files from outside at once, whatever is uploaded."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.domain.foundation import reader_process
from portal.domain.foundation.errors import BusyError
from portal.domain.foundation.reader_process import read_apart

WAITING = """
import sys
from pathlib import Path
import time
while not Path(sys.argv[1]).exists():
    time.sleep(0.01)
print("read")
"""


def test_a_fourth_file_at_once_is_asked_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_process, "SEAT_SECONDS", 0.5)
    reader, end = tmp_path / "reader.py", tmp_path / "end"
    reader.write_text(WAITING, encoding="utf-8")

    def read() -> bytes:
        return read_apart(reader, b"", str(end), seconds=60)

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read) for _file in range(3)]
        try:
            while reader_process.SEATS.acquire(blocking=False):
                reader_process.SEATS.release()
            with pytest.raises(BusyError):
                read()
        finally:
            end.write_text("")
        assert [one.result() for one in reading] == [b"read\n"] * 3
    assert read() == b"read\n"
