"""Addresses that marketers write: patterns of paths and hosts, paths to ask for, places to send visitors to.

Each function takes what stands in the file and gives what it means, or raises ReadingError.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from rules.glob import captures
from rules.problem import wrong
from rules.written import text, without_placeholder

LONGEST: Final = 1024
"""Characters of an address."""


def path_glob(written: object) -> str:
    """A pattern of paths on the site, as people read them: a path is compared when its escapes are undone."""
    value = _path(written)
    if re.search(r"%[0-9a-f]{2}", value, re.IGNORECASE):
        plain = unquote_to_bytes(value).decode("utf-8", "replace")
        meant = f": {plain}" if plain.isprintable() and "\ufffd" not in plain else ""
        message = f"`{value}` matches nothing: paths are compared with their escapes undone"
        raise wrong(message, f"write it as people read it{meant}")
    if value.startswith("//"):
        raise wrong(f"`{value}` matches no page: a path begins with one slash", f"write `/{value.lstrip('/')}`")
    if (value + "/").startswith(_OURS):
        raise wrong(f"`{value}` is Windsock's own, and no page of the site", "name a page of the site, such as /shop/*")
    return value


def _path(written: object) -> str:
    value = _line(written)
    if re.match(r"[a-z]+://", value, re.IGNORECASE):
        rest = re.sub(r"^[a-z]+://[^/?#]*", "", value, flags=re.IGNORECASE)
        rest = re.sub(r"[?#].*", "", rest, flags=re.DOTALL) or "/"
        hint = f"write the path alone: `{rest}`; for a host use {{path: …, host: …}}"
        raise wrong(f"`{value}` is a whole address", hint)
    if value.startswith("!"):
        rest = value.lstrip("! ")
        raise wrong(f"`{value}` cannot leave pages out", _LEAVE_OUT.format(path=rest))
    if found := re.search(r"<([a-z_]+)>", value):
        raise wrong(f"`{found[0]}` stands for itself here", f"write `{{{found[1]}}}`, or a star")
    if not value.startswith(("/", "*", "^", ":", "(")):
        host, _, rest = value.partition("/")
        if re.fullmatch(r"([a-z0-9-]+\.)+(?!html?$)[a-z]{2,}", host, re.IGNORECASE):
            hint = f"write the path alone: `/{rest}`; for a host use {{path: /{rest}, host: {host}}}"
            raise wrong(f"`{value}` begins with a host name", hint)
        raise wrong(f"`{value}` is no path", f"a path begins with a slash: `/{value}`")
    if not _REGULAR.search(value) and ("?" in value or "#" in value):
        raise wrong(f"`{value}` holds more than a path", "for parameters write {path: …, query: {name: value}}")
    _check_signs(value)
    names = captures(value)
    if len(set(names)) < len(names):
        raise wrong(f"`{value}` catches two pieces under one name", "give each piece a name of its own: /{a}/{b}")
    if "}{" in value and len(names) > 1:
        raise wrong(f"in `{value}` it is not clear where one piece ends", "put a text between them: /{a}-{b}")
    return value


def _check_signs(value: str) -> None:
    """Signs of other kinds of patterns, which would stand for themselves here. Raises ReadingError."""
    if _REGULAR.search(value):
        hint = "a pattern knows two signs: `*` is any run of characters, `{name}` one piece of a path: /shop/*"
        raise wrong(f"`{value}` looks like a regular expression", hint)
    if found := re.search(r"/:([a-z_]+)", value):
        raise wrong(f"`:{found[1]}` stands for itself here", f"write `{{{found[1]}}}`, or a star")
    if found := re.search(r"[{}][^{}]*\}?", _CAPTURE.sub("", value)):
        pieces = re.findall(r"[^{},]+", found[0])
        hint = "give each pattern an entry of its own: [/de/*, /at/*]" if len(pieces) > 1 else _NAMED_PIECE
        raise wrong(f"`{found[0]}` is no name of a piece", hint)


def host_glob(written: object) -> str:
    """A pattern of host names, in lower case."""
    value = _line(written).lower()
    if not re.fullmatch(r"[a-z0-9.*_-]+|\[[0-9a-f:.]+\]", value):
        raise wrong(f"`{value}` is no host name", "write it without https:// and without a port: shop.example")
    return value


def target(written: object) -> str:
    """A path that the origin is asked for."""
    value = without_placeholder(_path(written))
    if "*" in value or not value.startswith("/"):
        raise wrong(f"`{value}` names no single page", "write one path, such as /home-b")
    if value.startswith(("//", _OURS)) or re.search(r"[\s\\]|/\.\.?(/|$)", value):
        raise wrong(f"`{value}` cannot be asked for", "write one path of the site, such as /home-b")
    return value


def redirect(written: object) -> str:
    """Where a visitor is sent: a path of the site, or a whole address."""
    value = without_placeholder(_line(written))
    if re.match(r"https?://", value, re.IGNORECASE):
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[^\s\\?#]*)?", value, re.IGNORECASE):
            raise wrong(f"`{value}` is no address to send visitors to", "write https://host/path, without `?` and `#`")
        return value
    return target(value)


_OURS: Final = "/_windsock/"
_LEAVE_OUT: Final = 'write them into the entries: `when: {{not: {{path: "{path}"}}}}`; /de itself is not in /de/*'
_NAMED_PIECE: Final = "write small letters, digits and `_` in braces, and close them: {slug}"
_CAPTURE: Final = re.compile(r"\{[a-z][a-z0-9_]*\}")
_REGULAR: Final = re.compile(
    r"^\^|\$$|/\.[*+]|\\[dwsbDWS./]|\[[a-z0-9^-]+-[a-z0-9]+\]|\(\?|\([^()]*\|[^()]*\)", re.IGNORECASE
)
"""Signs that only a regular expression has."""


def _line(written: object) -> str:
    value = text(written).strip()
    if len(value) > LONGEST or not value.isprintable():
        raise wrong("this is too long, or holds a control character", f"write up to {LONGEST:,} visible characters")
    return value
