"""Libraries that only one adapter needs: extras of the package, loaded when they are used."""

from importlib import import_module
from types import ModuleType

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s


def load_extra(module: str, extra: str) -> ModuleType:
    """Return a module of an optional library.

    Raises:
        InputError: it is not installed; the sentence names the command, with our own file: a name
            alone would be looked for among strangers' packages.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise InputError(
            _s(
                "%(extra)s を使うには、追加の部品が要ります。"
                "pip install --require-hashes --no-deps -r %(extra)s.lock で入れてください。"
            )
            % {"extra": extra}
        ) from None
