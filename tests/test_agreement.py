"""One core, four ways to ask it: the command line, a running edge, the proxy and the middleware all agree.

What `windsock explain` says of a thousand visitors is held against what `/explain` of a running edge says, and against
what such visitors are shown: the decisions under the debug token, the bytes of the page, and what the origin is told.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

import edge
from edge.cli import run
from rules.load import load
from tests.asgi import Page, ask
from tests.running import until
from tests.thousand import (
    BODY,
    CDN,
    IN_PAGES,
    REDIRECTS,
    RULES,
    SEATTLE,
    THOUSAND,
    TOKEN,
    TOLD,
    WEATHER,
    Visitor,
)
from tests.wire import RawOrigin, Served, field

Head = bytes
Explanation = dict[str, Any]

PAGE: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"


RAINED_ON: Final = (*SEATTLE, ("Cookie", "windsock=7"), ("X-Windsock-Debug", TOKEN))
KNOWING: Final = "split"
"""Why `sky` is what it is for a visitor in Seattle, once the weather there is known; else the pier is near."""


class EveryTarget(dict[bytes, Any]):
    """Whatever the origin is asked for, it answers with its one page."""

    def get(self, key: bytes, default: object = None) -> bytes:
        """The page."""
        return PAGE % (len(BODY), BODY)


class Line:
    """One connection that is kept alive."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def get(self, target: str, host: str = "localhost", fields: Sequence[tuple[str, str]] = ()) -> tuple[Head, bytes]:
        """The answer to one request: its head, and its body by its length."""
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in fields)]
        self._socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        said = b""
        while b"\r\n\r\n" not in said:
            said += self._more()
        head, _, body = said.partition(b"\r\n\r\n")
        while len(body) < int(field(head, "content-length")[0]):
            body += self._more()
        return head, body

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        assert data, "the edge has hung up"
        return data


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor was shown, as seen from outside."""

    location: str  # empty unless it was a redirect
    decisions: dict[str, tuple[str, float, str]]  # {experience: (variant, probability, reason)}
    page: bytes
    told: str  # X-Windsock-Variants at the origin
    cookie: str  # the bucket that came with it; empty without


def decisions(header: str) -> dict[str, tuple[str, float, str]]:
    """`hero=rain;p=0.62;r=rule, …` by experience."""
    found = re.findall(r"([^=, ]+)=([^;]*);p=([^;]*);r=([^,]*)", header)
    return {name: (variant, float(p), reason) for name, variant, p, reason in found}


def shown(head: Head, body: bytes, told: list[str]) -> Shown:
    """From one answer, and what the origin was told for it."""
    cookie = re.search(r"^windsock=(\d+);", "\n".join(field(head, "set-cookie")))
    assert len(told) <= 1
    return Shown(
        "".join(field(head, "location")),
        decisions("".join(field(head, "x-windsock-decisions"))),
        body,
        "".join(told),
        cookie[1] if cookie else "",
    )


def under(reason: str, seen: Shown) -> bool:
    """Whether that is why the sky is as it was shown."""
    return seen.decisions["sky"][2] == reason


def explain(visitor: Visitor, rules: Path) -> Explanation:
    """What the command line says, run in this process."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(visitor.command(rules)) == 0
    answer: Explanation = json.loads(out.getvalue())
    return answer


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder, and where everybody learns of places and weather.

    The command line reads it once for all questions here: a thousand times takes half a minute.
    """
    folder = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        (folder / f"{name}.yaml").write_text(text)
    weather = tmp_path_factory.mktemp("weather") / "weather.json"
    weather.write_text(WEATHER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.cli.folder.load", cache(load))
        patch.setenv("WINDSOCK_CDN", CDN)
        patch.setenv("WINDSOCK_WEATHER", f"file:{weather}")
        yield folder


@pytest.fixture(scope="module")
def explained(rules: Path) -> list[Explanation]:
    """What the command line says of the thousand."""
    return [explain(visitor, rules) for visitor in THOUSAND]


@pytest.fixture(scope="module")
def again(served: Served, explained: list[Explanation]) -> Iterator[Callable[[int, Shown], Explanation]]:
    """What is said of a visitor of the thousand, who may have been given a bucket by now."""

    def asked(number: int, seen: Shown) -> Explanation:
        if not seen.cookie:
            return explained[number]
        assert THOUSAND[number].new, THOUSAND[number]
        answer: Explanation = json.loads(line.get(f"/explain?{urlencode(THOUSAND[number].question(seen.cookie))}")[1])
        return answer

    with Line(served.admin) as line:
        yield asked


@pytest.fixture(scope="module")
def origin() -> Iterator[RawOrigin]:
    """A site that has one page everywhere."""
    origin = RawOrigin()
    origin.answers = EveryTarget()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def served(origin: RawOrigin, rules: Path) -> Iterator[Served]:
    """The edge in front of it."""
    served = Served(origin.url, rules, "--debug-token", TOKEN, "--trusted-proxies", "127.0.0.1")
    with Line(served.port) as line:
        until(lambda: under(KNOWING, shown(*line.get("/", "shop.example", RAINED_ON), [])))
    yield served
    served.close()


def the_same(visitor: Visitor, seen: Shown, explanation: Explanation) -> None:
    """What was shown is what was explained."""
    told = {decision["experience"]: decision for decision in explanation["decisions"]}
    outside = {name for name, decision in told.items() if decision["reason"] == "outside"}
    assert set(told) - set(seen.decisions) <= outside, (visitor, seen)
    for name, decision in seen.decisions.items():
        assert may_be(told[name], *decision), (visitor, seen, told[name])
    assert seen.location == location(visitor, seen, explanation["path"]), (visitor, seen)
    if not seen.location:
        assert seen.page == page(seen), (visitor, seen)
        assert seen.told == variants(seen), (visitor, seen)


def may_be(expected: Explanation, variant: str, probability: float, reason: str) -> bool:
    """Whether a decision is the one that was explained, or one that it left to a fresh draw (`sticky: false`)."""
    if expected["variant"] is None and reason == "holdout":
        return (expected["experience"], variant, probability) == ("screen", "left", 1)
    certain = expected["variant"] in (variant, None) and expected["reason"] == reason
    return certain and probability == pytest.approx(expected["distribution"][variant], rel=1e-5)


def location(visitor: Visitor, seen: Shown, path: str) -> str:
    """Where these decisions send a visitor, if anywhere."""
    to = REDIRECTS.get(seen.decisions.get("welcome", ("",))[0], "")
    return to + visitor.query if to and to != path else ""


def page(seen: Shown) -> bytes:
    """The page that these decisions make of the origin's."""
    body = BODY
    for name, (variant, _, _) in seen.decisions.items():
        if name in IN_PAGES and variant != IN_PAGES[name]:
            body = body.replace(f"{name} is as it was".encode(), f"{name} is {variant}".encode())
    return body


def variants(seen: Shown) -> str:
    """What these decisions tell the origin: not of an experience that does not run."""
    told = [(name, variant) for name, (variant, _, _) in seen.decisions.items() if name in TOLD]
    return ", ".join(f"{name}={variant}" for name, variant in told if name != "tomorrow")


def test_the_thousand_meet_every_variant_for_every_reason(explained: list[Explanation]) -> None:
    met = Counter((d["experience"], d["variant"]) for answer in explained for d in answer["decisions"])
    assert {"phone", "cosy", "keen", "classic"} <= {variant for name, variant in met if name == "hero"}
    assert {None, "german", "sale"} <= {variant for name, variant in met if name == "welcome"}
    assert {None, "one", "two", "three"} <= {variant for name, variant in met if name == "home"}
    assert {"plain", "fits"} == {variant for name, variant in met if name == "season"}
    assert {"none", "back", "robot"} <= {variant for name, variant in met if name == "crumb"}
    skies = {variant for name, variant in met if name == "sky"}
    assert {"plain", "wet", "white", "cold", "near", "south"} <= skies
    reasons = {d["reason"] for answer in explained for d in answer["decisions"]}
    assert reasons == {"rule", "split", "learned", "holdout", "default", "outside"}


def whatever_snapshot(explanation: Explanation) -> Explanation:
    """An explanation without the snapshot that it goes by: the command line has no store here."""
    for decision in explanation["decisions"]:
        decision.get("learned", {}).pop("snapshot", None)
    return explanation


def test_a_running_edge_explains_as_the_command_line_does(served: Served, explained: list[Explanation]) -> None:
    with Line(served.admin) as line:
        for visitor, expected in zip(THOUSAND, explained, strict=True):
            head, body = line.get(f"/explain?{urlencode(visitor.question())}")
            assert whatever_snapshot(json.loads(body)) == whatever_snapshot(expected), (visitor, head)


def test_the_proxy_shows_what_is_explained(
    served: Served, origin: RawOrigin, again: Callable[[int, Shown], Explanation]
) -> None:
    with Line(served.port) as line:
        for number, visitor in enumerate(THOUSAND):
            head, body = line.get(visitor.target, visitor.host, visitor.wire())
            told = field(origin.heads[-1], "x-windsock-variants") if b" 200 " in head[:13] else []
            seen = shown(head, body, told)
            the_same(visitor, seen, again(number, seen))


def test_the_middleware_shows_what_is_explained(rules: Path, again: Callable[[int, Shown], Explanation]) -> None:
    page = Page(BODY)
    app = edge.Personalization(page, rules=rules, debug_token=TOKEN, trusted_proxies="192.0.2.1")

    async def visit(visitor: Visitor) -> Shown:
        fields = [(name, value.encode().decode("latin-1")) for name, value in visitor.wire()]
        said = await ask(app, visitor.target, *fields, host=visitor.host)
        head = b"\r\n".join((b"", *(name + b": " + value for name, value in said.headers)))
        return shown(head, said.body, page.asked("x-windsock-variants") if said.status == 200 else [])

    async def known() -> bool:
        said = await ask(app, "/", *RAINED_ON)
        return under(KNOWING, shown(b"\r\n".join(name + b": " + value for name, value in said.headers), said.body, []))

    async def visits() -> None:
        while not await known():  # noqa: ASYNC110 -- a visitor, not a waiter
            await asyncio.sleep(0.05)
        for number, visitor in enumerate(THOUSAND):
            seen = await visit(visitor)
            the_same(visitor, seen, again(number, seen))
        await app.aclose()

    asyncio.run(visits())


@pytest.mark.parametrize("number", range(0, len(THOUSAND), len(THOUSAND) // 5))
def test_the_command_line_says_the_same_from_a_process_of_its_own(
    number: int, explained: list[Explanation], rules: Path
) -> None:
    arguments = [sys.executable, "-m", "edge.cli", *THOUSAND[number].command(rules)]
    said = subprocess.run(arguments, capture_output=True, check=True, timeout=30)
    assert json.loads(said.stdout) == explained[number]
