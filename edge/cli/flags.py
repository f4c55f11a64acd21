"""Flags for settings: a command that needs the settings gets an option for each of them, from the one table."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from edge.errors import WindsockError
from edge.settings import SETTINGS, Setting, load

_LISTS: Final = ("HOST,…", "GLOB,…", "'NAME: VALUE',…", "NETWORK,…")


def settings_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command every setting as an option, `--config` and `--show-config`; call it with `settings=`.

    The function's other parameters stay options and arguments of their own.
    """

    def command(config: Path | None, show_config: bool, **values: Any) -> None:
        flags = {setting.name: _raw(setting, values) for setting in SETTINGS}
        settings = load(flags, os.environ, config)
        if show_config:
            from edge.cli.show_config import show_config as show

            return show(settings)
        return function(settings=settings, **values)

    own = [parameter for parameter in _parameters(function) if parameter.name != "settings"]
    options = [option for setting in SETTINGS for option in _options(setting)]
    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    signature = inspect.Signature([*own, *options, _CONFIG, _SHOW], return_annotation=None)
    command.__signature__ = signature  # type: ignore[attr-defined]  # inspect reads it first
    command.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    return command


def _parameters(function: Callable[..., None]) -> list[inspect.Parameter]:
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]


def _option(name: str, kind: object, default: object, *declarations: str, **more: Any) -> inspect.Parameter:
    annotation = Annotated[kind, typer.Option(*declarations, **more)]  # type: ignore[valid-type]  # made at run time
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_CONFIG: Final = _option(
    "config", Path | None, None, "--config", metavar="FILE", help="Settings as TOML.  [default: windsock.toml, if any]"
)
_SHOW: Final = _option(
    "show_config", bool, False, "--show-config", help="Print each value and where it came from, then end."
)


def _options(setting: Setting) -> list[inspect.Parameter]:
    text = f"{setting.help} In this version {setting.later}." if setting.later else setting.help
    if not setting.shape:
        return [_option(setting.name, bool | None, None, f"{setting.flag}/--no-{setting.flag[2:]}", help=text)]
    kind = list[str] | None if setting.shape in _LISTS else str | None
    text = f"{text}  [default: {setting.default or 'none'}]"
    option = _option(setting.name, kind, None, setting.flag, metavar=setting.shape, help=text)
    if setting.shape != "true|false":
        return [option]
    return [option, _option(f"no_{setting.name}", bool, False, f"--no-{setting.flag[2:]}", hidden=True)]


def _raw(setting: Setting, values: dict[str, Any]) -> Any:
    """The flag's raw value, taken out of the command's arguments; a repeated list is one list."""
    raw = values.pop(setting.name)
    if values.pop(f"no_{setting.name}", False):
        if raw is not None:
            raise WindsockError(f"flag --no-{setting.flag[2:]} contradicts {setting.flag}; give one of them")
        return "false"
    return ",".join(raw) if isinstance(raw, list) else raw
