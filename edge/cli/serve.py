"""`windsock serve`: the edge."""

from __future__ import annotations

from edge.cli.flags import settings_options
from edge.errors import WindsockError
from edge.settings import Settings


@settings_options
def serve(settings: Settings) -> None:
    """Serve a site through the edge: each visitor gets the page that fits the moment."""
    if not settings.origin:
        raise WindsockError("origin is not set; give --origin http://… or WINDSOCK_ORIGIN, the site behind the edge")
    from edge.serve import serve as run

    run(settings)
