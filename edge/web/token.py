"""Tokens: something that the edge has said, in a form that comes back unchanged or not at all.

    1.KEY.PAYLOAD.MAC        version, key id, canonical JSON, HMAC-SHA256 (RFC 2104); the last three in base64url

A token is read by strangers and hides nothing; what it carries must name nobody. It cannot be made or changed without
the secret, it is for one purpose, and it expires. Each purpose has keys of its own, derived from the secret, so that
what was signed as one thing can never be presented as another.

There is exactly one text for each token. base64url has slack bits and JSON has many spellings of one value, and
whoever counts tokens must not count one twice: so the MAC covers the text, not what it means, and is itself compared as
text. What is behind a right MAC was written here, in the one way in which it is written here. Sizes are checked before
anything is read, the MAC before anything is parsed.
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
        self._keys = {_text(name): _begun(key) for name, key in reversed(derived)}

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
        """HMAC-SHA256, begun where its two hashes have the key in them already: half of the work."""
        inner, outer = self._keys[name]
        inside, outside = inner.copy(), outer.copy()
        inside.update(signed)
        outside.update(inside.digest())
        return _text(outside.digest())


_AHEAD: Final = 60
"""Seconds that another machine's clock may be ahead of ours."""


def _begun(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """The inner and the outer hash of RFC 2104 with a key of at most one block."""
    block = key.ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, b"windsock token 1 " + purpose, hashlib.sha256)


def _text(raw: bytes) -> bytes:
    return b2a_base64(raw, newline=False).translate(_SAFE, b"=")


_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_PLAIN: Final = bytes.maketrans(b"-_", b"+/")


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _read(payload: bytes) -> Opened | None:
    """What a payload with a right MAC says; None where it is of another shape."""
    try:
        said = orjson.loads(a2b_base64(payload.translate(_PLAIN) + b"=="))
        issued, expires, body = said["iat"], said["exp"], said["body"]
    except (ValueError, TypeError, LookupError):
        return None
    if len(said) != _MEMBERS or not isinstance(body, dict):
        return None
    return Opened(body, issued, expires) if _is_time(issued) and _is_time(expires) else None


_MEMBERS: Final = 3


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value < _LATEST
