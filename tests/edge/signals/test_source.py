"""Where visitors come from."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signals.source import Referrer, referrer, same_site, source
from rules.words import SIGNALS

SITE = "shop.example"


@pytest.mark.parametrize(
    ("referer", "wanted"),
    [
        (b"", "direct"),
        (b"about:blank", "direct"),
        (b"not an address", "direct"),
        (b"https://", "direct"),
        (b"https://shop.example/pricing", "internal"),
        (b"http://www.shop.example/", "internal"),
        (b"https://shop.example:8443/", "internal"),
        (b"https://blog.shop.example/", "referral"),
        (b"https://www.google.com/", "search"),
        (b"https://www.google.no/", "search"),
        (b"https://www.google.co.uk/url?q=x", "search"),
        (b"https://www.google.com.br/", "search"),
        (b"https://GOOGLE.com./", "search"),
        (b"https://www.bing.com/search?q=rain", "search"),
        (b"https://duckduckgo.com/", "search"),
        (b"https://search.yahoo.com/", "search"),
        (b"https://uk.search.yahoo.com/", "search"),
        (b"https://yandex.ru/", "search"),
        (b"https://www.ecosia.org/", "search"),
        (b"android-app://com.google.android.googlequicksearchbox/", "search"),
        (b"https://google.shop-of-horrors.example/", "referral"),
        (b"https://google.fake-shop.no/", "referral"),
        (b"https://notgoogle.com/", "referral"),
        (b"https://google.com.evil.example/", "referral"),
        (b"https://www.facebook.com/", "social"),
        (b"https://l.facebook.com/l.php", "social"),
        (b"https://lm.instagram.com/", "social"),
        (b"https://t.co/abc", "social"),
        (b"https://not.t.com/", "referral"),
        (b"https://www.linkedin.com/", "social"),
        (b"https://old.reddit.com/r/rain", "social"),
        (b"https://www.pinterest.de/", "social"),
        (b"android-app://com.linkedin.android/", "social"),
        (b"https://mail.google.com/", "email"),
        (b"https://outlook.live.com/", "email"),
        (b"https://mail.yahoo.com/", "email"),
        (b"android-app://com.google.android.gm/", "email"),
        (b"https://googleads.g.doubleclick.net/", "ads"),
        (b"https://weather.example/", "referral"),
        (b"https://user:secret@www.google.com/", "search"),
        (b"https://[2001:db8::1]:8080/x", "referral"),
        (b"https://192.0.2.7/", "referral"),
    ],
)
def test_the_page_with_the_link_tells(referer: bytes, wanted: str) -> None:
    assert source({}, referrer(referer), SITE) == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"utm_medium": "email"}, "email"),
        ({"utm_medium": "CPC", "utm_source": "facebook"}, "ads"),
        ({"utm_medium": "social"}, "social"),
        ({"utm_medium": "organic"}, "search"),
        ({"utm_medium": "affiliate"}, "referral"),
        ({"utm_medium": " Newsletter "}, "email"),
        ({"utm_source": "newsletter"}, "email"),
        ({"utm_source": "Instagram"}, "social"),
        ({"utm_source": "duckduckgo"}, "search"),
        ({"gclid": "x"}, "ads"),
        ({"gbraid": "x"}, "ads"),
        ({"msclkid": "x"}, "ads"),
        ({"ttclid": "x"}, "ads"),
        ({"fbclid": "x"}, "social"),
        ({"igshid": "x"}, "social"),
        ({"mc_eid": "x"}, "email"),
        ({"fbclid": "x", "utm_medium": "cpc"}, "ads"),  # what the site wrote counts before what a network adds
        ({"gclid": "x", "utm_source": "newsletter"}, "ads"),
        ({"utm_source": "the-magazine"}, "referral"),  # somebody's link, of an unknown kind
        ({"utm_medium": "print"}, "referral"),
        ({"page": "2"}, "direct"),
    ],
)
def test_a_link_may_say_what_it_is(query: dict[str, str], wanted: str) -> None:
    assert source(query, None, SITE) == wanted


def test_what_the_link_says_counts_before_the_page_that_it_stood_on() -> None:
    assert source({"gclid": "x"}, referrer(b"https://www.google.com/"), SITE) == "ads"


def test_a_campaign_of_an_unknown_kind_leaves_it_to_the_page() -> None:
    assert source({"utm_source": "autumn"}, referrer(b"https://www.facebook.com/"), SITE) == "social"


@pytest.mark.parametrize(
    ("field", "page"),
    [
        (b"https://shop.example/a%20b/?q=1#top", Referrer("shop.example", "/a b/")),
        (b"HTTPS://Shop.Example", Referrer("shop.example", "/")),
        (b"https://shop.example?x=1", Referrer("shop.example", "/")),
        (b"https://shop.example/%FF", Referrer("shop.example", "/\N{REPLACEMENT CHARACTER}")),
        (b"https://shop.example:99999999/x", Referrer("shop.example", "/x")),
        (b"ftp://shop.example/", None),
        (b"/pricing", None),
    ],
)
def test_an_address_is_taken_apart(field: bytes, page: Referrer | None) -> None:
    assert referrer(field) == page


def test_a_site_with_and_without_www_is_the_same() -> None:
    assert same_site("www.shop.example", "shop.example")
    assert not same_site("shop.example", "shop.example.org")


@given(st.binary(max_size=300) | st.binary(max_size=100).map(b"https://".__add__))
@settings(max_examples=300)
def test_every_referer_gives_one_of_the_words(field: bytes) -> None:
    assert source({}, referrer(field), SITE) in SIGNALS["source"].words


def test_the_lists_name_each_thing_once_and_in_lower_case() -> None:
    lists = tomllib.loads(files("edge.signals").joinpath("data/sources.toml").read_text("utf-8"))
    for name, kinds in lists.items():
        words = [word for listed in kinds.values() for word in listed]
        assert len(words) == len(set(words)), name
        assert set(kinds) <= set(SIGNALS["source"].words)
        if name != "parameter":
            assert all(word == word.lower() for word in words)
