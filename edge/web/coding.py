"""Content codings that a client takes (RFC 9110 §12.5.3)."""

from __future__ import annotations

from edge.web.fields import every
from edge.web.request import Headers


def accepts_gzip(headers: Headers) -> bool:
    """Whether gzip is among what the client accepts; a field that is absent asks for nothing."""
    weights: dict[bytes, bool] = {}
    for member in every(headers, b"accept-encoding"):
        name, _, parameters = member.partition(b";")
        weights[name.strip().lower()] = not _refused(parameters)
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", False)))


def _refused(parameters: bytes) -> bool:
    weight = parameters.replace(b" ", b"").lower()
    return weight.startswith(b"q=0") and not weight[3:].strip(b".0")
