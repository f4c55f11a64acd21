"""What a bench prints."""

from __future__ import annotations

import json

from loadtest.bench import memory
from loadtest.bench.rounds import Gate, Round, Sample, judge
from loadtest.bench.table import document, lines, promises
from loadtest.bench.targets import GATES, TARGETS, chosen

NGINX, OWN = (target for target in TARGETS if target.name in ("nginx", "own"))
ROUNDS: list[Round] = [
    {"nginx": Sample(40.0, 20_000.0, 2.5, 9.0), "own": Sample(cpu, 4_000.0, 9.0, 30.0)} for cpu in (160.0, 180.0, 240.0)
]


def test_the_table_is_markdown_with_a_line_for_each_target() -> None:
    head, rule, nginx, own = lines((NGINX, OWN), ROUNDS)
    assert [cell.strip() for cell in own.split("|")] == [
        *("", "windsock, page without experiences", "180", "4.5 (4 to 6)", "not measured", "4,000", "9.0 / 30.0", "")
    ]
    assert len({len(line) for line in (head, rule, nginx, own)}) == 1


def test_the_gates_are_markdown_with_what_was_measured_of_each() -> None:
    gates = [Gate("own", "nginx", 5, "five"), Gate("own", "nginx", 4, "four"), Gate("own", "stock", 0.125, "eighth")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in promises(judge(ROUNDS, gates))]
    assert rows[2:] == [
        ["five", "4.5 (4 to 6)", "held"],
        ["four", "4.5 (4 to 6)", "missed"],
        ["eighth", "not measured", ""],
    ]


def test_a_program_gets_every_sample() -> None:
    said = json.loads(json.dumps(document((NGINX, OWN), ROUNDS, judge(ROUNDS, GATES))))
    assert said["targets"]["own"]["to_nginx"] == {"median": 4.5, "least": 4.0, "most": 6.0}
    assert [each["own"]["cpu"] for each in said["rounds"]] == [160.0, 180.0, 240.0]
    assert [gate["held"] for gate in said["gates"]] == [True, None]


def test_every_gate_is_on_targets_that_are_measured() -> None:
    names = {target.name for target in chosen([])}
    assert {name for gate in GATES for name in (gate.target, gate.reference)} <= names


def test_the_memory_that_slow_readers_cost_is_held_against_its_limit() -> None:
    mib = 2**20
    assert memory.Growth(before=100 * mib, most=129 * mib).held
    assert not memory.Growth(before=100 * mib, most=130 * mib).held
    assert memory.line(memory.Growth(100 * mib, 104 * mib)) == (
        "held: 12 readers of 20 MiB at 1024 bytes/s raise memory by less than 30 MiB; measured 4.0, from 100.0 to 104.0"
    )
