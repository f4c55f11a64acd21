"""What an operator decides: flag > `WINDSOCK_*` variable > windsock.toml > default.

`load` reads all sources once, before anything is served; what comes out is frozen, remembers where each value came
from, and travels as JSON to worker processes, so that each of them has the very same values. No library is imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from edge.errors import WindsockError
from edge.settings.address import Address, Network
from edge.settings.parse import Raw, plain
from edge.settings.sources import Given, from_arguments, from_environment, from_file, from_flags
from edge.settings.table import BY_NAME, SETTINGS, Setting

__all__ = [
    "SETTINGS",
    "Address",
    "Network",
    "Raw",
    "Setting",
    "Settings",
    "check_listeners",
    "default",
    "from_json",
    "load",
    "to_json",
    "unbuilt",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, read and checked. Sizes are bytes, times are seconds unless the name says otherwise."""

    origin: str  # scheme://host[:port][/prefix] without a slash at the end; empty when not given
    rules: Path
    listen: Address
    admin: Address
    workers: int
    observe: bool
    store: str = field(repr=False)
    hosts: tuple[str, ...]
    preserve_host: bool
    bypass: tuple[str, ...]
    origin_headers: tuple[tuple[str, str], ...] = field(repr=False)
    origin_ca: Path | None
    origin_cert: Path | None
    origin_key: Path | None
    origin_socket: Path | None
    origin_transport: Literal["own", "httpx"]
    tls_cert: Path | None
    tls_key: Path | None
    trusted_proxies: tuple[Network, ...]
    cdn: str
    geo_database: Path | None
    weather: str
    weather_url: str
    weather_contact: str
    weather_key: str = field(repr=False)
    consent: Literal["strict", "exempt", "consented"]
    consent_cookie: str
    decision_budget_ms: float
    cache_bytes: int
    cache_profile: Literal["safe", "strict"]
    max_page_bytes: int
    max_upload_bytes: int
    connect_timeout: float
    first_byte_timeout: float
    idle_timeout: float
    durability: Literal["normal", "full"]
    retention_days: int
    secret_file: Path | None
    debug_token: str = field(repr=False)
    admin_token: str = field(repr=False)
    log_format: Literal["text", "json"]
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)  # {name: where it came from}

    def source(self, name: str) -> str:
        """Where a value came from: `flag --x`, `variable WINDSOCK_X`, `windsock.toml, key x`, or `default`."""
        return self.sources.get(name, "default")


def load(
    flags: Mapping[str, Raw | None] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
    arguments: Mapping[str, Raw] | None = None,
) -> Settings:
    """Read every source and check the whole; `file` None looks for windsock.toml in the working directory.

    `arguments` are those of a call in Python, where flags are those of a command line.
    Raises WindsockError, in one line, for a name or a value that cannot be used.
    """
    given = (
        from_file(file)
        | from_environment(environment or {})
        | from_flags(flags or {})
        | from_arguments(arguments or {})
    )
    settings = _read(given)
    _check(settings)
    return settings


def default() -> Settings:
    """Every setting at its default."""
    return _read({})


def _read(given: Given) -> Settings:
    values: dict[str, Any] = {setting.name: _value(setting, given) for setting in SETTINGS}
    return Settings(**values, sources={name: place for name, (_, place) in given.items()})


def _value(setting: Setting, given: Given) -> object:
    raw, place = given.get(setting.name, (setting.default, "default"))
    try:
        return setting.parse(raw)
    except ValueError as error:
        raise WindsockError(f"{place} {error}") from None


def _check(settings: Settings) -> None:
    """What holds between settings, and on this machine. Raises WindsockError."""
    for name in ("origin_ca", "origin_cert", "origin_key", "tls_cert", "tls_key"):
        file = getattr(settings, name)
        if file is not None and not file.is_file():
            raise WindsockError(f"{settings.source(name)} names {file}, which is no file; check the path")
    for pair in (("tls_cert", "tls_key"), ("origin_cert", "origin_key")):
        given = [name for name in pair if getattr(settings, name) is not None]
        if len(given) == 1:
            (missing,) = set(pair) - set(given)
            raise WindsockError(f"{settings.source(given[0])} is set without {missing}; give both or neither")
    check_listeners(settings)
    if not settings.admin.loopback and not settings.admin_token:
        raise WindsockError(
            f"{settings.source('admin')} opens {settings.admin} to other machines and admin_token is not set; "
            "set WINDSOCK_ADMIN_TOKEN or listen on 127.0.0.1"
        )


def check_listeners(settings: Settings) -> None:
    """See that no visitor can reach the private listener at the public one's port. Raises WindsockError."""
    listen, admin = settings.listen, settings.admin
    if listen == admin:
        raise WindsockError(f"listen and admin are both {listen}; give one of them another port")
    if listen.meets(admin):
        raise WindsockError(
            f"listen {listen} and admin {admin} share the port {listen.port}, so that one would answer for the other; "
            "give one of them another port"
        )


def unbuilt(settings: Settings) -> tuple[str, ...]:
    """One line for each setting that was given and does nothing: most often its part is not built in this version."""
    return (*_alone(settings), *_store(settings), *_weather(settings), *_later(settings))


def _alone(settings: Settings) -> Iterator[str]:
    if settings.cdn and not settings.trusted_proxies:
        yield (
            f"{settings.source('cdn')} has no effect: the fields of a CDN count only from a listed proxy; "
            "list its networks in trusted_proxies"
        )
    if settings.consent == "consented" and not settings.consent_cookie:
        yield (
            f"{settings.source('consent')} acts as strict, since nobody can have agreed: "
            "name the cookie that says yes in consent_cookie"
        )
    if settings.consent_cookie and settings.consent != "consented":
        yield f"{settings.source('consent_cookie')} has no effect: that cookie is read when consent is consented"


def _store(settings: Settings) -> Iterator[str]:
    if not settings.store.startswith("sqlite:///"):
        yield (
            f"{settings.source('store')} is no file, so that nothing is measured or learned in this version: "
            "write sqlite:///PATH"
        )


def _weather(settings: Settings) -> Iterator[str]:
    """What is said to a service that nobody asks."""
    for name, services in _ABOUT_WEATHER.items():
        if getattr(settings, name) and settings.weather not in services:
            asked = " or ".join(f"weather={service}" for service in services)
            yield f"{settings.source(name)} has no effect with weather={settings.weather}: it is for {asked}"


_ABOUT_WEATHER: Final = {
    "weather_url": ("met", "open-meteo"),
    "weather_contact": ("met",),
    "weather_key": ("open-meteo",),
}


def _later(settings: Settings) -> Iterator[str]:
    yield from (
        f"{settings.source(setting.name)} has no effect in this version: {setting.later}"
        for setting in SETTINGS
        if setting.later and setting.name in settings.sources
    )


def to_json(settings: Settings) -> str:
    """The settings as JSON for another process; `from_json` gives equal ones, with the same sources."""
    values = {setting.name: plain(getattr(settings, setting.name)) for setting in SETTINGS}
    return json.dumps({"values": values, "sources": dict(settings.sources)})


def from_json(document: str) -> Settings:
    """The settings that `to_json` wrote."""
    parts = json.loads(document)
    values: dict[str, Any] = {name: BY_NAME[name].parse(raw) for name, raw in parts["values"].items()}
    return Settings(**values, sources=parts["sources"])
