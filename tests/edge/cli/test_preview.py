"""`windsock preview`, as it is typed; and the link, followed on an app."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import edge
from edge.cli import run
from edge.middleware.preview import Preview, Previews
from edge.settings.secret import keys_of, make
from tests.asgi import Page, ask
from tests.edge.cli.refused import refused
from tests.wire import RawOrigin, Served, field, get, served

HERO = """
experience: hero
purpose: content
where: [/, "/shop/*"]
slot: "#hero"
variants: {classic: original, rain: {text: Rain}}
choose:
  - when: {weather: rain}
    show: rain
"""

Made = Callable[..., tuple[str, str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which an edge has been started once."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules" / "site").mkdir(parents=True)
    (tmp_path / "rules" / "site" / "hero.yaml").write_text(HERO)
    make(tmp_path / "windsock.secret")
    return tmp_path


@pytest.fixture
def made(place: Path, capsys: pytest.CaptureFixture[str]) -> Made:
    def link(*arguments: str) -> tuple[str, str]:
        assert place.is_dir()
        assert run(["preview", *arguments]) == 0
        out, err = capsys.readouterr()
        return out.rstrip("\n"), err

    return link


def forced(url: str, place: Path) -> Preview | None:
    """What a link forces, as the edge reads it."""
    parts = urlsplit(url)
    scope = {"query_string": parts.query.encode(), "path": parts.path, "headers": [(b"host", parts.netloc.encode())]}
    return Previews(keys_of(place / "windsock.secret")).take(scope, time.time())[1]


def test_the_link_is_the_only_line_on_the_output(made: Made, place: Path) -> None:
    url, beside = made("https://shop.example/?a=1#top", "--variant", "hero=rain", "--signal", "country=NO")
    assert url.startswith("https://shop.example/?a=1&windsock-preview=1.")
    assert url.endswith("#top")
    assert beside.startswith("valid until ")
    preview = forced(url, place)
    assert preview is not None
    assert (preview.variants, preview.signals) == ({"hero": "rain"}, ("country=NO",))
    assert (preview.path, preview.host) == ("/", "shop.example")


@pytest.mark.parametrize(
    ("said", "seconds"), [((), 3600), (("--expires", "7d"), 7 * 86400), (("--expires", "30s"), 30)]
)
def test_it_is_valid_for_an_hour_unless_something_else_is_said(
    made: Made, place: Path, said: tuple[str, ...], seconds: int
) -> None:
    preview = forced(made("/", "--variant", "hero=rain", *said)[0], place)
    assert preview is not None
    assert abs(preview.expires - seconds - time.time()) < 5


def test_a_path_alone_is_valid_on_every_host(made: Made, place: Path) -> None:
    url = made("/shop/boots", "--variant", "hero=rain")[0]
    assert url.startswith("/shop/boots?windsock-preview=")
    assert forced(f"https://anything.example{url}", place) is not None


async def followed(app: edge.Personalization, url: str) -> bytes:
    """The page of that link."""
    try:
        return (await ask(app, url)).body
    finally:
        await app.aclose()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_link_works_on_an_app_with_the_same_store(made: Made, place: Path) -> None:
    app = edge.Personalization(Page(b"<body><h1 id=hero>Classic</h1></body>"), rules=place / "rules" / "site")
    assert b"<h1 id=hero>Rain</h1>" in asyncio.run(followed(app, made("/", "--variant", "hero=rain")[0]))
    assert b"<h1 id=hero>Rain</h1>" in asyncio.run(followed(app, made("/", "--signal", "weather=rain")[0]))
    assert asyncio.run(followed(app, "/")) == b"<body><h1 id=hero>Classic</h1></body>"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_follows_from_a_forced_signal_is_forced_with_it(made: Made, place: Path) -> None:
    (place / "rules" / "site" / "hero.yaml").write_text(HERO.replace("weather: rain", "weekday: sat, season: summer"))
    app = edge.Personalization(Page(b"<body><h1 id=hero>Classic</h1></body>"), rules=place / "rules" / "site")
    assert b"<h1 id=hero>Rain</h1>" in asyncio.run(followed(app, made("/", "--signal", "date=2026-06-06")[0]))


@pytest.mark.parametrize(("said", "file"), [((), "windsock.secret"), (("--secret-file", "own.key"), "own.key")])
def test_where_no_edge_has_been_started_yet_the_key_is_made(
    made: Made, place: Path, said: tuple[str, ...], file: str
) -> None:
    (place / "windsock.secret").unlink()
    beside = made("/", "--variant", "hero=rain", *said)[1]
    assert beside.startswith(f"{file} is new: the link works on an edge that reads this file\n")
    assert (place / file).stat().st_mode & 0o777 == 0o600
    kept = keys_of(place / file)
    assert "is new" not in made("/", "--variant", "hero=rain", *said)[1]
    assert keys_of(place / file) == kept


def test_what_is_switched_off_is_said_beside(made: Made, place: Path) -> None:
    (place / "windsock.off.json").write_text('{"off": ["hero"]}')
    assert "hero is switched off, so the link shows its default" in made("/", "--variant", "hero=rain")[1]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "windsock preview: missing argument"),
        (["/"], "windsock preview: nothing is forced; write --variant EXPERIENCE=VARIANT or --signal NAME=VALUE"),
        (["pricing", "--variant", "hero=rain"], "windsock preview: `pricing` is no page"),
        (
            ["/", "--variant", "hero"],
            "windsock preview: --variant `hero` has no variant; write it as",
        ),
        (["/", "--variant", "heros=rain"], "windsock preview: there is no experience `heros`; did you mean `hero`?"),
        (["/", "--variant", "hero=rian"], "windsock preview: hero has no variant `rian`; did you mean `rain`?"),
        (["/x", "--variant", "hero=rain"], "windsock preview: hero is not on this page; see windsock explain /x"),
        (["/", "--variant", "hero=rain", "--variant", "hero=classic"], "windsock preview: hero is given twice"),
        (["/", "--signal", "wether=rain"], "windsock preview: unknown signal `wether`; did you mean `weather`?"),
        (["/", "--signal", "path=/x"], "windsock preview: signal `path` comes from the page"),
        (["/", "--variant", "hero=rain", "--expires", "8d"], "windsock preview: --expires `8d` is out of reach"),
        (["/", "--variant", "hero=rain", "--expires", "0s"], "windsock preview: --expires"),
        (["/", "--variant", "hero=rain", "--expires", "soon"], "windsock preview: --expires"),
        (
            ["/", "--variant", "hero=rain", "--secret-file", "no/key"],
            "windsock preview: secret_file no/key cannot be made (No such file or directory); name the edge's own",
        ),
        (
            ["/", *(f"--signal=query.p{n}={'x' * 100}" for n in range(40))],
            "windsock preview: this is too much for a link",
        ),
    ],
)
@pytest.mark.usefixtures("place")
def test_what_cannot_be_understood_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(["preview", *arguments], capsys).startswith(line)


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", "--help"]) == 0
    assert "windsock preview https://shop.example/ --variant homepage-hero=rain\n" in capsys.readouterr().out


@pytest.fixture
def origin() -> Iterator[RawOrigin]:
    origin = RawOrigin()
    for path in ("/", "/?a=1"):
        origin.page(path, b"<body><h1 id=hero>Classic</h1></body>")
    yield origin
    origin.close()


def test_the_link_works_on_a_running_edge_which_made_the_key(
    place: Path, made: Made, origin: RawOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = place / "own.key"
    with served(origin.url, place / "rules" / "site", "--secret-file", str(key), "--workers", "2") as edge:
        monkeypatch.setenv("WINDSOCK_SECRET_FILE", str(key))
        link = made("/?a=1", "--variant", "hero=rain")[0]
        for _ in range(6):  # on any worker
            status, head, body = get(edge.port, link)
            assert (status, field(head, "cache-control"), field(head, "set-cookie")) == (200, ["private, no-store"], [])
            assert b"<h1 id=hero>Rain</h1>" in body
        assert get(edge.port, "/?a=1")[2] == b"<body><h1 id=hero>Classic</h1></body>"
        assert get(edge.port, "/_windsock/preview.css")[0] == 200
    assert not any(b"windsock-preview" in head for head in origin.heads)
    assert key.stat().st_mode & 0o777 == 0o600


def test_an_edge_does_not_start_with_a_key_that_can_be_guessed(place: Path, origin: RawOrigin) -> None:
    (place / "own.key").write_text("password\n")
    with pytest.raises(AssertionError, match=r"own\.key holds a key that can be guessed; write at least 32 random"):
        Served(origin.url, place / "rules" / "site", "--secret-file", str(place / "own.key"))
