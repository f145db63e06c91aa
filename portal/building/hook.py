"""Hatchling's hook for the wheel: builds what ``.build`` has in a clone and puts it into the wheel.

Pages, styles and letters are files of the repository's first folder; pyproject.toml names them.
"""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from portal.building import catalogs, components, htmx, tested  # noqa: E402  (hatchling reads this file by its path)

RESOURCES = "portal/resources"


class Resources(BuildHookInterface[Any]):
    """Puts compiled catalogs, the checked file of htmx and the list of components into the wheel.

    The list goes where PEP 770 wants it, into the ``sboms`` of the metadata. Results of the tests
    go along if they are of these sources.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Build the files, in a folder that ``finalize`` takes away."""
        built = self._folder()
        shutil.rmtree(built, ignore_errors=True)
        catalogs.compile_all(ROOT, built / "locales")
        htmx.copy_htmx(_packages(), built / "vendor" / htmx.NAME)
        for part in ("locales", "vendor"):
            build_data["force_include"][str(built / part)] = f"{RESOURCES}/{part}"
        if (results := tested.results_of(ROOT)) is not None:
            (built / "test_results.json").write_text(results, "utf-8")
            carried = f"{RESOURCES}/test_results.json"
            build_data["force_include"][str(built / "test_results.json")] = carried
        told = built / components.FILE
        told.write_text(
            components.list_of_components(self.metadata.version, ROOT / "requirements.lock"),
            "utf-8",
        )
        build_data["sbom_files"].append(str(told))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  (hatchling's signature)
        """Take the folder away."""
        shutil.rmtree(self._folder(), ignore_errors=True)

    def _folder(self) -> Path:
        return Path(self.directory) / ".resources"


def _packages() -> Path:
    """Return the folder of packages that django-htmx is in, without importing it.

    Raises:
        ValueError: it is not installed where the wheel is built.
    """
    found = find_spec("django_htmx")
    if found is None or not found.submodule_search_locations:
        raise ValueError("django-htmx is missing: it brings the file of htmx for the wheel.")
    return Path(found.submodule_search_locations[0]).parent
