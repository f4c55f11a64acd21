"""`--show-config`: each setting, its value, and where it came from; what is secret stays so."""

from __future__ import annotations

import sys

from edge.settings import SETTINGS, Setting, Settings, parse


def show_config(settings: Settings) -> None:
    """Print every value: a table on a terminal, `name = value  # source` in a pipe."""
    rows = [(setting.name, shown(setting, settings), settings.source(setting.name)) for setting in SETTINGS]
    if sys.stdout.isatty():
        _table(rows)
    else:
        for name, value, source in rows:
            print(f"{name} = {value}  # {source}")


def shown(setting: Setting, settings: Settings) -> str:
    """The value as a person reads it; of a secret only whether there is one."""
    value = getattr(settings, setting.name)
    if setting.secret and setting.name in settings.sources:
        return "(set, not shown)" if value else "none"
    if setting.parse is parse.size:
        return _size(value)
    if setting.parse is parse.duration:
        return f"{value:g} s"
    if isinstance(value, bool | float):
        return f"{value:g}" if isinstance(value, float) else str(value).lower()
    written = parse.plain(value)
    return (", ".join(written) if isinstance(written, list) else str(written)) or "none"


def _size(value: int) -> str:
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if value and value % (1 << power) == 0:
            return f"{value >> power} {unit}"
    return f"{value} bytes"


def _table(rows: list[tuple[str, str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("setting", "value", "from", box=None, header_style="bold")
    for name, value, source in rows:
        table.add_row(Text(name), Text(value), Text(source, style="dim" if source == "default" else ""))
    Console().print(table)
