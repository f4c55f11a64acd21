"""Beacons over raw sockets: what is acknowledged is in the log, once; and pages go on whatever befalls it."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.beacons import GOAL, ROW, RULE, beacon, page, post, rows
from tests.running import children, control_of, counted, serving, until
from tests.wire import RawOrigin, Served, field, get, talk


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured")
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(RULE)
    return folder


@pytest.fixture(scope="module")
def edge(origin: RawOrigin, folder: Path) -> Iterator[Served]:
    with serving(origin, folder / "rules", "--trusted-proxies", "127.0.0.1") as edge:
        yield edge


def outcomes(folder: Path, token: str) -> list[tuple[object, ...]]:
    """What the log holds of that page beside its exposure: (event, goal, value)."""
    name = json.loads(_payload(token))["body"]["i"]
    return [row[2:5] for row in rows(folder, "outcomes") if str(row[1]).startswith(f"{name}.")]


def exposures(folder: Path, token: str) -> list[object]:
    name = json.loads(_payload(token))["body"]["i"]
    return [row[1] for row in rows(folder, "exposures") if str(row[1]).startswith(f"{name}.")]


def _payload(token: str) -> bytes:
    from base64 import urlsafe_b64decode

    text = token.split(".")[2]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_page_that_was_seen_is_in_the_log_when_its_beacon_is_answered(edge: Served, folder: Path) -> None:
    token = page(folder)
    assert post(edge, beacon(token)) == 204
    assert len(exposures(folder, token)) == 1


def test_a_reward_counts_once_however_often_it_is_sent(edge: Served, folder: Path) -> None:
    token = page(folder)
    assert [post(edge, beacon(token, "reward", goal=GOAL)) for _ in range(3)] == [204, 204, 204]
    assert outcomes(folder, token) == [("reward", GOAL, 1.0)]


def test_a_reward_that_is_sent_many_times_at_once_counts_once(edge: Served, folder: Path) -> None:
    token, said = page(folder), list[int]()
    threads = [
        threading.Thread(target=lambda: said.append(post(edge, beacon(token, "reward", goal=GOAL)))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [204] * 16
    assert outcomes(folder, token) == [("reward", GOAL, 1.0)]


def test_a_visitor_cannot_say_how_much_a_reward_is_worth(edge: Served, folder: Path) -> None:
    token = page(folder)
    assert post(edge, beacon(token, "reward", goal=GOAL, value=1e300)) == 204
    assert outcomes(folder, token) == [("reward", GOAL, 1.0)]


def test_a_measure_is_cut_to_what_is_sane(edge: Served, folder: Path) -> None:
    token = page(folder)
    assert post(edge, beacon(token, "measure", goal="lcp", value=1e300)) == 204
    assert outcomes(folder, token) == [("measure", "lcp", 60_000.0)]


def test_the_type_of_the_body_does_not_matter(edge: Served, folder: Path) -> None:
    token = page(folder)
    assert post(edge, beacon(token), "Content-Type: text/plain;charset=UTF-8", "Sec-Fetch-Site: same-origin") == 204
    assert len(exposures(folder, token)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        ("Sec-GPC: 1",),
        ("Cookie: windsock=off",),
    ],
    ids=["gpc", "opted out"],
)
def test_of_who_is_not_counted_nothing_is_kept(edge: Served, folder: Path, fields: tuple[str, ...]) -> None:
    token = page(folder)
    assert post(edge, beacon(token), *fields) == 204
    assert exposures(folder, token) == []


@pytest.mark.parametrize(
    "fields",
    [("Sec-Fetch-Site: cross-site",), ("Sec-Fetch-Site: same-site",), ("Origin: https://other.example",)],
)
def test_another_site_cannot_speak_for_visitors(edge: Served, folder: Path, fields: tuple[str, ...]) -> None:
    token = page(folder)
    assert post(edge, beacon(token), *fields) == 403
    assert exposures(folder, token) == []


def test_only_post_is_taken(edge: Served) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        status, head, _ = get(edge.port, "/_windsock/beacon", method=method)
        assert (status, field(head, "allow")) == (405, ["POST"])


def test_more_than_8_kib_is_refused_also_without_a_length(edge: Served, folder: Path) -> None:
    token = page(folder)
    large = beacon(token, goal="x" * 9000)
    assert post(edge, large) == 413
    chunked = b"POST /_windsock/beacon HTTP/1.1\r\nHost: site.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b"".join(b"400\r\n%b\r\n" % (b" " * 0x400) for _ in range(9)) + b"0\r\n\r\n"
    assert talk(edge.port, chunked).startswith(b"HTTP/1.1 413 ")
    assert exposures(folder, token) == []


def test_who_sends_slowly_is_given_up_after_a_few_seconds_and_costs_nobody_else_anything(
    edge: Served, folder: Path
) -> None:
    body = beacon(page(folder))
    head = f"POST /_windsock/beacon HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", edge.port), timeout=15) as slow:
        slow.sendall(head + body[:10])
        token = page(folder)
        assert post(edge, beacon(token)) == 204
        assert slow.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_a_network_that_floods_is_told_to_wait_and_others_are_not(edge: Served, folder: Path) -> None:
    before = counted(edge, "windsock_beacons_total", outcome="capped")
    one = b"POST /_windsock/beacon HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length: 2\r\n\r\n[]"
    seen = b""
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as connection:
        for _ in range(40):
            connection.sendall(one * 100)
            want = seen.count(b"HTTP/1.1 ") + 100
            while seen.count(b"HTTP/1.1 ") < want:
                seen += connection.recv(65536)
            if b"HTTP/1.1 429 " in seen:
                break
    assert b"HTTP/1.1 429 " in seen
    assert b"retry-after: " in seen
    assert post(edge, b"[]", "X-Forwarded-For: 198.51.100.9") == 400
    until(lambda: counted(edge, "windsock_beacons_total", outcome="capped") > before)


def test_a_server_says_how_much_a_reward_is_worth(edge: Served, folder: Path) -> None:
    token = page(folder)
    status, _, said = get(edge.admin, "/reward", method="POST", body=beacon(token, "reward", goal=GOAL, value=0.25))
    assert (status, said) == (204, b"")
    assert outcomes(folder, token) == [("reward", GOAL, 0.25)]


def test_a_server_is_told_what_was_wrong(edge: Served, folder: Path) -> None:
    status, _, said = get(edge.admin, "/reward", method="POST", body=b"[]")
    assert (status, json.loads(said)) == (400, {"error": "This is no beacon: it is no JSON object."})
    assert get(edge.admin, "/reward", method="POST", body=beacon(page(folder) + "x"))[0] == 403
    assert get(edge.admin, "/reward", method="POST", body=b" " * 8193)[0] == 413
    assert get(edge.admin, "/reward")[0] == 405


def test_the_reward_of_a_server_is_private(edge: Served, folder: Path) -> None:
    assert get(edge.port, "/reward", method="POST", body=beacon(page(folder), "reward", goal=GOAL))[0] == 404


def test_beacons_are_counted_by_what_became_of_them(edge: Served, folder: Path) -> None:
    before = counted(edge, "windsock_beacons_total", event="exposure", outcome="committed")
    post(edge, beacon(page(folder)))
    until(lambda: counted(edge, "windsock_beacons_total", event="exposure", outcome="committed") == before + 1)
    assert counted(edge, "windsock_log_commit_duration_seconds_count") > 0


class Senders:
    """Browsers that send rewards as fast as they can; `acknowledged` holds the pages whose reward was."""

    def __init__(self, edge: Served, folder: Path) -> None:
        self.acknowledged: list[str] = []
        self._edge, self._folder, self._over = edge, folder, threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(3)]

    def __enter__(self) -> Senders:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def more(self, number: int) -> None:
        enough = len(self.acknowledged) + number
        until(lambda: len(self.acknowledged) >= enough, 20)

    def _send(self) -> None:
        while not self._over.is_set():
            token = page(self._folder)
            with suppress(OSError, ValueError, IndexError):
                if post(self._edge, beacon(token, "reward", goal=GOAL)) == 204:
                    self.acknowledged.append(json.loads(_payload(token))["body"]["i"])


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_a_reward_that_was_acknowledged_survives_kill_9(origin: RawOrigin, tmp_path: Path, durability: str) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(RULE)
    flags = ("--workers", "2", "--durability", durability)
    with serving(origin, tmp_path / "rules", *flags) as edge, Senders(edge, tmp_path) as senders:
        for _ in range(3):
            senders.more(40)
            os.kill(_a_worker(edge), signal.SIGKILL)
        senders.more(40)
        for pid in children(edge.process.pid):
            os.kill(pid, signal.SIGKILL)
        os.kill(edge.process.pid, signal.SIGKILL)
        edge.process.wait()
    kept = [str(row[1]).partition(".")[0] for row in rows(tmp_path, "outcomes")]
    assert len(set(kept)) == len(kept)
    assert set(senders.acknowledged) <= set(kept)
    assert len(senders.acknowledged) >= 160


def _a_worker(edge: Served) -> int:
    """A process that serves."""
    found: list[int] = []

    def look() -> bool:
        said = json.loads(get(edge.admin, "/readyz")[2])
        found[:] = map(int, said["workers"])
        return bool(found)

    until(look)
    return found[0]


def test_a_full_disk_refuses_beacons_and_serves_pages_until_there_is_room(origin: RawOrigin, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(RULE)
    with serving(origin, tmp_path / "rules") as edge:
        assert post(edge, beacon(page(tmp_path))) == 204
        worker = _a_worker(edge)
        unlimited = resource.prlimit(worker, resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        acknowledged = 1
        for _ in range(200):
            status, head, _ = get(edge.port, "/_windsock/beacon", method="POST", body=beacon(page(tmp_path)))
            if status != 204:
                break
            acknowledged += 1
        assert (status, bool(field(head, "retry-after"))) == (503, True)
        assert get(edge.port, "/")[0] == 200
        assert edge.says("cannot be written")
        assert counted(edge, "windsock_log_failures_total") >= 1
        resource.prlimit(worker, resource.RLIMIT_FSIZE, unlimited)
        until(lambda: post(edge, beacon(page(tmp_path))) == 204)
        assert edge.says("is written again")
        assert len(rows(tmp_path, "exposures")) == acknowledged + 1


def test_a_damaged_log_refuses_beacons_and_serves_pages(origin: RawOrigin, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(RULE)
    (tmp_path / "windsock.db").write_bytes(b"no database at all, " * 1000)
    with serving(origin, tmp_path / "rules") as edge:
        assert post(edge, beacon(page(tmp_path))) == 503
        assert get(edge.port, "/")[0] == 200
        (tmp_path / "windsock.db").unlink()
        until(lambda: post(edge, beacon(page(tmp_path))) == 204)


def test_what_waits_is_written_when_the_edge_ends(origin: RawOrigin, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(RULE)
    with serving(origin, tmp_path / "rules") as edge, Senders(edge, tmp_path) as senders:
        senders.more(20)
        edge.process.send_signal(signal.SIGTERM)
        edge.process.wait(20)
    kept = {str(row[1]).partition(".")[0] for row in rows(tmp_path, "outcomes")}
    assert set(senders.acknowledged) <= kept


def test_the_control_process_may_die_and_rewards_of_servers_go_on(edge: Served, folder: Path) -> None:
    os.kill(control_of(edge), signal.SIGKILL)
    token = page(folder)

    def taken() -> bool:
        with suppress(OSError, IndexError, ValueError):
            return get(edge.admin, "/reward", method="POST", body=beacon(token, "reward", goal=GOAL))[0] == 204
        return False

    until(taken)
    assert outcomes(folder, token) == [("reward", GOAL, 1.0)]


def test_the_rows_of_a_page_are_all_there_or_none(edge: Served, folder: Path) -> None:
    token = page(folder, ROW, ("other", "x", "holdout", "holdout", None, "", [], "", 0.05, 60.0))
    assert post(edge, beacon(token)) == 204
    assert len(exposures(folder, token)) == 2
