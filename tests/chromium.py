"""A headless Chromium with people in it, over the DevTools protocol and two pipes.

Each person is a browser context: cookies and storage of their own. A tab does what a person does, with a real mouse: so
clicks are trusted, links are followed by the browser, and what is in the background is hidden. Whatever is waited for
comes within `PATIENCE`, or TimeoutError says what did not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal, Self, TypeVar

PATIENCE: Final = 30.0

_FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--remote-debugging-pipe", "--no-startup-window", "--no-proxy-server"),
    "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36",
)
"""Its own name says that nobody sits in front of it, and then nothing is counted."""

_WITH_PIPES: Final = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(each), fcntl.F_DUPFD_CLOEXEC, 10) for each in sys.argv[1:3]]
for place, pipe in enumerate(pipes, 3):
    os.dup2(pipe, place)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser looks for its pipes at 3 and 4."""

Event = dict[str, Any]
T = TypeVar("T")


class Chromium:
    """A running browser; a context manager that leaves nothing behind."""

    def __enter__(self) -> Self:
        program = shutil.which("chromium")
        if program is None:
            raise FileNotFoundError("chromium is not installed: apt-get install chromium")
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        command = [program, *_FLAGS, f"--user-data-dir={self._profile.name}"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WITH_PIPES, str(to_browser), str(from_browser), *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_browser, from_browser),
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._told, self._number = threading.Condition(), 0
        self._answers: dict[int, Any] = {}
        self._events: dict[str, list[Event]] = defaultdict(list)
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(TimeoutError, OSError, RuntimeError):
            self.ask("Browser.close", seconds=10)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def ask(self, method: str, session: str = "", seconds: float = PATIENCE, **parameters: Any) -> Any:
        """One command of the protocol, and its answer. RuntimeError: the browser refuses."""
        with self._told:
            self._number += 1
            number = self._number
            said = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
            os.write(self._write, json.dumps(said).encode() + b"\0")
        return self.wait(lambda: self._taken(number), f"an answer to {method}", seconds)

    def events(self, session: str) -> list[Event]:
        """What a tab has told so far."""
        return self._events[session]

    def wait(self, there: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
        """Wait for something that the browser tells: until it is not None."""
        end = time.monotonic() + seconds
        with self._told:
            while (found := there()) is None:
                left = end - time.monotonic()
                if left <= 0 or self._process.poll() is not None:
                    raise TimeoutError(f"the browser did not tell of {what}")
                self._told.wait(min(left, 1.0))
        return found

    @contextmanager
    def person(self, **headers: str) -> Iterator[Person]:
        """Somebody new, whose browser sends these header fields besides its own (`_` for `-`)."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            yield Person(self, context, fields)
        finally:
            with suppress(TimeoutError, RuntimeError):
                self.ask("Target.disposeBrowserContext", browserContextId=context)

    def _taken(self, number: int) -> Any:
        answer = self._answers.pop(number, None)
        if answer is not None and "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return None if answer is None else answer["result"]

    def _listen(self) -> None:
        pending = b""
        while data := os.read(self._read, 1 << 16):
            *whole, pending = (pending + data).split(b"\0")
            with self._told:
                for message in map(json.loads, whole):
                    if "id" in message:
                        self._answers[message["id"]] = message
                    else:
                        self._events[message.get("sessionId", "")].append(message)
                self._told.notify_all()


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, chromium: Chromium, context: str, headers: Mapping[str, str]) -> None:
        self.chromium, self.context, self.headers = chromium, context, headers

    def tab(self, *, background: bool = False, scripts: bool = True) -> Tab:
        """A new, empty tab; one in the background is hidden until it is brought to the front."""
        found = self.chromium.ask(
            "Target.createTarget", url="about:blank", browserContextId=self.context, background=background
        )
        return Tab(self, found["targetId"], scripts=scripts)

    def opened_by(self, deed: Callable[[], object]) -> Tab:
        """The tab that a deed opens."""
        before = self._targets()
        deed()
        end = time.monotonic() + PATIENCE
        while not (found := self._targets() - before):
            if time.monotonic() > end:
                raise TimeoutError("no tab was opened")
            time.sleep(0.02)
        return Tab(self, found.pop())

    def _targets(self) -> set[str]:
        found = self.chromium.ask("Target.getTargets")["targetInfos"]
        return {
            one["targetId"] for one in found if one.get("browserContextId") == self.context and one["type"] == "page"
        }

    def cookies(self) -> dict[str, str]:
        """All that the browser keeps."""
        found = self.chromium.ask("Storage.getCookies", browserContextId=self.context)
        return {cookie["name"]: cookie["value"] for cookie in found["cookies"]}


class Tab:
    """One tab of a person."""

    def __init__(self, person: Person, target: str, *, scripts: bool = True) -> None:
        self.person, self.target, self._chromium = person, target, person.chromium
        self.session = self._chromium.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.ask(f"{domain}.enable")
        if person.headers:
            self.ask("Network.setExtraHTTPHeaders", headers=dict(person.headers))
        if not scripts:
            self.ask("Emulation.setScriptExecutionDisabled", value=True)

    def ask(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol to this tab."""
        return self._chromium.ask(method, self.session, **parameters)

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """What the tab has told by these events."""
        return [each["params"] for each in list(self._chromium.events(self.session)) if each["method"] in methods]

    def open(self, url: str) -> None:
        """Type an address, and wait until the page is there."""
        with self.arriving():
            self.ask("Page.navigate", url=url)

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """What is done in the block leads to another page; it has loaded when the block is over."""
        before = len(self._arrived())
        yield
        self._chromium.wait(lambda: len(self._arrived()) > before or None, "another page")
        self.loaded()

    def click(self, selector: str, nth: int = 0, button: Literal["left", "middle"] = "left") -> None:
        """Click on the middle of an element, scrolled into view; the nth of those that match, from 0."""
        place = self.run(
            f"(() => {{ const found = document.querySelectorAll({json.dumps(selector)})[{nth}];"
            "found.scrollIntoView({block: 'center', behavior: 'instant'}); const box = found.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        at = {"x": place[0], "y": place[1]}
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", **at)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button=button, clickCount=1, **at)

    def back(self, steps: int = 1) -> None:
        """Go back in the tab's history, or forward with a negative number."""
        history = self.ask("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - steps]
        with self.arriving():
            self.ask("Page.navigateToHistoryEntry", entryId=entry["id"])

    def show(self) -> None:
        """Bring the tab to the front."""
        self.ask("Page.bringToFront")

    def run(self, expression: str) -> Any:
        """The value of an expression in the page, of its promise if it is one."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def close(self) -> None:
        """Close it, as a person does: the page is told."""
        self.ask("Page.close")
        self._chromium.wait(lambda: self._gone() or None, "a closed tab")

    def _gone(self) -> bool:
        ended = (each for each in self._chromium.events("") if each["method"] == "Target.detachedFromTarget")
        return any(each["params"]["sessionId"] == self.session for each in ended)

    def _arrived(self) -> list[dict[str, Any]]:
        return [each for each in self.told("Page.frameNavigated") if "parentId" not in each["frame"]]

    def loaded(self) -> None:
        """Wait until the page in it is whole."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(RuntimeError):  # the page that was there is gone
                if self.run("document.readyState") == "complete":
                    return
            time.sleep(0.02)
        raise TimeoutError("the page did not load")
