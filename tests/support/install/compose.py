"""Reads compose.yaml as Docker does, as far as ours needs it: values, services, their order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.sources import ROOT

COMPOSE = ROOT / "compose.yaml"
VALUE = re.compile(r"\$\{(\w+)(?:(:[?-])([^}]*))?\}")


class MissingValueError(Exception):
    """A value that compose.yaml demands was not given; Docker would not start anything."""


@dataclass(frozen=True)
class Service:
    """One service: its part of the file, as Docker would read it."""

    name: str
    described: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that it is given, without those of optional files."""
        return {name: str(value) for name, value in self.described.get("environment", {}).items()}

    @property
    def image(self) -> str:
        """Return the name of its image, without version and digest."""
        return re.split("[:@]", str(self.described["image"]))[0]

    @property
    def waits_for(self) -> dict[str, str]:
        """Return the services that must be there first, each with how far it must be."""
        waits = self.described.get("depends_on", {})
        return {name: condition["condition"] for name, condition in waits.items()}

    @property
    def on_request(self) -> bool:
        """Return whether ``docker compose up`` leaves it out."""
        return bool(self.described.get("profiles"))

    @property
    def ends(self) -> bool:
        """Return whether it does one thing and ends."""
        return self.described.get("restart") == "no"


@dataclass(frozen=True)
class Compose:
    """The whole file."""

    described: Mapping[str, Any]

    @property
    def services(self) -> dict[str, Service]:
        """Return all services by their names."""
        named = self.described["services"].items()
        return {name: Service(name, described) for name, described in named}

    def in_order(self) -> Iterator[Service]:
        """Yield what ``docker compose up`` starts, each after what it waits for."""
        started: set[str] = set()
        services = self.services

        def before(service: Service) -> Iterator[Service]:
            for name in service.waits_for:
                yield from before(services[name])
            if service.name not in started:
                started.add(service.name)
                yield service

        for service in services.values():
            if not service.on_request:
                yield from before(service)


def read_compose(values: Mapping[str, str], path: Path = COMPOSE) -> Compose:
    """Read the file with the values of its ``.env``.

    Raises:
        MissingValueError: one that it demands was not given.
    """

    def value(found: re.Match[str]) -> str:
        name, mark, rest = found[1], found[2], found[3]
        if given := values.get(name, ""):
            return given
        if mark == ":?":
            raise MissingValueError(f"{name}: {rest}")
        return rest or ""

    return Compose(yaml.safe_load(VALUE.sub(value, path.read_text("utf-8"))))
