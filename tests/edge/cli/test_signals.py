"""`windsock signals`, as it is typed; and `/signals` of a running edge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from edge.cli import run
from tests.geo import DATABASE
from tests.running import serving, site, until, written
from tests.wire import Served, free_port, get

LONDON = "81.2.69.160"
SITE = """
timezone: Europe/Oslo
places:
  lisbon: {name: Lisbon, at: [38.72, -9.14], timezone: Europe/Lisbon}
about: {"/to/{slug}": "{slug}"}
signals: {mood: {pushed: true}}
"""
WEATHER = {"*": {"weather": "rain", "temperature": 7.5}}

Signals = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = written(tmp_path_factory.mktemp("signals") / "rules")
    (folder / "site.yaml").write_text(SITE)
    return folder


@pytest.fixture
def signals(rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Signals:
    """What the command says as JSON where no edge runs."""
    monkeypatch.setenv("WINDSOCK_GEO_DATABASE", str(DATABASE))

    def told(*arguments: str) -> dict[str, Any]:
        assert run(["signals", *arguments, "--rules", str(rules), "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)["signals"]
        return found

    return told


def test_each_signal_says_its_value_its_source_and_its_age(signals: Signals) -> None:
    found = signals("/", "--ip", LONDON, "--at", "2026-06-01T12:00")
    country = found["country"]
    assert (country["value"], country["source"].partition(" of ")[0]) == ("GB", "GeoIP2-City")
    assert country["age"] > 86_400
    assert found["hour"] == {"value": 11, "source": "the clock in Europe/London, where the visitor is", "age": None}


@pytest.mark.parametrize("name", ["weather", "load", "event", "language", "session.pages"])
def test_what_nobody_knows_says_why(signals: Signals, name: str) -> None:
    found = signals("/")[name]
    assert found["value"] == "unknown"
    assert found["source"]


def test_a_signal_that_is_given_says_so(signals: Signals) -> None:
    found = signals("/", "--signal", "weather=rain")["weather"]
    assert found == {"value": "rain", "source": "given with the question", "age": None}


def test_the_visitor_is_described_as_to_explain(signals: Signals) -> None:
    found = signals("/to/lisbon?utm_source=x", "--header", "Accept-Language: nb", "--user-agent", "curl/8")
    assert (found["language"]["value"], found["device"]["value"], found["utm.source"]["value"]) == ("no", "bot", "x")
    assert found["place.name"] == {"value": "Lisbon", "source": "lisbon in site.yaml", "age": None}
    assert found["place.hour"]["source"] == "the clock in Europe/Lisbon"


def test_a_session_is_told_of_who_has_agreed(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDSOCK_CONSENT", "consented")
    monkeypatch.setenv("WINDSOCK_CONSENT_COOKIE", "ok")
    found = signals("/", "--header", "Cookie: ok=yes; windsock-session=3r")
    assert found["session.pages"] == {"value": 4, "source": "the cookie windsock-session", "age": None}


def test_a_file_of_weather_is_read_here_too(signals: Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weather.json"
    file.write_text(json.dumps(WEATHER))
    monkeypatch.setenv("WINDSOCK_WEATHER", f"file:{file}")
    assert signals("/", "--ip", LONDON)["weather"] == {"value": "rain", "source": f"file:{file}", "age": None}


def test_a_file_of_weather_that_cannot_be_read_is_one_line(
    rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDSOCK_WEATHER", "file:nowhere.json")
    assert run(["signals", "/", "--rules", str(rules)]) == 2
    assert capsys.readouterr().err.startswith("windsock signals: the weather cannot be read: ")


def test_for_people_it_is_a_table_with_the_unknown_at_its_end(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["signals", "/?x=%1b[2J", "--rules", str(rules)]) == 0
    lines = capsys.readouterr().out.splitlines()
    known = ["unknown" not in line.split()[1:2] for line in lines]
    assert known == sorted(known, reverse=True)
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    "arguments", [["nowhere"], ["/", "--ip", "x"], ["/", "--at", "soon"], ["/", "--signal", "a=b"]]
)
def test_a_question_that_is_not_understood_is_one_line(
    rules: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["signals", *arguments, "--rules", str(rules)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_where_no_edge_runs_that_is_said(
    rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDSOCK_RULES", str(rules))
    assert run(["signals", "/", "--admin", f"127.0.0.1:{free_port()}"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("no edge answers at 127.0.0.1:")
    assert "the clock in Europe/Oslo" in said.out


# Of a running edge


@pytest.fixture(scope="module")
def edge(rules: Path) -> Iterator[Served]:
    weather = rules.parent / "weather.json"
    weather.write_text(json.dumps(WEATHER))
    origin = site()
    with serving(origin, rules, "--geo-database", str(DATABASE), "--weather", f"file:{weather}") as served:
        yield served
    origin.close()


def of(edge: Served, question: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get(edge.admin, f"/signals?{question}")[2])["signals"]
    return found


def test_the_weather_of_the_edge_is_told(edge: Served) -> None:
    until(lambda: of(edge, f"path=/&ip={LONDON}")["weather"]["value"] == "rain")
    found = of(edge, f"path=/&ip={LONDON}")
    assert found["temperature"]["value"] == 7.5
    assert found["weather"]["source"].startswith("file:")


def test_what_is_pushed_says_until_when_it_holds(edge: Served) -> None:
    assert of(edge, "path=/")["mood"] == {"value": "unknown", "source": "nothing is pushed", "age": None}
    assert get(edge.admin, "/signals/mood", method="PUT", body=b'{"value": "busy", "ttl": "5m"}')[0] == 200
    assert (
        get(edge.admin, "/signals/place/lisbon/queue", method="PUT", body=b'{"value": "long", "ttl": "5m"}')[0] == 200
    )
    until(lambda: of(edge, "path=/")["mood"]["value"] == "busy")
    found = of(edge, "path=/to/lisbon")
    assert found["mood"]["source"].startswith("pushed, holds until 20")
    assert (found["place.queue"]["value"], found["place.weather"]["value"]) == ("long", "rain")


def test_explain_knows_what_the_edge_knows(edge: Served) -> None:
    until(lambda: b'"weather": "rain"' in get(edge.admin, f"/explain?path=/&ip={LONDON}")[2])


def test_the_command_asks_the_edge(edge: Served, capsys: pytest.CaptureFixture[str]) -> None:
    until(lambda: of(edge, f"path=/&ip={LONDON}")["weather"]["value"] == "rain")
    assert run(["signals", "/", "--ip", LONDON, "--admin", f"127.0.0.1:{edge.admin}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["signals"]["weather"]["value"] == "rain"


@pytest.mark.parametrize("question", ["ip=x", "nonsense=1", f"header={quote('no header')}"])
def test_the_edge_says_what_it_has_not_understood(edge: Served, question: str) -> None:
    status, _, body = get(edge.admin, f"/signals?{question}")
    assert status == 400
    assert "\n" not in json.loads(body)["error"]


def test_what_answers_there_and_is_no_edge_is_said(edge: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["signals", "/", "--admin", f"127.0.0.1:{edge.port}"]) == 2
    assert "is no edge" in capsys.readouterr().err
