"""From what an operator writes to the value that the edge uses, one small function for each kind of setting.

What comes in is text (a flag, a variable) or a plain value of a TOML file: a number, a boolean, a list of strings.
A value that cannot be used raises ValueError, whose message completes the sentence "workers …". `plain` goes the
other way: what it gives can be written as JSON and reads back as an equal value.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

Raw = str | int | float | bool | list[str]
"""What a flag, a variable or a key of a TOML file may hold."""

Parse = Callable[[Raw], object]

CORES: Final = "number of cores"
_UNITS: Final = {"": 1, "b": 1, "bytes": 1} | {
    name: factor**power
    for power, letter in enumerate("kmgt", 1)
    for name, factor in ((f"{letter}b", 1000), (f"{letter}ib", 1024))
}
_SECONDS: Final = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_QUANTITY: Final = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([a-zA-Z]*)", re.ASCII)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FRAMING: Final = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})


def text(raw: Raw) -> str:
    """One line of printable text, trimmed; empty stands for none."""
    if isinstance(raw, list | bool):
        raise ValueError(f"is {raw!r}: write one text")
    value = str(raw).strip()
    if not value.isprintable():
        raise ValueError("holds a line break or a control character: write one line")
    return value


def word(raw: Raw) -> str:
    """A text without spaces: a token, a name."""
    value = text(raw)
    if " " in value or not value.isascii():
        raise ValueError("holds a space or a character beyond ASCII: write one word")
    return value


def items(raw: Raw) -> tuple[str, ...]:
    """A list: text with commas, or a list of texts."""
    if not isinstance(raw, list):
        raw = text(raw).split(",")
    return tuple(item for item in map(text, raw) if item)


def switch(raw: Raw) -> bool:
    """True or false, in any of the usual words."""
    if isinstance(raw, bool):
        return raw
    value = text(raw).lower()
    if value in {"true", "yes", "on", "1"}:
        return True
    if value in {"false", "no", "off", "0"}:
        return False
    raise ValueError(f"is {value!r}: write true or false")


def whole(raw: Raw) -> int:
    """A whole number from 1."""
    value = text(raw)
    if not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) or int(value) < 1:
        raise ValueError(f"is {value!r}: write a whole number from 1, such as 2")
    return int(value)


def workers(raw: Raw) -> int:
    """How many worker processes; `number of cores` counts those that this process may use."""
    return cores() if raw == CORES else whole(raw)


def cores() -> int:
    """The processor cores that this process may use: what the machine, the scheduler and the container allow."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(available, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):
        return available


def milliseconds(raw: Raw) -> float:
    """A decision budget: milliseconds as a number, more than 0 and at most 100."""
    value = text(raw).removesuffix("ms").strip()
    if not re.fullmatch(r"\d{1,3}(\.\d{1,6})?", value, re.ASCII) or not 0 < float(value) <= 100:
        raise ValueError(f"is {value!r}: write a number of milliseconds from 1 to 100, such as 25")
    return float(value)


def size(raw: Raw) -> int:
    """Bytes, at most 1024 TiB: `256 MiB`, `10MB` or a plain number."""
    advice = "write a size such as 10 MiB, 500 kB, or a number of bytes"
    value = _quantity(raw, _UNITS, advice)
    if value > 1 << 50:
        raise ValueError(f"is {raw!r}, more than any machine holds: {advice}")
    return round(value)


def duration(raw: Raw) -> float:
    """Seconds, from a millisecond to a day: `2 s`, `500ms`, `1m`, or a plain number of seconds."""
    advice = "write a duration such as 2 s or 500 ms, from 1 ms to 24 h"
    value = _quantity(raw, _SECONDS, advice)
    if not 0.001 <= value <= 86400:
        raise ValueError(f"is {raw!r}: {advice}")
    return value


def _quantity(raw: Raw, units: dict[str, int] | dict[str, float], advice: str) -> float:
    value = text(raw)
    match = _QUANTITY.fullmatch(value)
    if not match or len(match[1]) > 24 or match[2].lower() not in units:
        raise ValueError(f"is {value!r}: {advice}")
    return float(match[1]) * units[match[2].lower()]


def path(raw: Raw) -> Path:
    """A file or folder; `~` is the home folder."""
    value = text(raw)
    if not value:
        raise ValueError("is empty: write a path")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"is {value!r}, and there is no such home folder: write the whole path") from None


def maybe_path(raw: Raw) -> Path | None:
    """A file, or none."""
    return path(raw) if text(raw) else None


def globs(raw: Raw) -> tuple[str, ...]:
    """Path globs: `/admin*, /api/*`."""
    for item in items(raw):
        if not item.startswith(("/", "*")):
            raise ValueError(f"holds {item!r}: a path starts with /, such as /{item}")
    return items(raw)


def headers(raw: Raw) -> tuple[tuple[str, str], ...]:
    """Request headers: `X-Tenant: blue, X-Edge: windsock`; a value with a comma needs a list in windsock.toml."""
    return tuple(_header(item) for item in items(raw))


def _header(item: str) -> tuple[str, str]:
    name, colon, value = item.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        raise ValueError(
            "holds an entry that is no header: write 'Name: value' with commas between them; "
            "a value with a comma needs a list in windsock.toml"
        )
    if name.lower() in _FRAMING:
        raise ValueError(f"holds {name}, which belongs to the connection: leave it out")
    if not value.isascii():
        raise ValueError(f"holds {name} with a character beyond ASCII: encode it as the site expects it")
    return name, value.strip()


def store(raw: Raw) -> str:
    """Where events and snapshots go, by URL."""
    value = word(raw)
    if not re.match(r"memory:|sqlite:///.|rediss?://.|valkeys?://.", value):
        raise ValueError(f"is {without_password(value)!r}: write sqlite:///PATH, memory: or redis://HOST:PORT")
    return value


def weather(raw: Raw) -> str:
    """Where the weather comes from."""
    value = text(raw)
    if value not in {"off", "met", "open-meteo"} and not re.match("file:.", value):
        raise ValueError(f"is {value!r}: write off, met, open-meteo or file:PATH")
    return value


def one_of(*choices: str) -> Parse:
    """A parser for one of a few words."""

    def choice(raw: Raw) -> str:
        value = text(raw)
        if value not in choices:
            raise ValueError(f"is {value!r}: write {', '.join(choices[:-1])} or {choices[-1]}")
        return value

    return choice


def without_password(value: str) -> str:
    """The URL with any password left out, for messages."""
    return re.sub(r"//[^/@]*@", "//…@", value)


def plain(value: object) -> Raw:
    """The value as JSON can hold it; each parser reads it back to an equal value."""
    if isinstance(value, (bool, int, float)):
        return value
    if value is None:
        return ""
    if type(value) is tuple:
        return [": ".join(item) if isinstance(item, tuple) else str(item) for item in value]
    return str(value)
