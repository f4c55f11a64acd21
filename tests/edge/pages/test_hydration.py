from __future__ import annotations

import pytest

from edge.pages.hydration import framework


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (b'<div id="__next"><h1>a</h1></div>', "Next.js"),
        (b"<script>(self.__next_f=self.__next_f||[]).push([0])</script>", "Next.js"),
        (b'<script id="__NEXT_DATA__" type="application/json">{}</script>', "Next.js"),
        (b"<div id=__nuxt></div>", "Nuxt"),
        (b"<script>window.__NUXT__={}</script>", "Nuxt"),
        (b"<script>window.__remixContext = {};</script>", "Remix"),
        (b"<script>window.__reactRouterContext = {};</script>", "React Router"),
        (b"<body data-sveltekit-preload-data=hover>", "SvelteKit"),
        (b"<script>{ __sveltekit_1a2b3c = {base: ''}; }</script>", "SvelteKit"),
        (b"<div id='___gatsby'></div>", "Gatsby"),
        (b'<app-root ng-version="19.0.0"></app-root>', "Angular"),
        (b'<astro-island uid="x"></astro-island>', "Astro islands"),
        (b'<html q:container="paused">', "Qwik"),
        (b'<div id="root" data-reactroot=""></div>', "React"),
        (b'<div id="app" data-server-rendered="true"></div>', "Vue"),
    ],
)
def test_a_framework_is_known_by_what_only_it_writes(page: bytes, name: str) -> None:
    assert framework(b"<!doctype html><title>x</title>" + page) == name


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<p>How to read window.__NUXT__ and id=__next</p>",
        b"<!-- <div id=__next> -->",
        b'<p title="&lt;div id=__next>">',
        b"<script>jQuery(function(){})</script>",
        b"<div id=next></div>",
    ],
)
def test_a_page_that_only_talks_about_a_framework_does_not_hydrate(page: bytes) -> None:
    assert framework(page) is None
