"""Visitors for Locust: the personas of the demo, walking through any site by its links.

    locust -f loadtest/locustfile.py --host http://127.0.0.1:8080

or without the web page, as `windsock loadtest` does: `--headless --users 50 --run-time 30s`. Tags choose what visitors
do: `--tags browse`, `--exclude-tags reload`. Each page is an entry of its own kind. Where the edge tells in
`Server-Timing` how long it took to decide, that is an entry, too: in microseconds, since Locust keeps whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import sleep  # Locust has made it let others work meanwhile
from typing import Any, Final

from locust import FastHttpUser, between, events, tag, task

from loadtest.reading import decide_ms, follow, kind
from loadtest.result import DECIDE, DECIDE_NAME, FAILED, reason
from loadtest.visitors import Persona, Visit, visits

_numbers: Final = count(1)


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]  # Locust's own
def _options(parser: Any) -> None:
    parser.add_argument(
        "--start-page",
        default="",
        env_var="LOCUST_START_PAGE",
        help="The first page of every visit, such as /; without it, each persona has its own, as in the demo's shop.",
    )


@events.request.add_listener  # type: ignore[untyped-decorator]  # Locust's own
def _note(request_type: str, name: str, response: Any = None, exception: Any = None, **_: Any) -> None:
    """Record why a page failed, or else what the edge says of its decision, as a request of its own."""
    if request_type in (DECIDE, FAILED):
        return
    if exception is not None:
        _record(FAILED, f"{name}: {reason(getattr(response, 'status_code', None), exception)}", 0.0)
    elif headers := getattr(response, "headers", None):
        took = decide_ms(headers.get("server-timing") or "")
        if took is not None:
            _record(DECIDE, DECIDE_NAME, took * 1000)


def _record(request_type: str, name: str, time: float) -> None:
    events.request.fire(  # type: ignore[no-untyped-call]  # Locust's own
        request_type=request_type, name=name, response_time=time, response_length=0, exception=None, context={}
    )


class Visitor(FastHttpUser):
    """One visit after the other, each as somebody else."""

    wait_time = between(0.5, 2.0)
    network_timeout = 30.0
    connection_timeout = 10.0

    def on_start(self) -> None:
        """Get a seed of its own: the third visitor of every run meets the same people."""
        self._visits: Iterator[Visit] = visits(next(_numbers))

    @tag("browse")
    @task(8)
    def browse(self) -> None:
        """Open the first page, follow links, read in between."""
        visit = self._arrive()
        path, page = self._open(visit, self._start(visit.persona), None)
        for step in visit.steps:
            sleep(step.pause)
            onward = follow(page, step.luck)
            if onward is None:
                return
            path, page = self._open(visit, onward, path)

    @tag("bounce")
    @task(2)
    def bounce(self) -> None:
        """Look at one page and leave."""
        visit = self._arrive()
        self._open(visit, self._start(visit.persona), None)

    @tag("reload")
    @task(1)
    def reload(self) -> None:
        """Open a page, and ask a moment later whether it has changed."""
        visit = self._arrive()
        path = self._start(visit.persona)
        self._open(visit, path, None)
        sleep(1.0)
        self._open(visit, path, None, self._etag)

    def _arrive(self) -> Visit:
        """Become the next visitor, with nothing on its device."""
        self.client.cookiejar.clear()
        return next(self._visits)

    def _start(self, persona: Persona) -> str:
        chosen: str = self.environment.parsed_options.start_page if self.environment.parsed_options else ""
        return chosen or persona.start

    def _open(self, visit: Visit, path: str, came_from: str | None, etag: str = "") -> tuple[str, str]:
        """Ask for one page; gives its path and its text, which is empty when it failed."""
        if not visit.keeps_cookies:
            self.client.cookiejar.clear()
        referer = None if came_from is None else f"{self.host}{came_from}"
        headers = {"Accept": "text/html,*/*;q=0.8", **dict(visit.persona.fields(referer))}
        if etag:
            headers["If-None-Match"] = etag
        with self.client.get(path, headers=headers, name=kind(path), catch_response=True) as response:
            if response.status_code == 304:
                response.success()
            self._etag = response.headers.get("etag", "") if response.headers else ""
            good = response.status_code == 200
            return path, (response.text or "") if good else ""
