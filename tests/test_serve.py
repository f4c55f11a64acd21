"""`windsock serve`, as an operator runs it: what is counted, edited, asked and logged while visitors come."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import (
    AGENT,
    BODY,
    HERO,
    TOKEN,
    VISITOR,
    Visitors,
    counted,
    edited,
    everywhere,
    page,
    ready,
    rule,
    serving,
    until,
    written,
)
from tests.wire import RawOrigin, Served, field, get


@pytest.fixture(scope="module")
def duo(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge with two workers."""
    rules = written(tmp_path_factory.mktemp("site") / "rules")
    with serving(
        origin,
        rules,
        "--workers",
        "2",
        "--log-format",
        "json",
        "--debug-token",
        TOKEN,
        "--trusted-proxies",
        "127.0.0.1",
    ) as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        yield served


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


# Observing


def test_observing_it_decides_and_counts_and_leaves_every_page_untouched(origin: RawOrigin, tmp_path: Path) -> None:
    with serving(
        origin, written(tmp_path / "rules"), "--observe", "--admin-token", TOKEN, "--debug-token", TOKEN
    ) as served:
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
