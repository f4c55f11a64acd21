"""`windsock serve`, as an operator runs it: several processes, edits while visitors come, signals, and bad days."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.wire import RawOrigin, Served, field, free_port, get

BODY: Final = b'<!doctype html><body><h1 id="hero">Classic</h1></body>'
HERO: Final = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, phone: {text: Phone}}
choose: [{show: phone}]
"""
TOKEN: Final = "open-sesame"
VISITOR: Final = "203.0.113.77"
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) Peculiar/77.7 Browser"


def edited(form: str = "Phone") -> bytes:
    """The page that everybody gets."""
    return BODY.replace(b"Classic", form.encode())


def rule(form: str = "Phone") -> str:
    """The rule that makes it."""
    return HERO.replace("text: Phone", f"text: {form}")


@pytest.fixture(scope="module")
def origin() -> Iterator[RawOrigin]:
    """A site with one page, and paths that belong to the edge elsewhere."""
    origin = RawOrigin()
    for path in ("/", "/healthz", "/readyz", "/metrics", "/explain"):
        origin.page(path, BODY)
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def duo(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge with two workers."""
    rules = tmp_path_factory.mktemp("site") / "rules"
    rules.mkdir()
    (rules / "hero.yaml").write_text(HERO)
    trusted = ("--trusted-proxies", "127.0.0.1")
    served = Served(origin.url, rules, "--workers", "2", "--log-format", "json", "--debug-token", TOKEN, *trusted)
    until(lambda: len(ready(served)["workers"]) == 2)
    yield served
    served.close()


def until(done: Callable[[], Any], seconds: float = 10.0) -> float:
    """Ask again and again; the seconds that it took."""
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, "not in time"
        time.sleep(0.01)
    return time.monotonic() - start


def ready(served: Served) -> dict[str, Any]:
    """What /readyz says."""
    answer: dict[str, Any] = json.loads(get(served.admin, "/readyz")[2])
    return answer


def everywhere(served: Served) -> bool:
    """Whether all workers serve the current edition."""
    said = ready(served)
    return set(said["workers"].values()) == {said["edition"]}


def page(served: Served) -> bytes:
    """The start page, fetched over a connection of its own."""
    status, _, body = get(served.port, "/", f"User-Agent: {AGENT}", f"X-Forwarded-For: {VISITOR}")
    assert status == 200
    return body


def children(pid: int) -> set[int]:
    """The processes that it has started, and theirs."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(stat.parent.name))
    return found.union(*map(children, found))


def control_of(served: Served) -> int:
    """The control process."""
    return next(pid for pid in children(served.process.pid) if b"edge.control" in _command(pid))


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def counted(served: Served, name: str, **labels: str) -> float:
    """The sum of a metric over all workers, for these labels."""
    text = get(served.admin, "/metrics")[2].decode()
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    lines = [line for line in text.splitlines() if line.startswith((name + "{", name + " "))]
    return sum(float(line.rpartition(" ")[2]) for line in lines if all(each in line for each in wanted))


class Visitors:
    """People who come one after the other while something else happens; each over a connection of its own."""

    def __init__(self, served: Served) -> None:
        self.pages: list[tuple[float, bytes]] = []  # (when the request was sent, the page)
        self.failures: list[object] = []
        self._served, self._over = served, threading.Event()
        self._threads = [threading.Thread(target=self._come) for _ in range(2)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _come(self) -> None:
        while not self._over.is_set():
            at = time.monotonic()
            try:
                self.pages.append((at, page(self._served)))
            except (AssertionError, OSError, ValueError, IndexError) as error:
                self.failures.append(error)

    def more(self, number: int = 30) -> None:
        """Wait until so many more have come."""
        enough = len(self.pages) + number
        until(lambda: len(self.pages) >= enough or self.failures)


# Counting


def test_counts_are_right_over_all_workers(duo: Served) -> None:
    before = counted(duo, "windsock_decisions_total", experience="hero", variant="phone", reason="rule")
    for _ in range(60):
        page(duo)
    after = counted(duo, "windsock_decisions_total", experience="hero", variant="phone", reason="rule")
    assert after - before == 60


def test_a_visitor_who_wants_to_be_left_alone_is_not_counted(duo: Served) -> None:
    before = counted(duo, "windsock_decisions_total"), counted(duo, "windsock_requests_total")
    for _ in range(5):
        assert get(duo.port, "/", "Sec-GPC: 1")[2] == edited()
    after = counted(duo, "windsock_decisions_total"), counted(duo, "windsock_requests_total")
    assert (after[0] - before[0], after[1] - before[1]) == (0, 5)


# Edits


@pytest.fixture
def rules(duo: Served) -> Iterator[Path]:
    """The folder; afterwards it is as it was."""
    yield duo.rules
    if duo.rules.is_symlink():
        duo.rules.unlink()
    shutil.rmtree(duo.rules, ignore_errors=True)
    duo.rules.mkdir()
    (duo.rules / "hero.yaml").write_text(HERO)
    until(lambda: page(duo) == edited() and everywhere(duo) and not ready(duo)["problem"])


def live_within_a_second(served: Served, visitors: Visitors, form: str, saved: float) -> None:
    """From a second after it was saved, at the latest, everybody gets it; and nobody ever got anything else."""
    until(lambda: page(served) == edited(form) and everywhere(served))
    visitors.more()
    late = [body for at, body in visitors.pages if at > saved + 1 and body != edited(form)]
    assert late == []
    assert any(body == edited(form) for at, body in visitors.pages if at < saved + 1)


def test_an_edit_is_live_on_every_worker_within_a_second_with_no_failed_request(duo: Served, rules: Path) -> None:
    with Visitors(duo) as visitors:
        visitors.more()
        for form in ("One", "Two", "Three"):
            saved = time.monotonic()
            (rules / "hero.yaml").write_text(rule(form))
            live_within_a_second(duo, visitors, form, saved)
    assert visitors.failures == []
    assert {body for _, body in visitors.pages} <= {edited(form) for form in ("Phone", "One", "Two", "Three")}


def test_a_broken_save_changes_nothing_and_is_named_with_file_line_and_remedy(duo: Served, rules: Path) -> None:
    edition = ready(duo)["edition"]
    with Visitors(duo) as visitors:
        (rules / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
        until(lambda: ready(duo)["problem"])
        visitors.more()
        said = ready(duo)
        assert (said["ready"], said["edition"]) == (True, edition)
        assert re.fullmatch(r"hero\.yaml:6:\d+: .*txt.*text.*", said["problem"])
        assert said["problem"] in [line["message"].partition("serving: ")[2] for line in lines(duo)]
        (rules / "hero.yaml").write_text(rule("Mended"))
        until(lambda: page(duo) == edited("Mended") and everywhere(duo))
        assert ready(duo)["problem"] is None
    assert visitors.failures == []
    assert {body for _, body in visitors.pages} <= {edited(), edited("Mended")}


def test_a_folder_may_be_replaced_by_another_of_its_name(duo: Served, rules: Path) -> None:
    with Visitors(duo) as visitors:
        for form in ("Renamed", "Again"):
            other = rules.with_name(f"new-{form}")
            other.mkdir()
            (other / "hero.yaml").write_text(rule(form))
            rules.rename(rules.with_name(f"before-{form}"))
            saved = time.monotonic()
            other.rename(rules)
            live_within_a_second(duo, visitors, form, saved)
    assert visitors.failures == []


def test_a_folder_may_be_a_link_that_is_swapped(duo: Served, rules: Path) -> None:
    def release(form: str) -> float:
        folder = rules.with_name(f"release-{form}")
        folder.mkdir()
        (folder / "hero.yaml").write_text(rule(form))
        link = rules.with_name("next")
        link.symlink_to(folder)
        if not rules.is_symlink():
            shutil.rmtree(rules)
        link.replace(rules)
        return time.monotonic()

    with Visitors(duo) as visitors:
        for form in ("First", "Second", "Third"):
            live_within_a_second(duo, visitors, form, release(form))
    assert visitors.failures == []


def test_mounted_configuration_is_followed_when_its_inner_link_is_swapped(duo: Served, rules: Path) -> None:
    """As Kubernetes mounts a ConfigMap: hero.yaml -> ..data/hero.yaml, ..data -> ..2026_1, and ..data is swapped."""

    def mount(form: str) -> float:
        (rules / f"..{form}").mkdir()
        (rules / f"..{form}" / "hero.yaml").write_text(rule(form))
        (rules / "..next").symlink_to(f"..{form}")
        (rules / "..next").replace(rules / "..data")
        return time.monotonic()

    mount("First")
    (rules / "link").symlink_to("..data/hero.yaml")
    (rules / "link").replace(rules / "hero.yaml")
    until(lambda: page(duo) == edited("First"))
    with Visitors(duo) as visitors:
        for form in ("Second", "Third"):
            live_within_a_second(duo, visitors, form, mount(form))
    assert visitors.failures == []


# The private listener


def test_it_is_alive_and_ready_and_says_which_edition_serves_where(duo: Served) -> None:
    assert json.loads(get(duo.admin, "/healthz")[2]) == {"alive": True}
    said = ready(duo)
    assert (said["ready"], said["experiences"], said["problem"], len(said["workers"])) == (True, 1, None, 2)
    assert everywhere(duo)


def test_it_explains(duo: Served) -> None:
    said = json.loads(get(duo.admin, "/explain?path=/&bucket=7&user_agent=x&ip=203.0.113.7&signal=country=NO")[2])
    assert said["signals"]["country"] == "NO"
    assert [decision["variant"] for decision in said["decisions"]] == ["phone"]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("bucket=4096", "bucket `4096` is none; write a whole number from 0 to 4095"),
        ("path=", "`` is no page"),
        ("signal=devise=tv", "did you mean `device`?"),
        ("at=soon", "at `soon` is no moment"),
        ("pat=/", "did you mean"),
        ("ip=1.2.3.4.5", "is no address"),
        ("header=%00", "is no header"),
        ("path=/&path=/", "given twice"),
        ("%ff=%fe", "is not part of a question"),
    ],
)
def test_a_question_that_cannot_be_understood_is_400_with_one_line(duo: Served, query: str, line: str) -> None:
    status, _, body = get(duo.admin, f"/explain?{query}")
    said = json.loads(body)
    assert (status, list(said)) == (400, ["error"])
    assert line in said["error"]
    assert "\n" not in said["error"]


def test_nothing_of_it_may_be_stored(duo: Served) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/explain?path=/"):
        assert field(get(duo.admin, path)[1], "cache-control") == ["no-store"]


def test_its_paths_go_to_the_origin_when_they_are_asked_for_in_public(duo: Served) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/explain"):
        assert get(duo.port, path)[2] == edited()
    assert get(duo.port, "/_windsock/healthz")[0] == 404


def test_what_is_not_there_or_asked_for_in_the_wrong_way_is_refused(duo: Served) -> None:
    assert get(duo.admin, "/")[0] == 404
    assert get(duo.admin, "/_windsock/healthz")[0] == 404
    assert get(duo.admin, "/explain", method="POST")[0] == 405


# The log


def lines(served: Served) -> list[dict[str, Any]]:
    """The log, read as a program reads it."""
    found = [json.loads(line) for line in served.said().splitlines()]
    assert all(isinstance(line, dict) and {"time", "level", "message"} <= set(line) for line in found)
    return found


def test_the_log_is_one_object_a_line_and_names_nobody(duo: Served, origin: RawOrigin) -> None:
    origin.answer("/cut", lambda _, visitor: visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"))
    origin.answer("/closed", lambda _, visitor: None)
    origin.page("/other", b"<p>a page without the slot")
    who = (f"User-Agent: {AGENT}", f"X-Forwarded-For: {VISITOR}", "Cookie: windsock=77; session=s3cret")
    for path in ("/cut", "/closed", "/other?mail=me@example.com"):
        with contextlib.suppress(IndexError, ValueError):
            get(duo.port, path, *who, "Referer: https://example.com/?token=s3cret")
    until(lambda: {line.get("failure") for line in lines(duo)} >= {"origin-cut", "origin-closed"})
    text = duo.said()
    for secret in (VISITOR, "Peculiar", "77.7", "s3cret", "me@example.com", TOKEN):
        assert secret not in text


# Bad days


def test_a_worker_that_is_killed_is_replaced_and_pages_go_on(duo: Served) -> None:
    before = set(ready(duo)["workers"])
    decided = counted(duo, "windsock_decisions_total")
    killed = next(iter(before))
    os.kill(int(killed), signal.SIGKILL)
    until(lambda: len(set(ready(duo)["workers"]) - {killed}) == 2)
    for _ in range(20):
        assert page(duo) == edited()
    assert counted(duo, "windsock_decisions_total") >= decided + 20


def test_without_the_control_process_pages_go_on_until_it_is_replaced(duo: Served) -> None:
    killed = control_of(duo)
    with Visitors(duo) as visitors:
        os.kill(killed, signal.SIGKILL)
        visitors.more()
        until(lambda: _answers(duo.admin))
        visitors.more()
    assert visitors.failures == []
    assert control_of(duo) != killed
    assert everywhere(duo)
    (duo.rules / "hero.yaml").write_text(rule("After"))
    until(lambda: page(duo) == edited("After") and everywhere(duo))


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, IndexError, ValueError):
        return get(port, "/readyz")[0] == 200
    return False


# Another edge: it observes, its private listener has a token, and it ends and starts


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A rules folder of one test."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(HERO)
    return tmp_path / "rules"


@contextlib.contextmanager
def serving(origin: RawOrigin, rules: Path, *flags: str) -> Iterator[Served]:
    """An edge whose store outlives it."""
    served = Served(origin.url, rules, "--store", f"sqlite:///{rules.parent}/windsock.db", *flags)
    try:
        yield served
    finally:
        served.close()


def test_observing_it_decides_and_counts_and_leaves_every_page_untouched(origin: RawOrigin, site: Path) -> None:
    with serving(origin, site, "--observe", "--admin-token", TOKEN, "--debug-token", TOKEN) as served:
        status, head, body = get(served.port, "/", f"X-Windsock-Debug: {TOKEN}")
        assert (status, body) == (200, BODY)
        assert field(head, "x-windsock-decisions") == ["hero=phone;p=1;r=rule"]
        assert field(head, "cache-control") == []
        assert counted(served, "windsock_decisions_total", experience="hero", variant="phone") == 1
        explanations_need_the_token(served)


def explanations_need_the_token(served: Served) -> None:
    """With --admin-token, what a program may ask without it is only health and metrics."""
    for said in ((), ("Authorization: Bearer wrong",), (f"Authorization: Basic {TOKEN}",), ("Authorization: \xff",)):
        assert get(served.admin, "/explain?path=/", *said)[0] == 401
    assert get(served.admin, "/explain?path=/", f"Authorization: Bearer {TOKEN}")[0] == 200
    for path in ("/healthz", "/readyz", "/metrics"):
        assert get(served.admin, path)[0] == 200


def test_on_sigterm_it_finishes_what_it_has_begun_and_leaves_nothing_behind(origin: RawOrigin, site: Path) -> None:
    more = threading.Event()

    def slowly(_: bytes, visitor: socket.socket) -> None:
        visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\none")
        more.wait(10)
        visitor.sendall(b"two")

    origin.answer("/slowly", slowly)
    with serving(origin, site, "--workers", "2") as served, visit(served.port, "/slowly") as visitor:
        said = b""
        while b"one" not in said:
            said += visitor.recv(65536)
        processes = children(served.process.pid)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(served.port))
        assert served.process.poll() is None
        more.set()
        while data := visitor.recv(65536):
            said += data
        assert said.endswith(b"onetwo")
        assert served.process.wait(10) == 0
        assert len(processes) >= 3
        assert alive(processes) == set()
        assert "Traceback" not in served.said()


def alive(processes: set[int]) -> set[int]:
    """Those that have not ended."""
    return {pid for pid in processes if Path(f"/proc/{pid}").exists()}


@contextlib.contextmanager
def visit(port: int, path: str) -> Iterator[socket.socket]:
    """A visitor who has asked, and reads at leisure."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        yield connection


def refuses(port: int) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_may_be_ended_while_it_starts(origin: RawOrigin, site: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "edge.cli", "serve", "--origin", origin.url, "--rules", str(site)]
    flags = ["--workers", "2", "--listen", f"127.0.0.1:{free_port()}", "--admin", f"127.0.0.1:{free_port()}"]
    with subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True, cwd=site.parent) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "info serving" in line)  # workers are about to start
        until(lambda: len(children(process.pid)) == 3)
        processes = children(process.pid)
        process.send_signal(number)
        until(lambda: process.poll() is not None)
        said += process.stdout.read()
    assert process.returncode == 0
    assert alive(processes) == set()
    assert "Traceback" not in said


def test_when_the_watching_process_is_killed_all_others_end_and_it_can_be_started_again(
    origin: RawOrigin, site: Path
) -> None:
    with serving(origin, site) as served:
        processes = children(served.process.pid)
        served.process.kill()
        served.process.wait(10)
        until(lambda: not alive(processes))
        assert refuses(served.port)


def test_a_restart_while_the_rules_are_broken_starts_from_the_last_good_edition(origin: RawOrigin, site: Path) -> None:
    with serving(origin, site) as served:
        assert page(served) == edited()
    (site / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
    with serving(origin, site) as served:
        assert page(served) == edited()
        assert "hero.yaml:6" in ready(served)["problem"]
        assert re.search(r"the edition that served last serves again: hero\.yaml:6:\d+: .*txt", served.said())
        (site / "hero.yaml").write_text(rule("Mended"))
        until(lambda: page(served) == edited("Mended"))
        assert ready(served)["problem"] is None
