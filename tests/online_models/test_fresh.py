"""The edge decides in processes that never see River."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from online_models.distribution import distribution
from online_models.policies import NAMES, make
from online_models.snapshot import Snapshot, read, write

ARMS = ("a", "b", "c", "d")
CELL = ("mobile", "NO")


def _python(code: str, *, given: bytes = b"", seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=given,
        capture_output=True,
        check=True,
        timeout=60,
        env=os.environ | {"PYTHONHASHSEED": seed},
    )
    return done.stdout.decode()


def test_reading_a_snapshot_and_deciding_by_it_loads_neither_river_nor_numpy() -> None:
    loaded = _python("import online_models.snapshot, online_models.distribution, sys; print(*sys.modules)").split()
    assert "online_models.distribution" in loaded
    assert not {"river", "numpy", "scipy"} & set(loaded)


def test_another_process_finds_the_same_shares_to_the_last_bit() -> None:
    models = {}
    for name in NAMES:
        bandit = make(name, ARMS, ("device", "country"))
        for n in range(800):
            cell = (("mobile", "desktop")[n % 2], ("NO", "DE", "FR")[n % 3])
            bandit.learn(cell, ARMS[n * 7 % 4], float(n % 11 < n * 7 % 4), 1e9 + 60 * n, 0.25)
        models[name] = bandit.model()
    raw = write(Snapshot(1, models=models))
    here = {name: distribution(model, name, CELL, ARMS) for name, model in read(raw).models.items()}
    code = (
        "import sys, json\n"
        "from online_models.snapshot import read\n"
        "from online_models.distribution import distribution\n"
        "models = read(sys.stdin.buffer.read()).models\n"
        f"print(json.dumps({{name: distribution(model, name, {CELL}, {ARMS}) for name, model in models.items()}}))\n"
    )
    for seed in ("1", "2"):
        there = json.loads(_python(code, given=raw, seed=seed))
        assert {name: tuple(shares) for name, shares in there.items()} == here
