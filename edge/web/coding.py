"""Content codings that a client takes (RFC 9110 §12.5.3)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from edge.web.request import Headers


def accepts_gzip(headers: Headers) -> bool:
    """Whether gzip is among what the client accepts; a field that is absent asks for nothing."""
    value = b",".join([value for name, value in headers if name == b"accept-encoding"])
    return _remembered(value) if len(value) < _USUAL_LENGTH else _gzip_in(value)


def _gzip_in(value: bytes) -> bool:
    weights: dict[bytes, bool] = {}
    for member in value.split(b","):
        name, _, parameters = member.partition(b";")
        weights[name.strip().lower()] = not _refused(parameters)
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", False)))


_remembered: Final = lru_cache(maxsize=256)(_gzip_in)  # browsers send the same few
_USUAL_LENGTH: Final = 100  # bytes; what is longer is rare, or somebody fills our memory


def _refused(parameters: bytes) -> bool:
    weight = parameters.replace(b" ", b"").lower()
    return weight.startswith(b"q=0") and not weight[3:].strip(b".0")
