"""The list of components of a release (SBOM): what runs, from its lock, as CycloneDX 1.6 in JSON.

The wheel carries it, and so does the image; a release has it beside them. Whoever hears of a fault
in a package looks it up there, without the sources.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from portal.building.htmx import NAME, SHA256

FILE = "portal.cdx.json"
"""Its name in the wheel."""
_PACKAGE = re.compile(
    r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)(?: ; ([^\\\n]+?))? \\\n((?:    .*\n?)+)", re.MULTILINE
)


@dataclass(frozen=True)
class Package:
    """A package of a lock: version, hashes of all its files, where it runs, and who needs it."""

    name: str
    version: str
    hashes: frozenset[str]
    marker: str
    needed_by: frozenset[str]


def packages(lock: str) -> Iterator[Package]:
    """Yield the packages of a lock's text.

    Raises:
        ValueError: a package is written as this does not understand.
    """
    found = 0
    for name, version, marker, rest in _PACKAGE.findall(lock):
        found += 1
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", rest))
        needed_by = frozenset(re.findall(r"^ +# (?:via |  )([a-z0-9.-]+)", rest, re.MULTILINE))
        yield Package(name, version, hashes, marker, needed_by)
    if found != len(re.findall(r"^[^\s#]", lock, re.MULTILINE)):
        raise ValueError("The lock has packages that the list of components would leave out.")


def _component(package: Package) -> Component:
    there = {Property(name="portal:only_where", value=package.marker)} if package.marker else set()
    address = PackageURL("pypi", None, package.name, package.version)
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        purl=address,
        bom_ref=address.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in package.hashes],
        properties=there,
    )


def list_of_components(version: str, lock: Path) -> str:
    """Return the list for a version of the portal.

    The hashes of a package are those of all its files; a machine has one of them. The portal itself
    holds one foreign file, htmx.

    Raises:
        ValueError: the lock cannot be read whole.
    """
    text = lock.read_text("utf-8")
    htmx = Component(
        type=ComponentType.FILE,
        name=NAME,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=SHA256)],
        bom_ref=NAME,
    )
    portal = Component(
        type=ComponentType.APPLICATION,
        name="portal",
        version=version,
        bom_ref="portal",
        components=[htmx],
    )
    found = {package.name: package for package in packages(text)}
    made = {name: _component(package) for name, package in found.items()}
    # the same lock gives the same number, and without a time the same bytes
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"portal {version} {text}"))
    bom.metadata.component = portal
    bom.components.update(made.values())
    for user, one in {"portal": portal, **made}.items():
        needs = [made[name] for name, package in found.items() if user in package.needed_by]
        bom.register_dependency(one, needs)
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    del told["metadata"]["timestamp"]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
