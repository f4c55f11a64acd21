"""`python -m loadtest.bench`: exit code 0 when every gate held, 1 when one was missed, 2 when nothing was measured."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from loadtest.bench import memory, table
from loadtest.bench.machine import machine, versions
from loadtest.bench.measure import measure
from loadtest.bench.missing import BenchError
from loadtest.bench.page import SIZE
from loadtest.bench.rounds import judge
from loadtest.bench.targets import GATES, TARGETS, chosen, running
from loadtest.bench.wrk import CONNECTIONS, FIELDS


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and tell whether the gates held."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="windsock-bench-") as folder:
            run = _memory if options.memory else _cpu
            return run(options, Path(folder))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    finally:
        _progress("")


def _cpu(options: argparse.Namespace, folder: Path) -> int:
    targets = chosen(options.only)
    with running(targets, folder) as servers:
        rounds = measure(targets, servers, options.rounds, options.seconds, _progress)
    verdicts = judge(rounds, GATES)
    if options.json:
        how = {"machine": machine(), "versions": versions(), "connections": CONNECTIONS, "seconds": options.seconds}
        print(json.dumps({**how, **table.document(targets, rounds, verdicts)}))
    else:
        print(*table.lines(targets, rounds), "", sep="\n")
        print(*table.promises(verdicts), "", sep="\n")
        load = f"{options.rounds} rounds of {options.seconds} s, {CONNECTIONS} connections"
        print(f"{load}, {len(FIELDS)} header fields and Host, {SIZE:,} bytes a page.")
        print(f"{machine()}; " + ", ".join(f"{name} {version}" for name, version in versions().items()))
    return 1 if any(one.held is False for one in verdicts) else 0


def _memory(options: argparse.Namespace, folder: Path) -> int:
    grown = memory.measure(folder, options.transport, max(options.seconds, 10), _progress)
    if options.json:
        print(json.dumps({**asdict(grown), "limit": memory.LIMIT, "held": grown.held}))
    else:
        print(memory.line(grown))
    return 0 if grown.held else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtest.bench", description="What a request costs.")
    names = ", ".join(target.name for target in TARGETS)
    parser.add_argument("--seconds", type=_positive, default=2, metavar="N", help="how long each target is loaded (2)")
    parser.add_argument("--rounds", type=_positive, default=5, metavar="N", help="how often all take their turn (5)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help=f"one of {names}; may be repeated")
    parser.add_argument("--memory", action="store_true", help="measure what slow readers cost in memory instead")
    parser.add_argument("--transport", choices=("own", "httpx"), default="own", help="with --memory: to the origin")
    parser.add_argument("--json", action="store_true", help="print the result, with every sample, for a program")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _progress(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
