"""Preview links: `?windsock-preview=TOKEN` shows a page as somebody else would see it.

A link forces variants, signals, or both, for one page, until it expires. It is signed with the site's secret, so a
visitor cannot make one. It is valid for the path that it was made for (and for its host, where it was made for a whole
address), whatever else the query says. One that is forged, or of another page or site, is as if it were not there; of
one that was valid once the page says that it has expired. The origin never sees the parameter.

Who follows a link is no visitor: nothing is counted, learned or kept on the device, and no cache keeps the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote_to_bytes

from edge.context import Context
from edge.question import QuestionError, signal
from edge.signals.given import following
from edge.web.asgi import Scope
from edge.web.fields import without
from edge.web.read import decoded, hostname
from edge.web.token import Body, Keys, Opened
from rules.values import UNKNOWN, RuleSet, Value

PARAMETER: Final = b"windsock-preview"

LONGEST: Final = 7 * 24 * 3600
"""Seconds that a link may be valid."""

_ASKING_FOR_LESS: Final = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"if-range", b"range"})


@dataclass(frozen=True, slots=True)
class Preview:
    """What a link forces; nothing, once it has expired."""

    variants: Mapping[str, str] = field(default_factory=dict)  # experience -> variant
    signals: tuple[str, ...] = ()  # as they are written: weather=rain
    path: str = "/"  # decoded
    host: str = ""  # lower case, without the port; empty: any
    expires: int = 0  # seconds since the epoch; 0: it has

    def seen_by(self, context: Context, rules: RuleSet) -> Context:
        """The visit with the signals that are forced, and what follows from them; unknown names are left alone."""
        given: dict[str, Value] = {}
        for written in self.signals:
            with suppress(QuestionError):
                given.update([signal(written, rules.own)])
        return with_signals(context, following(given, context, rules))


class Previews:
    """The links of one site."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._keys = Keys(secrets, "preview")

    def seal(self, preview: Preview, now: float, seconds: int) -> str:
        """The parameter's value. Raises TooLongError (a ValueError) when it forces more than fits into a link."""
        body = {"h": preview.host, "p": preview.path, "s": list(preview.signals), "v": dict(preview.variants)}
        return self._keys.seal(body, now, seconds)

    def take(self, scope: Scope, now: float) -> tuple[Scope, Preview | None]:
        """The request without the parameter, and what its link forces here, if it is valid or was."""
        rest, token = _without(scope["query_string"])
        preview = self._read(token, now)
        here = {**scope, "query_string": rest}
        if preview is None or (preview.expires and not _is_for(preview, scope)):
            return here, None
        return {
            **here,
            "headers": [*without(_lower(scope), _ASKING_FOR_LESS), (b"accept-encoding", b"identity")],
        }, preview

    def _read(self, token: bytes, now: float) -> Preview | None:
        opened = self._keys.open(token.decode("latin-1"), now)
        if opened == "expired":
            return Preview()
        if not isinstance(opened, Opened) or opened.expires - opened.issued > LONGEST:
            return None
        return _preview(opened.body, opened.expires)


def with_signals(context: Context, given: Mapping[str, Value]) -> Context:
    """The same visit where these signals are so; a parameter is also one of the address, by both its names."""
    signals, query = {**context.signals, **given}, dict(context.query)
    for name, value in given.items():
        family, _, rest = name.partition(".")
        if family not in ("query", "utm"):
            continue
        parameter = rest if family == "query" else f"utm_{rest}"
        signals[f"query.{parameter}"] = value
        if parameter.startswith("utm_"):
            signals[f"utm.{parameter.removeprefix('utm_')}"] = value
        query.pop(parameter, None)
        if value != UNKNOWN:
            query[parameter] = str(value)
    return replace(context, signals=signals, query=query)


def _without(query_string: bytes) -> tuple[bytes, bytes]:
    """The query without our parameter, byte for byte, and the first value that it had."""
    pairs = query_string.split(b"&")
    ours = [pair for pair in pairs if pair.partition(b"=")[0] == PARAMETER]
    rest = b"&".join(pair for pair in pairs if pair.partition(b"=")[0] != PARAMETER)
    return rest, unquote_to_bytes(ours[0].partition(b"=")[2]) if ours else b""


def _lower(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in scope["headers"]]


def _is_for(preview: Preview, scope: Scope) -> bool:
    path = decoded(scope.get("raw_path") or scope["path"].encode())
    host = next((hostname(value) for name, value in _lower(scope) if name == b"host"), "")
    return path == preview.path and preview.host in ("", host)


def _preview(body: Body, expires: int) -> Preview | None:
    """What a token says; None where it says something else than a link does."""
    variants, signals, path, host = (body.get(name) for name in ("v", "s", "p", "h"))
    if not (
        isinstance(variants, dict) and isinstance(signals, list) and isinstance(path, str) and isinstance(host, str)
    ):
        return None
    if not all(isinstance(each, str) for each in (*variants.values(), *signals)):
        return None
    return Preview(variants, tuple(signals), path, host, expires)
