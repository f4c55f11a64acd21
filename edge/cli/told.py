"""What was learned, told to people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson


def told(found: dict[str, Any]) -> Iterator[str]:
    """What `windsock model show` prints, line by line."""
    snapshot = found["snapshot"]
    if snapshot is None:
        yield "nothing has been learned yet"
        return
    yield f"snapshot {snapshot['number']}, {clock(snapshot['made'])}, {_age(snapshot['age'])} old"
    if found["held"]:
        yield f"held: {found['held']}"
    for name, why in found["stopped"].items():
        yield f"{name} is stopped: {why}; windsock on {name} ends that"
    for each in found["models"]:
        yield ""
        yield from _tell_model(each)
    yield ""
    yield f"snapshots kept: {', '.join(str(each['number']) for each in found['snapshots'])}"
    for note in found["audit"][:5]:
        yield f"{clock(note['at'])} {note['who']}: {note['what']} {orjson.dumps(note['details']).decode()}"


def _tell_model(found: dict[str, Any]) -> Iterator[str]:
    by = f" by {', '.join(found['signals'])}" if found["signals"] else ""
    dropped = f", {found['dropped']} dropped as not plausible" if found["dropped"] else ""
    yield f"{found['experience']}: {found['policy']}{by}; {found['learned']:,} exposures learned{dropped}"
    for each in found["variants"]:
        rate = f"{each['successes'] / each['visits']:.2%}" if each["visits"] else "–"
        share = f"{each['share']:.1%} of the traffic" if each["share"] is not None else ""
        notes = [name for name in ("new", "withdrawn") if each[name]]
        notes += [f"its success changed {clock(each['changed'])}"] if each["changed"] else []
        line = f"  {each['variant']:<16} {each['successes']:>8,.0f} of {each['visits']:>9,.0f} {rate:>7}  {share}"
        yield f"{line}  {', '.join(notes)}".rstrip()
    if found["agreement"] is not None:
        yield f"  it agrees with the rules on {found['agreement']:.1%} of the visits"
        yield f"  its own choices would earn {found['value']:.2%}, those of the rules earn {found['rewards']:.2%}"
    for each in found["cells"] if found["signals"] else ():
        shares = ", ".join(f"{name} {share:.0%}" for name, share in each["shares"].items())
        yield f"    {' · '.join(each['cell'])}: {shares}"


def clock(at: float) -> str:
    """A moment, for people."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _age(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.0f} h"
    )
