"""What a page's security policies allow of ours: a script of the same site, and what that sends home.

A page may have several policies, in fields and in its head; what one of them forbids is forbidden (Content Security
Policy Level 3, §4.2). We never change them: where the snippet could not run or not speak, it is not on the page. The
browser has the last word; here only its answer is foreseen. Behind a proxy the edge may not know whether the visitor
came by http or https, so these two count as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from edge.web.fields import every
from edge.web.request import Headers

_SCRIPT: Final = ("script-src-elem", "script-src", "default-src")
_CONNECT: Final = ("connect-src", "default-src")
_NEEDED: Final = frozenset({"allow-scripts", "allow-same-origin"})
_SCHEMES: Final = frozenset({"http", "https"})
_DEFAULT_PORTS: Final = frozenset({"", "80", "443"})

Directives = Mapping[str, Sequence[str]]


def forbids(headers: Headers, in_page: Sequence[str], host: str, script: str, beacon: str) -> str:
    """What of ours the policies of a page forbid: `sandbox`, `script` or `connect`; empty when nothing.

    `in_page`: those of `<meta http-equiv>`. `host`: that of the page, with its port if it has one; `script`, `beacon`:
    the paths of what would be loaded and sent to.
    """
    written = every(headers, b"content-security-policy")
    if not written and not in_page:
        return ""
    sent = [_directives(each.decode("latin-1")) for each in written]
    if any("sandbox" in each and not {word.lower() for word in each["sandbox"]} >= _NEEDED for each in sent):
        return "sandbox"
    policies = [*sent, *(_directives(each) for text in in_page for each in text.split(","))]
    if not all(_allows(each, _SCRIPT, host, script) for each in policies):
        return "script"
    return "" if all(_allows(each, _CONNECT, host, beacon) for each in policies) else "connect"


def _directives(policy: str) -> Directives:
    """The directives of a policy; of a name that stands twice the first."""
    found: dict[str, Sequence[str]] = {}
    for part in policy.split(";"):
        name, *words = part.split() or [""]
        found.setdefault(name.lower(), words)
    return found


def _allows(policy: Directives, names: Sequence[str], host: str, path: str) -> bool:
    """Whether the first of these directives that the policy has allows an address of this site."""
    words = next((policy[name] for name in names if name in policy), None)
    if words is None:
        return True
    if names is _SCRIPT and "'strict-dynamic'" in [word.lower() for word in words]:
        return False  # only scripts with a nonce or a hash, and those that they load
    return any(_matches(word, host.lower(), path) for word in words)


def _matches(word: str, host: str, path: str) -> bool:
    """Whether a source expression means this address (§6.7.2.7)."""
    if word == "*" or word.lower() == "'self'":
        return True
    scheme, separator, rest = word.partition("://")
    if not separator:
        if word.endswith(":"):
            return word[:-1].lower() in _SCHEMES
        rest = word
    elif scheme.lower() not in _SCHEMES:
        return False
    authority, slash, wanted = rest.partition("/")
    return _same_host(authority.lower(), host) and (not slash or _in_path(f"/{wanted}", path))


def _same_host(wanted: str, host: str) -> bool:
    name, port = _parted(host)
    wanted_name, wanted_port = _parted(wanted)
    if wanted_port != "*" and wanted_port != port and not {wanted_port, port} <= _DEFAULT_PORTS:
        return False
    return name.endswith(wanted_name[1:]) if wanted_name.startswith("*.") else wanted_name in ("*", name)


def _parted(authority: str) -> tuple[str, str]:
    name, colon, port = authority.rpartition(":")
    return (name, port) if colon and not port.endswith("]") else (authority, "")


def _in_path(wanted: str, path: str) -> bool:
    return path.startswith(wanted) if wanted.endswith("/") else path == wanted
