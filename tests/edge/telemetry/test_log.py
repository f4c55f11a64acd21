from __future__ import annotations

import logging
import sys

import orjson

from edge.telemetry.log import JsonLine, TextLine, WithoutCuts


def record(message: str, error: Exception | None = None, **facts: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": message, "levelname": "WARNING", "created": 0.0, **facts})
    if error is not None:
        try:
            raise error
        except Exception:
            made.exc_info = sys.exc_info()
    return made


def test_a_line_for_people_says_when_how_bad_what_and_its_facts() -> None:
    assert TextLine().format(record("the origin is slow", path="/a")) == (
        "1970-01-01T00:00:00.000+00:00 warning the origin is slow path=/a"
    )


def test_nobody_can_write_a_line_of_their_own_or_colour_it() -> None:
    line = TextLine().format(record("an error", path="/x\n1970-01-01 error forged \x1b[31mred"))
    assert line.endswith(" an error path=/x\\n1970-01-01 error forged \\x1b[31mred")


def test_a_line_for_programs_is_one_json_object_even_with_a_traceback() -> None:
    line = JsonLine().format(record("broken\nbadly", ValueError("x"), path="/a"))
    assert "\n" not in line
    said = orjson.loads(line)
    assert (said["level"], said["message"], said["path"]) == ("warning", "broken\nbadly", "/a")
    assert "ValueError: x" in said["exception"]


def test_an_answer_that_was_cut_on_purpose_leaves_no_traceback() -> None:
    raised = 'Application callable raised an exception\nTraceback (most recent call last):\n  File "x.py", line 1\n'
    assert not WithoutCuts().filter(record(f"{raised}Cut: "))
    assert WithoutCuts().filter(record(f"{raised}ValueError: Cut: no"))
    assert WithoutCuts().filter(record("Cut"))
