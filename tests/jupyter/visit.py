"""What a person does in JupyterLab, done by Playwright in a headless Chromium.

    python visit.py URL TOKEN FILES PICTURES [GREETING]

Runs in the environment of the lock beside it. FILES is the folder that JupyterLab shows; pictures of each step go to
PICTURES. With GREETING, the login page must greet with it. Exit code 0 when every step worked.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import expect, sync_playwright  # type: ignore[import-not-found]  # of another environment

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SIZE: Final = 50 * 2**20
PATIENCE: Final = 60_000  # milliseconds for a step of the page
TRANSFER: Final = 240_000  # milliseconds for the large file


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of the command line."""

    url: str
    token: str
    files: str
    pictures: str
    greeting: str = ""


class Visit:
    """One visitor, with `luggage` for large files; `wrong` holds what the browser complained about."""

    def __init__(self, page: Any, plan: Plan, luggage: Path) -> None:
        self.page, self.luggage = page, luggage
        self.url, self.token, self.greeting = plan.url, plan.token, plan.greeting
        self.files, self.pictures = Path(plan.files), Path(plan.pictures)
        self.channels: list[Any] = []
        self.frames = 0
        self.wrong: list[str] = []
        page.on("websocket", self._websocket)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("response", self._response)
        page.on("requestfailed", self._failed)

    def log_in(self) -> str:
        """The token opens the door, and the login page is the edge's."""
        self.page.goto(f"{self.url}/lab/tree/hello.ipynb")
        button = self.page.locator("#login_submit")
        expect(button).to_be_visible()
        if self.greeting:
            expect(button).to_have_text(self.greeting)
        self.look("login")
        self.page.fill("#password_input", self.token)
        button.click()
        self.page.wait_for_url(re.compile(r"/lab/tree/hello\.ipynb"))
        return f"the button says {self.greeting!r}, as the rules want" if self.greeting else ""

    def open_a_notebook(self) -> str:
        """It is shown with its cell."""
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
        self.look("notebook")
        return ""

    def run_a_cell(self) -> str:
        """What the cell prints comes back over a WebSocket, once the kernel is connected."""
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle")
        self.page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
        self.page.keyboard.type("print(6 * 7 * 1001)")
        self.page.keyboard.press("Shift+Enter")
        expect(self.page.locator(".jp-OutputArea-output").first).to_contain_text("42042")
        self.look("cell")
        if not self.channels:
            raise AssertionError("the output is there, but no WebSocket to the kernel was opened")
        return f"{len(self.channels)} WebSocket to the kernel, {self.frames} frames received"

    def upload(self) -> str:
        """50 MB arrive as they are."""
        sent = self.luggage / "large.bin"
        sent.write_bytes(os.urandom(SIZE))
        with self.page.expect_file_chooser() as chooser:
            self.page.locator('.jp-FileBrowser [data-command="filebrowser:upload"], [title^="Upload"]').first.click()
        chooser.value.set_files(sent)
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()  # "the file size is 50 MB, do you still want …"
        arrived = self.files / sent.name
        self._until(lambda: arrived.exists() and arrived.stat().st_size >= SIZE, "the file arrives")
        expect(self.page.locator(".jp-DirListing-item", has_text=sent.name)).to_be_visible()
        expect(self.page.locator(".jp-upload-progress-bar")).to_have_count(0)
        self.look("upload")
        return same(sent, arrived)

    def download(self) -> str:
        """And 50 MB come back as they are."""
        self.page.locator(".jp-DirListing-item", has_text="large.bin").click(button="right")
        with self.page.expect_download(timeout=TRANSFER) as started:
            self.page.locator('.lm-Menu [data-command="filebrowser:download"]').first.click()
        got = self.luggage / "downloaded.bin"
        started.value.save_as(got)
        self.look("download")
        return same(self.files / "large.bin", got)

    def look(self, name: str) -> None:
        """Take a picture of what the visitor sees."""
        self.page.screenshot(path=str(self.pictures / f"{name}.png"))

    def _until(self, there: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + TRANSFER / 1000
        while not there():
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain until {what}")
            self.page.wait_for_timeout(100)

    def _websocket(self, socket: Any) -> None:
        if "/channels" in socket.url:
            self.channels.append(socket)
            socket.on("framereceived", self._frame)
            socket.on("socketerror", lambda error: self.wrong.append(f"WebSocket: {error}"))

    def _frame(self, _: Any) -> None:
        self.frames += 1

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.request.method} {response.url} answered {response.status}")

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in str(request.failure):  # the page itself gave it up: a download, a page that was left
            self.wrong.append(f"{request.method} {request.url} failed: {request.failure}")


def same(one: Path, other: Path) -> str:
    """Say what both files hold; AssertionError when they differ."""
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (one, other)]
    sizes = [path.stat().st_size for path in (one, other)]
    if sums[0] != sums[1]:
        raise AssertionError(f"the files differ: {sizes[0]} and {sizes[1]} bytes, {sums[0]} and {sums[1]}")
    return f"{sizes[0]:,} bytes, SHA-256 {sums[0][:16]}… both"


def main(plan: Plan) -> int:
    """Visit, and say what worked."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as luggage:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_context(viewport={"width": 1200, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE)
        visit = Visit(page, plan, Path(luggage))
        failed = _steps(visit)
        browser.close()
    for complaint in dict.fromkeys(visit.wrong):
        print(f"     the browser complains: {complaint}")
    return 1 if failed or visit.wrong else 0


def _steps(visit: Visit) -> bool:
    """Take every step, whatever became of the one before; only a closed door is the end. True when one failed."""
    if not _works(visit, visit.log_in):
        return True
    later = (visit.open_a_notebook, visit.run_a_cell, visit.upload, visit.download)
    worked = [_works(visit, step) for step in later]
    return not all(worked)


def _works(visit: Visit, step: Callable[[], str]) -> bool:
    begun = time.monotonic()
    name = step.__name__.replace("_", " ")
    try:
        evidence = step()
    except Exception as error:  # whatever it is, the person could not do it
        visit.look(f"failed-{step.__name__}")
        print(f"FAIL {name}:", *str(error).strip().splitlines()[:3], sep="\n     ", flush=True)
        return False
    print(f"ok   {name}, {time.monotonic() - begun:.1f} s{evidence and ': ' + evidence}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(Plan(*sys.argv[1:])))
