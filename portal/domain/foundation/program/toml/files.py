"""TOML files as tables, and the errors that name their faults."""

import tomllib
from pathlib import Path

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s


class ProgramFileError(InputError):
    """A program file is wrong; ``problems`` holds one sentence per fault, all of them at once."""

    code = "program_file"

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        lines = "".join(f"\n- {problem}" for problem in problems)
        super().__init__(
            _s("事業の設定ファイル %(path)s を直してください。%(lines)s")
            % {"path": path, "lines": lines}
        )


class TomlFaultError(Exception):
    """A file that is not readable TOML; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def open_toml(path: Path) -> dict[str, object]:
    """Return the tables of any TOML file.

    Raises:
        TomlFaultError: it is missing, unreadable or not TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise TomlFaultError(_s("ファイルがありません。場所と名前を確かめてください。")) from None
    except OSError as error:
        reason = {"reason": error.strerror}
        raise TomlFaultError(
            _s("ファイルを読めません(%(reason)s)。権限を確かめてください。") % reason
        ) from None
    except UnicodeDecodeError:
        raise TomlFaultError(
            _s("文字コードが UTF-8 ではありません。UTF-8 で保存し直してください。")
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise TomlFaultError(
            _s("TOML として読めません(%(reason)s)。") % {"reason": error}
        ) from None


def read_toml(path: Path) -> dict[str, object]:
    """Return the program file's tables.

    Raises:
        ProgramFileError: it is missing, unreadable or not TOML.
    """
    try:
        return open_toml(path)
    except TomlFaultError as fault:
        raise ProgramFileError(path, [fault.sentence]) from None
