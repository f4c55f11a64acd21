"""The kill switch, as an operator uses it at 3 a.m.: `windsock off` and `windsock on` beside a running edge."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import (
    BODY,
    HERO,
    TOKEN,
    Visitors,
    answers,
    control_of,
    counted,
    edited,
    page,
    ready,
    serving,
    until,
    written,
)
from tests.wire import RawOrigin, Served, free_port, get

OTHER = HERO.replace("experience: hero", "experience: banner").replace("#hero", "#banner")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder of one test, with two experiences."""
    rules = written(tmp_path / "rules")
    (rules / "banner.yaml").write_text(OTHER)
    return rules


@pytest.fixture(scope="module")
def duo(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge with two workers and two experiences."""
    rules = written(tmp_path_factory.mktemp("site") / "rules")
    (rules / "banner.yaml").write_text(OTHER)
    with serving(origin, rules, "--workers", "2") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        yield served


@pytest.fixture
def both(duo: Served) -> Iterator[Served]:
    """The same, with nothing off before and afterwards."""
    yield duo
    switch(duo, "on")


def windsock(rules: Path, admin: int, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, as it is typed in the folder of the store."""
    flags = ("--rules", str(rules), "--store", f"sqlite:///{rules.parent}/windsock.db")
    return subprocess.run(
        [sys.executable, "-m", "edge.cli", *words, *flags, "--admin", f"127.0.0.1:{admin}"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def switch(served: Served, *words: str) -> str:
    """What it says when all is well."""
    done = windsock(served.rules, served.admin, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def reasons(served: Served) -> dict[str, str]:
    """Why each experience of the start page is as it is."""
    said = json.loads(get(served.admin, "/explain?path=/&bucket=7")[2])
    return {decision["experience"]: decision["reason"] for decision in said["decisions"]}


def test_an_experience_that_is_switched_off_gives_its_default_on_every_worker_once_the_command_returns(
    both: Served,
) -> None:
    with Visitors(both) as visitors:
        visitors.more()
        assert switch(both, "off", "hero") == "off: hero, on 2 workers\n"
        assert {page(both) for _ in range(20)} == {BODY}
        assert reasons(both) == {"hero": "off", "banner": "rule"}
        assert counted(both, "windsock_decisions_total", experience="hero", reason="off") >= 20
        assert switch(both, "on", "hero") == "nothing is off, on 2 workers\n"
        assert {page(both) for _ in range(20)} == {edited()}
    assert visitors.failures == []
    assert {body for _, body in visitors.pages} <= {BODY, edited()}


def test_without_a_name_everything_is_off_also_what_is_added_later(both: Served) -> None:
    assert switch(both, "off") == "everything is off, on 2 workers\n"
    (both.rules / "later.yaml").write_text(HERO.replace("experience: hero", "experience: later"))
    until(lambda: reasons(both) == {"hero": "off", "banner": "off", "later": "off"})
    assert page(both) == BODY
    (both.rules / "later.yaml").unlink()
    until(lambda: "later" not in reasons(both))
    assert switch(both, "on", "hero") == "off: banner, on 2 workers\n"
    assert page(both) == edited()


def test_what_is_off_is_shown_by_readyz_and_the_log_and_is_no_reason_to_be_unready(both: Served) -> None:
    switch(both, "off", "hero")
    said = ready(both)
    assert (said["ready"], said["off"], said["problem"]) == (True, ["hero"], None)
    assert both.says("warning off: hero")


def test_a_name_that_nobody_knows_is_refused_with_the_nearest_one(both: Served) -> None:
    done = windsock(both.rules, both.admin, "off", "hreo")
    assert done.returncode == 2
    assert done.stderr == "windsock off: there is no experience `hreo`; did you mean `hero`?\n"
    assert ready(both)["off"] == []


def test_it_works_while_the_rules_folder_is_broken(both: Served) -> None:
    (both.rules / "hero.yaml").write_text("experience: [")
    until(lambda: ready(both)["problem"])
    switch(both, "off", "hero")
    assert page(both) == BODY
    (both.rules / "hero.yaml").write_text(HERO)
    until(lambda: not ready(both)["problem"])
    assert (page(both), ready(both)["off"]) == (BODY, ["hero"])


def test_it_outlives_the_control_process(both: Served) -> None:
    switch(both, "off", "hero")
    killed = control_of(both)
    os.kill(killed, signal.SIGKILL)
    until(lambda: answers(both.admin) and control_of(both) != killed)
    assert (page(both), ready(both)["off"]) == (BODY, ["hero"])


def test_it_outlives_a_restart(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules) as served:
        switch(served, "off", "hero")
    with serving(origin, rules) as served:
        assert (page(served), ready(served)["off"]) == (BODY, ["hero"])
        switch(served, "on")
    with serving(origin, rules) as served:
        assert (page(served), ready(served)["off"]) == (edited(), [])


def test_where_no_edge_runs_the_next_start_respects_it_and_the_command_says_so(origin: RawOrigin, rules: Path) -> None:
    nobody = free_port()
    done = windsock(rules, nobody, "off", "hero")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        rf"no edge answers at 127\.0\.0\.1:{nobody}; the next start respects it \(.*\)\noff: hero\n", done.stdout
    )
    assert windsock(rules, nobody, "off", "hreo").returncode == 2
    with serving(origin, rules) as served:
        assert page(served) == BODY
        assert served.says("warning off: hero")


def test_where_no_edge_runs_and_the_rules_are_broken_the_last_good_edition_knows_the_names(
    origin: RawOrigin, rules: Path
) -> None:
    with serving(origin, rules):
        pass
    (rules / "hero.yaml").write_text("experience: [")
    assert windsock(rules, free_port(), "off", "hreo").returncode == 2
    assert windsock(rules, free_port(), "off", "hero").returncode == 0
    with serving(origin, rules) as served:
        assert page(served) == BODY


@pytest.mark.parametrize("damage", [b"", b'{"off": "hero"}', b'{"off": [7]}', b"{}", b"x" * 2_000_000])
def test_a_damaged_file_switches_everything_off_and_the_log_says_so(
    origin: RawOrigin, rules: Path, damage: bytes
) -> None:
    """Something was off, and nobody knows what: the site's own pages do no harm."""
    (rules.parent / "windsock.off.json").write_bytes(damage)
    with serving(origin, rules) as served:
        assert (page(served), ready(served)["off"]) == (BODY, ["*"])
        assert served.says("windsock.off.json does not say what is switched off")
        assert switch(served, "on") == "nothing is off, on 1 worker\n"
        assert page(served) == edited()


def test_where_it_cannot_be_kept_it_acts_and_says_that_it_will_not_last(origin: RawOrigin, rules: Path) -> None:
    (rules.parent / "windsock.off.json").mkdir()
    with serving(origin, rules) as served:
        switch_on = windsock(rules, served.admin, "on")
        assert switch_on.returncode == 0
        done = windsock(rules, served.admin, "off", "hero")
        assert (done.returncode, done.stdout) == (0, "off: hero, on 1 worker\n")
        assert "windsock: this will not outlive a restart" in done.stderr
        assert page(served) == BODY


def test_with_an_admin_token_it_needs_that(origin: RawOrigin, rules: Path) -> None:
    with serving(origin, rules, "--admin-token", TOKEN) as served:
        done = windsock(rules, served.admin, "off")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "admin_token" in done.stderr
        assert page(served) == edited()
        assert windsock(rules, served.admin, "off", "--admin-token", TOKEN).returncode == 0
        assert page(served) == BODY


def posted(served: Served, target: str, body: bytes, *fields: str) -> tuple[int, Any]:
    """What the private listener says to this."""
    status, _, said = get(served.admin, target, *fields, method="POST", body=body)
    return status, json.loads(said)


@pytest.mark.parametrize(
    "body", [b"hero", b"[]", b'"hero"', b'{"name": "hero"}', b'{"experience": 7}', b"{" + b" " * 9000 + b"}", b"\xff"]
)
def test_a_body_that_is_not_understood_switches_nothing(both: Served, body: bytes) -> None:
    status, said = posted(both, "/off", body)
    assert (status, list(said)) == (400, ["error"])
    assert ready(both)["off"] == []


@pytest.mark.parametrize(
    "field", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example", "Origin: null"]
)
def test_a_page_of_another_site_switches_nothing(both: Served, field: str) -> None:
    assert posted(both, "/off", b"{}", field)[0] == 403
    assert ready(both)["off"] == []


def test_a_request_that_only_looks_switches_nothing(both: Served) -> None:
    assert get(both.admin, "/off")[0] == 405
    assert ready(both)["off"] == []
