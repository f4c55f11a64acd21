"""Where a setting may be given: flags, the environment, windsock.toml.

Each source becomes {name of the setting: (raw value, where it stands)}. A name that is nobody's is an error with the
nearest one that exists; a typing error must not leave a default in force unseen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from edge.errors import WindsockError
from edge.settings.parse import Raw
from edge.settings.table import BY_NAME, SETTINGS
from rules.spelling import nearest

Given = dict[str, tuple[Raw, str]]
"""{name: (raw value, where it stands)}."""

FILE: Final = Path("windsock.toml")
_PREFIX: Final = "WINDSOCK_"
_ORCHESTRATOR: Final = re.compile(r"WINDSOCK_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)")
"""Kubernetes puts such variables into every container when a service is called windsock."""


def from_arguments(arguments: Mapping[str, Raw]) -> Given:
    """Arguments of a call, by the names of their settings. Raises WindsockError for one that is no setting."""
    for name in arguments:
        if name not in BY_NAME:
            raise WindsockError(f"argument {name} is no setting{_meant(name, BY_NAME)}")
    return {name: (raw, f"argument {name}") for name, raw in arguments.items()}


def from_flags(flags: Mapping[str, Raw | None]) -> Given:
    """Flags of a command line, by the names of their settings; None means not given."""
    return {name: (raw, f"flag {BY_NAME[name].flag}") for name, raw in flags.items() if raw is not None}


def from_environment(environment: Mapping[str, str]) -> Given:
    """The `WINDSOCK_*` variables. Raises WindsockError for one that is no setting."""
    known = {setting.variable: setting.name for setting in SETTINGS}
    found: Given = {}
    for variable, raw in environment.items():
        if not variable.startswith(_PREFIX) or _orchestrated(variable, raw):
            continue
        if variable not in known:
            raise WindsockError(f"variable {variable} is no setting{_meant(variable, known)}; correct or unset it")
        found[known[variable]] = (raw, f"variable {variable}")
    return found


def _orchestrated(variable: str, raw: str) -> bool:
    return bool(_ORCHESTRATOR.fullmatch(variable)) or (variable.endswith("PORT") and "://" in raw)


def from_file(file: Path | None) -> Given:
    """The keys of a TOML file; without one, of windsock.toml in the working directory, where it exists.

    Raises WindsockError when the file cannot be read, is not TOML, or holds an unknown key.
    """
    if file is None and not FILE.exists():
        return {}
    table = _read(file or FILE)
    found: Given = {}
    for key, raw in table.items():
        place = f"{file or FILE}, key {key}"
        if key not in BY_NAME:
            raise WindsockError(f"{place}: no setting has this name{_meant(key, BY_NAME)}")
        found[key] = (_raw(raw, place), place)
    return found


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WindsockError(f"{file}: cannot be read ({error.strerror}); check the path after --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WindsockError(f"{file}: is not valid TOML: {error}") from None


def _raw(raw: object, place: str) -> Raw:
    if isinstance(raw, str | int | float | bool):
        return raw
    if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return raw
    raise WindsockError(f"{place}: write a text, a number, true, false or a list of texts")


def _meant(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean {near}?" if near else ""
