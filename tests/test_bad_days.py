"""`windsock serve` on a bad day: processes are killed, it is told to end, it starts while the rules are broken."""

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
from typing import Final

import pytest

from rules.document import version
from tests.geo import DATABASE
from tests.running import (
    BODY,
    HERO,
    Visitors,
    alive,
    answers,
    children,
    control_of,
    counted,
    edited,
    everywhere,
    page,
    ready,
    refuses,
    rule,
    serving,
    until,
    visit,
    written,
)
from tests.sockets import accepting, opened
from tests.wire import LOCAL, RawOrigin, Served, free_port, get


@pytest.fixture(scope="module")
def duo(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge with two workers."""
    rules = written(tmp_path_factory.mktemp("site") / "rules")
    with serving(origin, rules, "--workers", "2") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        yield served


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder of one test."""
    return written(tmp_path / "rules")


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
        until(lambda: answers(duo.admin))
        visitors.more()
    assert visitors.failures == []
    assert control_of(duo) != killed
    assert everywhere(duo)
    (duo.rules / "hero.yaml").write_text(rule("After"))
    until(lambda: page(duo) == edited("After") and everywhere(duo))


def test_on_sigterm_it_finishes_what_it_has_begun_and_leaves_nothing_behind(origin: RawOrigin, rules: Path) -> None:
    more = threading.Event()

    def slowly(_: bytes, visitor: socket.socket) -> None:
        visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\none")
        more.wait(10)
        visitor.sendall(b"two")

    origin.answer("/slowly", slowly)
    with serving(origin, rules, "--workers", "2") as served, visit(served.port, "/slowly") as visitor:
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


def test_on_sigterm_websockets_get_a_close_and_event_streams_end(origin: RawOrigin, rules: Path) -> None:
    """Both would stay for ever; browsers connect again, to whoever serves then."""
    told: list[int] = []

    def events(_: bytes, visitor: socket.socket) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        visitor.sendall(head + b"9\r\ndata: 1\n\n\r\n")
        visitor.recv(1)

    origin.answer("/events", events)
    origin.answer("/socket", accepting(lambda peer: told.append(peer.close().code)))
    with serving(origin, rules, "--workers", "2") as served, visit(served.port, "/events") as reader:
        socket_ = opened(served.port, "/socket")
        said = b""
        while b"data: 1" not in said:
            said += reader.recv(65536)
        served.process.send_signal(signal.SIGTERM)
        with socket_.raw:
            assert socket_.close().code == 1001
        while data := reader.recv(65536):
            said += data
        assert said.endswith(b"\r\n0\r\n\r\n")
        assert served.process.wait(10) == 0
        assert told == [1001]
        assert "Killing" not in served.said()


def test_a_push_that_dribbles_does_not_keep_it_from_ending(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules) as served, socket.create_connection(("127.0.0.1", served.admin), 10) as pusher:
        pusher.sendall(b"PUT /signals/mood HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n{")
        processes = children(served.process.pid)
        served.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError):
            while served.process.poll() is None:
                pusher.sendall(b" ")
                time.sleep(0.05)
        assert served.process.wait(20) == 0
        assert alive(processes) == set()
        assert "Traceback" not in served.said()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_may_be_ended_while_it_starts(origin: RawOrigin, rules: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "edge.cli", "serve", "--origin", origin.url, "--rules", str(rules)]
    flags = ["--workers", "2", "--listen", f"127.0.0.1:{free_port()}", "--admin", f"127.0.0.1:{free_port()}"]
    with subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True, cwd=rules.parent) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "info serving" in line)  # workers are about to start
        until(lambda: len(children(process.pid)) == 4)  # control, learner, two workers
        processes = children(process.pid)
        process.send_signal(number)
        until(lambda: process.poll() is not None)
        said += process.stdout.read()
    assert process.returncode == 0
    assert alive(processes) == set()
    assert "Traceback" not in said


def test_when_the_watching_process_is_killed_all_others_end_and_it_can_be_started_again(
    origin: RawOrigin, rules: Path
) -> None:
    with serving(origin, rules) as served:
        processes = children(served.process.pid)
        served.process.kill()
        served.process.wait(10)
        until(lambda: not alive(processes))
        assert refuses(served.port)


def test_a_worker_that_dies_again_and_again_is_replaced_every_time(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules, "--workers", "2") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        stays = next(iter(ready(served)["workers"]))
        for _ in range(4):
            os.kill(int((set(ready(served)["workers"]) - {stays}).pop()), signal.SIGKILL)
            until(lambda: ready(served)["workers"].keys() == {stays})
            assert page(served) == edited()
            until(lambda: len(ready(served)["workers"]) == 2)
        assert served.process.poll() is None


def test_when_no_worker_can_ever_start_the_command_ends_with_one_line(origin: RawOrigin, rules: Path) -> None:
    """Half of an installation is missing."""
    broken = rules.parent / "broken"
    broken.mkdir()
    (broken / "httptools.py").write_text("raise ImportError('half of it is missing')")
    said = started(origin, rules, "--workers", "2", PYTHONPATH=f"{broken}:{os.environ.get('PYTHONPATH', '')}")
    assert said.returncode == 2
    assert said.stderr.splitlines()[-1] == "windsock serve: no worker could start; the log says why"
    assert "half of it is missing" in said.stderr


def of_session(leader: int) -> set[int]:
    """The processes of a session, also those whose parent is gone."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader and fields[0] != "Z":
                found.add(int(stat.parent.name))
    return found


@pytest.mark.parametrize("others", [1, 2, 3, 4])
def test_killed_while_it_starts_it_leaves_nobody_behind(origin: RawOrigin, rules: Path, others: int) -> None:
    command = [sys.executable, "-m", "edge.cli", "serve", "--origin", origin.url, "--rules", str(rules)]
    flags = ["--workers", "2", "--listen", f"127.0.0.1:{free_port()}", "--admin", f"127.0.0.1:{free_port()}"]
    with subprocess.Popen(
        [*command, *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=rules.parent,
        start_new_session=True,
    ) as process:
        until(lambda: len(children(process.pid)) >= others)
        process.kill()
        process.wait(10)
        try:
            until(lambda: not of_session(process.pid))
        finally:
            for left in of_session(process.pid):
                os.kill(left, signal.SIGKILL)


def test_of_two_that_start_at_the_same_moment_one_serves_and_the_other_says_that_the_address_is_taken(
    origin: RawOrigin, rules: Path
) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "edge.cli",
        "serve",
        "--origin",
        origin.url,
        "--rules",
        str(rules),
        "--workers",
        "1",
    ]
    both = [
        subprocess.Popen(
            [*command, "--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{free_port()}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=rules.parent,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        until(lambda: any(edge.poll() is not None for edge in both))
        loser = next(edge for edge in both if edge.poll() is not None)
        winner = next(edge for edge in both if edge is not loser)
        said = loser.communicate()[1].splitlines()
        assert loser.returncode == 2
        assert said == [
            f"windsock serve: listen 127.0.0.1:{port} cannot be used (Address already in use); "
            "end what listens there or give another with --listen"
        ]
        until(lambda: not refuses(port))
        assert winner.poll() is None
    finally:
        for edge in both:
            if edge.stderr is not None and not edge.stderr.closed:
                edge.terminate()
                edge.communicate()


def test_on_sighup_each_worker_is_replaced_once_another_serves_and_pages_go_on(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules, "--workers", "2") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        before, control = set(ready(served)["workers"]), control_of(served)
        with Visitors(served) as visitors:
            visitors.more()
            served.process.send_signal(signal.SIGHUP)
            least = 2
            while before & ready(served)["workers"].keys() or least < 2:
                least = min(least, len(ready(served)["workers"]))
            visitors.more()
        assert least == 2
        assert len(ready(served)["workers"]) == 2
        assert {body for _, body in visitors.pages} == {edited()}
        assert len(visitors.failures) <= 1  # a visitor whom the kernel had handed to the one that closed just then
        assert control_of(served) == control


def test_while_a_successor_hangs_a_worker_that_dies_is_replaced(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules, "--workers", "2") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        before, known = set(ready(served)["workers"]), children(served.process.pid)
        served.process.send_signal(signal.SIGHUP)
        until(lambda: children(served.process.pid) - known)
        hangs = (children(served.process.pid) - known).pop()
        os.kill(hangs, signal.SIGSTOP)
        for pid in before:
            os.kill(int(pid), signal.SIGKILL)
        until(lambda: len(set(ready(served)["workers"]) - before - {str(hangs)}) == 2)
        assert page(served) == edited()


def test_visitors_who_say_nothing_are_hung_up_on(duo: Served) -> None:
    """Otherwise some thousands of them would keep everybody else out."""
    silent = [socket.create_connection(("127.0.0.1", duo.port), timeout=10) for _ in range(3)]
    for visitor, said in zip(silent, (b"", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\nHost: a"), strict=True):
        with visitor:
            visitor.sendall(said)
            answer = _last_words(visitor)
            assert answer == b"" or b" 408 " in answer.splitlines()[0] or b" 400 " in answer.splitlines()[0]


def _last_words(visitor: socket.socket) -> bytes:
    """What is said before the connection ends, in whichever way."""
    try:
        return visitor.recv(65536)
    except ConnectionResetError:
        return b""


ASKS: Final = b"GET / HTTP/1.1\r\nHost: site.example\r\n\r\n"


def cpu(pid: str) -> float:
    """Seconds that a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs prlimit, of util-linux")
def test_without_open_files_to_spare_visitors_wait_and_those_inside_are_served(origin: RawOrigin, rules: Path) -> None:
    """A flood of connections may fill all places; it may not take the files with which the others are served."""
    limited = Served(origin.url, rules, under=("prlimit", "--nofile=120:120"))
    with contextlib.closing(limited) as served, contextlib.ExitStack() as stack:
        assert served.says("such as LimitNOFILE=65536")
        inside = stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
        inside.sendall(ASKS)
        assert edited() in inside.recv(65536)
        for _ in range(150):
            stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
        worker = next(iter(ready(served)["workers"]))
        before = cpu(worker)
        for _ in range(10):
            inside.sendall(ASKS)
            assert edited() in inside.recv(65536)
            time.sleep(0.1)
        assert cpu(worker) - before < 0.5
        assert "left alone" not in served.said()


def test_sighup_at_any_moment_of_a_start_ends_nobody(origin: RawOrigin, rules: Path) -> None:
    command = [sys.executable, "-m", "edge.cli", "serve", "--origin", origin.url, "--rules", str(rules)]
    flags = ["--workers", "2", "--listen", f"127.0.0.1:{free_port()}", "--admin", f"127.0.0.1:{(admin := free_port())}"]
    LOCAL.add(admin)
    log = rules.parent / "log"
    with log.open("wb") as output:
        edge = subprocess.Popen([*command, *flags], stdout=output, stderr=output, cwd=rules.parent)
    try:
        until(lambda: children(edge.pid))  # before that it is no server yet

        def hung_up_on() -> bool:
            for pid in (edge.pid, *children(edge.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGHUP)
            return answers(admin) or edge.poll() is not None

        until(hung_up_on, 20)
        assert edge.poll() is None, log.read_text()
        assert "control process ended" not in log.read_text()
    finally:
        edge.terminate()
        edge.wait(30)


def test_a_restart_while_the_rules_are_broken_starts_from_the_last_good_edition(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules) as served:
        assert page(served) == edited()
    (rules / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
    with serving(origin, rules) as served:
        assert page(served) == edited()
        assert "hero.yaml:6" in ready(served)["problem"]
        assert re.search(r"the edition that served last serves again: hero\.yaml:6:\d+: .*txt", served.said())
        (rules / "hero.yaml").write_text(rule("Mended"))
        until(lambda: page(served) == edited("Mended"))
        assert ready(served)["problem"] is None


def test_a_control_process_that_is_replaced_while_the_rules_are_broken_goes_on_from_what_serves(
    origin: RawOrigin, rules: Path
) -> None:
    with serving(origin, rules, "--store", "memory:") as served:
        (rules / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
        until(lambda: ready(served)["problem"])
        os.kill(control_of(served), signal.SIGKILL)
        until(lambda: not answers(served.admin))
        until(lambda: answers(served.admin))
        assert "hero.yaml:6" in ready(served)["problem"]
        assert page(served) == edited()
        (rules / "hero.yaml").write_text(rule("Mended"))
        until(lambda: page(served) == edited("Mended"))


@pytest.mark.parametrize("bad", [b"", b"\0" * 20_000, DATABASE.read_bytes()[:-1]], ids=["empty", "zeros", "cut"])
def test_a_control_process_that_is_replaced_while_the_geo_database_is_bad_goes_on_from_the_last_good_one(
    origin: RawOrigin, rules: Path, bad: bytes
) -> None:
    places = rules.parent / "places.mmdb"
    shutil.copy(DATABASE, places)

    def country(served: Served) -> object:
        return json.loads(get(served.admin, "/signals?path=/&ip=89.160.20.112")[2])["signals"]["country"]["value"]

    with serving(origin, rules, "--geo-database", str(places)) as served:
        assert country(served) == "SE"
        places.write_bytes(bad)
        for _ in range(2):  # the one after it, too
            os.kill(control_of(served), signal.SIGKILL)
            until(lambda: not answers(served.admin))
            until(lambda: answers(served.admin))
            assert country(served) == "SE"
            until(lambda: str(places) in json.dumps(ready(served)))
        shutil.copy(DATABASE, places)
        until(lambda: str(places) not in json.dumps(ready(served)))


def started(origin: RawOrigin, rules: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A start that fails, with what it says."""
    command = [sys.executable, "-m", "edge.cli", "serve", "--origin", origin.url, "--rules", str(rules)]
    flags = ["--listen", f"127.0.0.1:{free_port()}", "--admin", f"127.0.0.1:{free_port()}"]
    store = ["--store", f"sqlite:///{rules.parent}/windsock.db"]
    return subprocess.run(
        [*command, *flags, *store, *more],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip


def cut(kept: bytes) -> bytes:
    """Half of it is missing."""
    return kept[: len(kept) // 2]


def altered(kept: bytes) -> bytes:
    """It is JSON, and says what nobody has written."""
    return kept.replace(b"Phone", b"Pwned")


def other(kept: bytes) -> bytes:
    """It is whole, and was written by an edge that had other words for rules."""
    said = {"site": {"zone": "UTC"}, "experiences": [{"title": "hero"}]}
    return json.dumps({**said, "version": version(said), "folder": json.loads(kept)["folder"]}).encode()


@pytest.mark.parametrize("damage", [cut, altered, other])
def test_a_kept_edition_that_is_damaged_is_not_served_and_the_start_says_what_to_do(
    origin: RawOrigin, rules: Path, damage: Callable[[bytes], bytes]
) -> None:
    with serving(origin, rules) as served:
        assert page(served) == edited()
    (rules / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
    kept = rules.parent / "windsock.edition.json"
    kept.write_bytes(left := damage(kept.read_bytes()))
    said = started(origin, rules)
    assert said.returncode == 2
    assert re.search(rf"hero\.yaml:6:\d+: .*windsock check {re.escape(str(rules))}", said.stderr.splitlines()[-1])
    assert kept.read_bytes() == left


def test_an_emptied_folder_changes_nothing_also_over_a_restart_until_it_is_said_on_purpose(
    origin: RawOrigin, rules: Path
) -> None:
    with serving(origin, rules) as served:
        (rules / "hero.yaml").unlink()
        until(lambda: ready(served)["problem"])
        assert "has no experiences any more" in ready(served)["problem"]
        assert served.says("the last good edition keeps serving: the rules folder")
        assert (page(served), ready(served)["experiences"]) == (edited(), 1)
    with serving(origin, rules) as served:
        assert page(served) == edited()
        assert "holdout: 100%" in ready(served)["problem"]
        (rules / "site.yaml").write_text("holdout: 100%")
        until(lambda: page(served) == BODY and everywhere(served))
        assert ready(served)["problem"] is None


def test_a_folder_that_is_empty_at_the_first_start_serves_every_page_as_it_is(origin: RawOrigin, rules: Path) -> None:
    (rules / "hero.yaml").unlink()
    with serving(origin, rules) as served:
        assert page(served) == BODY
        assert served.says("has no experiences; pages pass as they are")
        (rules / "hero.yaml").write_text(HERO)
        until(lambda: page(served) == edited())


def test_what_an_edge_leaves_in_memory_when_all_of_it_is_killed_goes_with_the_next_start(
    origin: RawOrigin, rules: Path
) -> None:
    def directory(served: Served) -> Path:
        command = Path(f"/proc/{control_of(served)}/cmdline").read_bytes().split(b"\0")
        return Path(os.fsdecode(command[command.index(b"edge.control") + 1]))

    with serving(origin, rules) as served:
        left, processes = directory(served), children(served.process.pid)
        for pid in (control_of(served), served.process.pid, *processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        served.process.wait(10)
        until(lambda: not alive(processes))
        assert left.exists()
    with serving(origin, rules) as served:
        assert not left.exists()
        assert directory(served).exists()
