"""All signals of one request that need no outside data."""

from __future__ import annotations

from collections.abc import Mapping

from edge.context import Context
from edge.signals import client, language, query, source, time
from edge.web.request import Request
from rules.values import UNKNOWN, RuleSet, Value


def read(request: Request, rules: RuleSet, at: float) -> Context:
    """The context of a request that arrived at `at`, seconds since the epoch, on a site with these rules.

    Pure and total: whatever the visitor sent gives a context, in bounded time. A signal that the request does not tell
    is missing, which counts as `unknown`. The table in `edge/signals/README.md` says where each one comes from.
    """
    parameters = query.parse(request.query_string)
    signals: dict[str, Value] = {"path": request.path, "host": request.host or UNKNOWN, "method": request.method}
    signals.update(time.signals(at, rules.zone, rules.dayparts))
    signals.update(client.signals(request.fields))
    signals.update(_origins(request, parameters))
    if parameters:
        signals.update(query.signals(parameters))
    return Context(signals=signals, path=request.path, host=request.host, query=parameters, at=at)


def _origins(request: Request, parameters: Mapping[str, str]) -> dict[str, Value]:
    """Where the visitor comes from, and in which language."""
    came_from = source.referrer(request.fields.get(b"referer", b""))
    found: dict[str, Value] = {"source": source.source(parameters, came_from, request.host)}
    if came_from is not None and source.same_site(came_from.host, request.host):
        found["previous.path"] = came_from.path
    spoken = language.best(request.fields.get(b"accept-language", b"")[: language.LONGEST])
    if spoken is not None:
        found["language"] = spoken
    return found
