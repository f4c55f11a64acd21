"""Tokens: something that the edge has said, in a form that comes back unchanged or not at all.

    1.KEY.PAYLOAD.MAC        version, key id, canonical JSON, HMAC-SHA256 (RFC 2104); the last three in base64url

A token is read by strangers and hides nothing; what it carries must name nobody. It cannot be made or changed without
the secret, it is for one purpose, and it expires. Each purpose has keys of its own, derived from the secret, so that
what was signed as one thing can never be presented as another.

There is exactly one text for each token. base64url has slack bits and JSON has many spellings of one value, and
whoever counts tokens must not count one twice: so the MAC covers the text and is compared as text, and a payload that
is not written as we write it is refused. Sizes are checked before anything is read, the MAC before anything is parsed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import orjson

Purpose = Literal["preview", "decision", "page"]
Refused = Literal["malformed", "forged", "expired"]
"""Why a token is not believed. `forged` is also one of another site, another purpose, or a key that was withdrawn."""

Body = Mapping[str, Any]
"""What a token says: JSON with names as text; integers, texts, lists."""

LONGEST: Final[Mapping[Purpose, int]] = {"preview": 4096, "decision": 4096, "page": 7000}
"""Characters of a token; a beacon carries one of a page, in 8 KiB."""

_SHAPE: Final = re.compile(r"1\.[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{43}", re.ASCII)
_DEPTH: Final = 5
_LATEST: Final = 2**53
"""The largest integer that every JSON reader keeps."""


class TooLongError(ValueError):
    """What should be said does not fit into a token."""


class Opened(NamedTuple):
    """A token that is believed: what it says, and when it was said; seconds since the epoch."""

    body: Body
    issued: int
    expires: int


class Keys:
    """The keys of one purpose: the first signs, all of them verify. Its repr shows nothing."""

    def __init__(self, secrets: Sequence[bytes], purpose: Purpose) -> None:
        """`secrets` are what the secret file holds, the current one first; at least one."""
        derived = [(_derived(secret, b"id " + purpose.encode())[:6], _derived(secret, purpose.encode()))
                   for secret in secrets]  # fmt: skip
        self._signing, self._longest = _text(derived[0][0]), LONGEST[purpose]
        self._keys = {_text(name): hmac.new(key, digestmod="sha256") for name, key in reversed(derived)}

    def seal(self, body: Body, now: float, seconds: int) -> str:
        """The token that says `body` from now on for so many seconds. Raises TooLongError."""
        said = {"body": body, "exp": int(now) + seconds, "iat": int(now)}
        signed = b"1.%b.%b" % (self._signing, _text(_canonical(said)))
        token = b"%b.%b" % (signed, self._mac(signed, self._signing))
        if len(token) > self._longest:
            raise TooLongError(f"it would be a token of {len(token)} characters; {self._longest} fit")
        return token.decode("ascii")

    def open(self, token: str, now: float) -> Opened | Refused:
        """What a token says, if it was made with one of these keys and has not expired. Total over all texts."""
        if len(token) > self._longest or not token.isascii():
            return "malformed"
        signed, _, mac = token.encode("ascii").rpartition(b".")
        name, payload = signed[2:10], signed[11:]  # a text of another shape has no such MAC
        if name not in self._keys or not hmac.compare_digest(self._mac(signed, name), mac):
            return "forged" if _SHAPE.fullmatch(token) else "malformed"
        opened = _read(payload)
        if opened is None:
            return "malformed"
        return opened if opened.issued <= now + _AHEAD and now < opened.expires else "expired"

    def _mac(self, signed: bytes, name: bytes) -> bytes:
        begun = self._keys[name].copy()  # with the key already in it: a third of the work
        begun.update(signed)
        return _text(begun.digest())


_AHEAD: Final = 60
"""Seconds that another machine's clock may be ahead of ours."""


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, b"windsock token 1 " + purpose, hashlib.sha256)


def _text(raw: bytes) -> bytes:
    return b2a_base64(raw, newline=False).translate(_SAFE, b"=")


_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_PLAIN: Final = bytes.maketrans(b"-_", b"+/")


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _read(payload: bytes) -> Opened | None:
    """The payload, if it is written as `seal` writes it: so no name stands twice, and no number is none."""
    try:
        said = orjson.loads(a2b_base64(payload.translate(_PLAIN) + b"=="))
        if _text(_canonical(said)) != payload or _deep(said):
            return None
        issued, expires, body = said["iat"], said["exp"], said["body"]
    except (ValueError, TypeError, LookupError):
        return None
    if len(said) != _MEMBERS or not isinstance(body, dict):
        return None
    return Opened(body, issued, expires) if _is_time(issued) and _is_time(expires) else None


_MEMBERS: Final = 3


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value < _LATEST


def _deep(said: object) -> bool:
    """Whether something lies too deep in it: then it would be indented that far. No text in JSON holds a line break."""
    return _TOO_FAR in orjson.dumps(said, option=orjson.OPT_INDENT_2)


_TOO_FAR: Final = b"\n" + b"  " * (_DEPTH + 1)
