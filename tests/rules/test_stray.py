"""Braces that mean to be a placeholder and are none."""

from __future__ import annotations

import pytest

from rules.stray import strays

TEXT, HTML, SRC, CLICK = (
    ("variants", "a", *rest) for rest in (("text",), ("html",), ("set", "src"), ("set", "onclick"))
)


@pytest.mark.parametrize(
    ("path", "text", "caught", "names"),
    [
        (TEXT, "{name}", ("title",), ["name"]),
        (TEXT, "{city} {utm.source}", (), ["city", "utm.source"]),
        (TEXT, "{title} {place.name} {place.soup}", ("title",), []),
        (TEXT, "{ a } {} {a b} {1} {{a}} ${a}", (), []),
        (SRC, "/art/{name}.jpg", (), ["name"]),
        (CLICK, "go({name})", (), []),
        (HTML, "<p>{name}</p>", ("title",), ["name"]),
        (HTML, "<p>{name}</p>", (), []),
        (HTML, "<p>{place_name} {Place.Name}</p>", (), ["place_name", "Place.Name"]),
        (HTML, "<a href='/é/{name}'>", ("title",), ["name"]),
        (HTML, "<script>{name}</script><style>{name}</style><!-- {name} -->", ("title",), []),
        (HTML, "<p onclick='{name}' style='{name}' {name}>", ("title",), []),
        (HTML, "<p>{{name}} ${name}</p>", ("title",), []),
    ],
)
def test_it_is_one_where_braces_can_mean_nothing_else(
    path: tuple[str, ...], text: str, caught: tuple[str, ...], names: list[str]
) -> None:
    found = list(strays(path, text, caught))
    assert len(found) == len(names)
    assert all(f"`{{{name}}}`" in mistake.message for name, mistake in zip(names, found, strict=True))


def test_it_names_what_is_caught_and_what_was_meant() -> None:
    (mistake,) = strays(TEXT, "{slugg}", ("slug",))
    assert "it catches `{slug}`" in mistake.message
    assert "did you mean `{slug}`?" in mistake.hint
