"""Settings: which source wins, what is refused, and that every process has the very same ones."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import get_type_hints

import pytest

from edge.errors import WindsockError
from edge.settings import SETTINGS, Address, Settings, default, from_json, load, to_json, unbuilt


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _file(text: str, name: str = "windsock.toml") -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def test_the_table_and_the_settings_name_the_same_things() -> None:
    assert [setting.name for setting in SETTINGS] == [
        field.name for field in dataclasses.fields(Settings) if field.name != "sources"
    ]


def test_every_default_is_one_that_an_operator_could_write() -> None:
    given = {setting.name: setting.default for setting in SETTINGS if setting.default}
    assert load(given) == default()


def test_defaults_are_the_ones_that_are_promised() -> None:
    settings = default()
    assert settings.listen == Address("0.0.0.0", 8080)
    assert settings.admin == Address("127.0.0.1", 8081)
    assert settings.rules == Path("rules/site")
    assert settings.decision_budget_ms == 25
    assert settings.max_page_bytes == 10 * 1024 * 1024
    assert settings.connect_timeout == 2.0
    assert settings.preserve_host
    assert not settings.observe


def test_a_flag_wins_over_a_variable_over_the_file_over_the_default() -> None:
    _file('consent = "strict"\ndebug_token = "file"\norigin = "http://file"\n')
    environment = {"WINDSOCK_ORIGIN": "http://variable", "WINDSOCK_DEBUG_TOKEN": "variable"}
    settings = load({"origin": "http://flag"}, environment)
    assert (settings.origin, settings.debug_token, settings.consent, settings.workers) == (
        "http://flag",
        "variable",
        "strict",
        default().workers,
    )


def test_each_value_remembers_where_it_came_from() -> None:
    _file("retention_days = 7\n")
    settings = load({"origin": "http://flag"}, {"WINDSOCK_WORKERS": "3"})
    assert settings.source("origin") == "flag --origin"
    assert settings.source("workers") == "variable WINDSOCK_WORKERS"
    assert settings.source("retention_days") == "windsock.toml, key retention_days"
    assert settings.source("listen") == "default"


def test_the_file_may_hold_plain_toml_values() -> None:
    _file('workers = 3\nconnect_timeout = 0.5\nobserve = true\nbypass = ["/a", "/b,c"]\n')
    settings = load()
    assert (settings.workers, settings.connect_timeout, settings.observe, settings.bypass) == (
        3,
        0.5,
        True,
        ("/a", "/b,c"),
    )


def test_another_file_can_be_named() -> None:
    _file("workers = 1\n")
    assert load(file=_file("workers = 2\n", "other.toml")).workers == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "trusted-proxies = '::1'",
            "other.toml, key trusted-proxies: no setting has this name; did you mean trusted_proxies?",
        ),
        ("zzz = 1", "other.toml, key zzz: no setting has this name"),
        ("workers = [1]", "other.toml, key workers: write a text, a number"),
        ("[origin]\nurl = 'http://a'", "other.toml, key origin: write a text"),
        ("workers = 2024-01-01", "other.toml, key workers: write a text"),
        ("workers =", "other.toml: is not valid TOML"),
        ("workers = 0", "other.toml, key workers is '0': write a whole number from 1"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(text: str, told: str) -> None:
    with pytest.raises(WindsockError) as refused:
        load(file=_file(text, "other.toml"))
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_an_error_when_it_was_named() -> None:
    with pytest.raises(WindsockError, match=r"nowhere\.toml: cannot be read"):
        load(file=Path("nowhere.toml"))


def test_a_file_that_is_not_text_is_an_error() -> None:
    Path("windsock.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(WindsockError, match="is not valid TOML"):
        load()


def test_an_unknown_variable_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(
        WindsockError, match=r"WINDSOCK_TRUSTED_PROXY is no setting; did you mean WINDSOCK_TRUSTED_PROXIES\?"
    ):
        load(environment={"WINDSOCK_TRUSTED_PROXY": "::1"})


@pytest.mark.parametrize(
    "variable",
    [
        "WINDSOCK",
        "WINDSOCKS_X",
        "PATH",
        "WINDSOCK_SERVICE_HOST",
        "WINDSOCK_SERVICE_PORT_HTTP",
        "WINDSOCK_ADMIN_SERVICE_PORT",
    ],
)
def test_variables_of_others_are_left_alone(variable: str) -> None:
    assert load(environment={variable: "10.0.0.1"}) == default()


def test_what_kubernetes_says_of_a_service_called_windsock_is_no_setting() -> None:
    environment = {"WINDSOCK_PORT": "tcp://10.0.0.1:8080", "WINDSOCK_PORT_8080_TCP_ADDR": "10.0.0.1"}
    assert load(environment=environment) == default()


def test_an_unknown_argument_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(WindsockError, match=r"argument debug_tokn is no setting; did you mean debug_token\?"):
        load(arguments={"debug_tokn": "x"})


def test_an_empty_variable_takes_away_what_the_file_says() -> None:
    _file('trusted_proxies = "10.0.0.0/8"\n')
    assert load(environment={"WINDSOCK_TRUSTED_PROXIES": ""}).trusted_proxies == ()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"origin": "shop.example"}, "flag --origin is 'shop.example': write the site's URL"),
        (
            {"decision_budget_ms": "101"},
            "flag --decision-budget-ms is '101': write a number of milliseconds from 1 to 100",
        ),
        ({"admin": "0.0.0.0:8081"}, "flag --admin opens 0.0.0.0:8081 to other machines and admin_token is not set"),
        ({"listen": "127.0.0.1:8081"}, "listen and admin are both 127.0.0.1:8081"),
        ({"origin_ca": "nowhere.pem"}, "flag --origin-ca names nowhere.pem, which is no file"),
        ({"consent": "maybe"}, "flag --consent is 'maybe': write strict, exempt or consented"),
    ],
)
def test_a_value_that_cannot_be_used_says_which_and_what_to_do(flags: dict[str, str], told: str) -> None:
    with pytest.raises(WindsockError) as refused:
        load(flags)
    assert str(refused.value).startswith(told)


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(WindsockError, match="flag --tls-cert is set without tls_key"):
        load({"tls_cert": str(_file("", "cert.pem"))})


def test_an_admin_listener_for_other_machines_is_fine_with_a_token() -> None:
    assert load({"admin": "0.0.0.0:8081", "admin_token": "a-long-word"}).admin_token == "a-long-word"


def test_settings_travel_as_json_with_the_same_values_and_sources(tmp_path: Path) -> None:
    certificate = str(_file("", "cert.pem"))
    settings = load(
        {
            "origin": "http://[::1]:3000/en",
            "admin": "[::1]:9",
            "workers": "3",
            "trusted_proxies": "10.0.0.0/8,::1",
            "origin_headers": "X-A: b",
            "connect_timeout": "1.25 s",
            "cache_bytes": "1.5 GiB",
            "tls_cert": certificate,
            "tls_key": certificate,
            "geo_database": str(tmp_path / "city.mmdb"),
        }
    )
    copy = from_json(to_json(settings))
    assert copy == settings
    assert copy.sources == settings.sources


def test_the_number_of_cores_is_counted_once_for_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    document = to_json(default())
    monkeypatch.setattr("edge.settings.parse.cores", lambda: 999)
    assert from_json(document) == dataclasses.replace(default(), workers=json.loads(document)["values"]["workers"])


def test_settings_have_the_types_that_they_state() -> None:
    settings, hints = default(), get_type_hints(Settings)
    for name in ("workers", "cache_bytes", "retention_days", "connect_timeout", "rules", "listen", "observe"):
        assert type(getattr(settings, name)) in (hints[name], type(Path())), name


def test_what_is_not_built_yet_is_said_when_it_was_asked_for() -> None:
    settings = load({"cache_profile": "strict", "workers": "1"})
    assert unbuilt(settings) == ("flag --cache-profile has no effect in this version: no page is stored",)


@pytest.mark.parametrize("store", ["memory:", "redis://shop:6379"])
def test_a_store_that_is_no_file_is_said_to_measure_nothing(store: str) -> None:
    (line,) = unbuilt(load({"store": store}))
    assert line.startswith("flag --store is no file, so that nothing is measured")


def test_a_cdn_that_nobody_vouches_for_is_said_to_have_no_effect() -> None:
    (line,) = unbuilt(load({"cdn": "cloudflare"}))
    assert line.startswith("flag --cdn has no effect: ")
    assert "trusted_proxies" in line
    assert unbuilt(load({"cdn": "cloudflare", "trusted_proxies": "192.0.2.0/24"})) == ()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"weather_url": "https://w.example/v1"}, "it is for weather=met or weather=open-meteo"),
        ({"weather": "open-meteo", "weather_contact": "ops@shop.example"}, "it is for weather=met"),
        ({"weather": "met", "weather_contact": "ops@shop.example", "weather_key": "k"}, "it is for weather=open-meteo"),
        ({"weather": "met", "weather_contact": "ops@shop.example"}, ""),
        ({"weather": "open-meteo", "weather_url": "https://w.example/v1", "weather_key": "k"}, ""),
    ],
)
def test_what_is_said_to_a_service_that_nobody_asks_has_no_effect(flags: dict[str, str], told: str) -> None:
    lines = unbuilt(load(flags))
    assert [told in line for line in lines] == ([True] if told else [])


def test_the_address_of_a_service_is_a_whole_one() -> None:
    with pytest.raises(WindsockError, match="write its whole address"):
        load({"weather_url": "weather.example"})


def test_what_is_not_built_yet_is_not_mentioned_to_those_who_did_not_ask() -> None:
    assert unbuilt(default()) == ()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"consent": "consented"}, ["flag --consent acts as strict, since nobody can have agreed: "]),
        ({"consent_cookie": "ok"}, ["flag --consent-cookie has no effect: "]),
        ({"consent": "consented", "consent_cookie": "ok"}, []),
        ({"consent": "strict"}, []),
    ],
)
def test_consent_without_a_cookie_that_says_so_is_said(flags: dict[str, str], told: list[str]) -> None:
    lines = unbuilt(load(flags))
    assert [line.startswith(beginning) for line, beginning in zip(lines, told, strict=True)] == [True] * len(told)


def test_no_secret_is_in_the_repr() -> None:
    settings = load({"debug_token": "hunter2", "admin_token": "hunter3", "origin_headers": "A: hunter4"})
    assert "hunter" not in repr(settings)
