"""Questions about a visitor who is not here."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.context import Context
from edge.decisions.values import Draw
from edge.edition import Edition
from edge.question import QuestionError, answer, ask, whence
from edge.settings import load
from edge.signals.cdn import cdn
from edge.signals.given import apart
from edge.signals.holiday import Holidays
from edge.signals.read import Reader
from edge.web.consent import Consent
from rules.values import RuleSet
from rules.vocabulary import Own

DAYPARTS = {"lunch": (11.0, 14.0), "rest": (14.0, 11.0)}
SITE = Edition(RuleSet((), ZoneInfo("Europe/Oslo"), "v1", DAYPARTS, own=Own(tuple(DAYPARTS))))
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC).timestamp()
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


def asked(*pairs: tuple[str, str]) -> tuple[Context, Draw]:
    return ask(pairs, SITE, NOW)


def signals(*pairs: tuple[str, str]) -> Any:
    return asked(*pairs)[0].signals


def test_an_empty_question_is_about_the_start_page_now() -> None:
    context, draw = asked()
    assert (context.path, context.at, context.query) == ("/", NOW, {})
    assert (context.signals["hour"], context.signals["device"]) == (13, "unknown")
    assert draw == Draw(None)


@pytest.mark.parametrize(
    ("written", "path", "host", "query"),
    [
        ("/", "/", "", {}),
        ("/a/b?x=1&y=2#top", "/a/b", "", {"x": "1", "y": "2"}),
        ("/caf%C3%A9?q=%20", "/café", "", {"q": " "}),
        ("/café?q=é", "/café", "", {"q": "é"}),
        ("/a b", "/a b", "", {}),
        ("https://Shop.Example:8443/x", "/x", "shop.example", {}),
        ("https://shop.example", "/", "shop.example", {}),
        ("http://blåbær.example/", "/", "xn--blbr-roah.example", {}),
    ],
)
def test_the_page_is_a_path_or_a_whole_address(written: str, path: str, host: str, query: dict[str, str]) -> None:
    context = asked(("path", written))[0]
    assert (context.path, context.host, context.query) == (path, host, query)


def test_a_visitor_is_described_like_a_real_one() -> None:
    found = signals(("user_agent", IPHONE), ("header", "Accept-Language: no, en;q=0.5"), ("header", "Save-Data:on"))
    assert (found["device"], found["os"], found["language"], found["save_data"]) == ("mobile", "ios", "no", True)


def test_the_host_may_come_as_a_field() -> None:
    assert asked(("header", "Host: shop.example"))[0].host == "shop.example"


def test_given_signals_count_before_those_that_were_read() -> None:
    found = signals(("user_agent", IPHONE), ("signal", "device=tv"), ("signal", "country=no"))
    assert (found["device"], found["country"], found["os"]) == ("tv", "NO", "ios")


def test_a_signal_may_be_said_to_be_unknown() -> None:
    assert signals(("user_agent", IPHONE), ("signal", "device=unknown"))["device"] == "unknown"


def test_parts_of_the_day_have_the_names_that_the_site_gives_them() -> None:
    assert signals(("signal", "daypart=rest"))["daypart"] == "rest"


def test_a_given_parameter_is_one_of_the_page() -> None:
    context = asked(("path", "/?dark=0&a=1"), ("signal", "query.dark=1"), ("signal", "utm.medium=email"))[0]
    assert context.query == {"dark": "1", "utm_medium": "email", "a": "1"}
    assert (context.signals["query.dark"], context.signals["source"]) == ("1", "email")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-22T19:00", "2026-11-22T18:00+00:00"),  # the site's clock
        ("2026-11-22 19:00", "2026-11-22T18:00+00:00"),
        ("2026-07-01T19:00", "2026-07-01T17:00+00:00"),
        ("2026-11-22", "2026-11-21T23:00+00:00"),
        ("2026-11-22T19:00:00Z", "2026-11-22T19:00+00:00"),
        ("2026-11-22T19:00-05:00", "2026-11-23T00:00+00:00"),
        ("2026-11-22T19:00+05:30", "2026-11-22T13:30+00:00"),
        ("2026-11-22T19:00 05:30", "2026-11-22T13:30+00:00"),  # a + that was not escaped in a URL
    ],
)
def test_a_moment_is_on_the_sites_clock_unless_an_offset_is_given(written: str, moment: str) -> None:
    assert asked(("at", written))[0].at == datetime.fromisoformat(moment).timestamp()


@pytest.mark.parametrize(("written", "hour"), [("08:30", 8), ("8:30", 8), ("23:59", 23)])
def test_a_clock_alone_is_today(written: str, hour: int) -> None:
    found = signals(("at", written))
    assert (found["date"], found["hour"]) == ("2026-11-22", hour)


@pytest.mark.parametrize(
    ("given", "follows"),
    [
        (("hour=12",), {"daypart": "lunch"}),
        (("hour=12", "daypart=rest"), {"daypart": "rest"}),
        (("date=2026-06-06",), {"weekday": "sat", "weekend": True, "month": 6, "season": "summer"}),
        (("month=june",), {"season": "summer"}),
        (("country=AU",), {"season": "spring", "hour": 13}),
        (("country=AU", "month=june"), {"season": "winter"}),
        (("timezone=Asia/Tokyo",), {"hour": 21, "daypart": "rest", "date": "2026-11-22"}),
        (("timezone=Asia/Tokyo", "hour=12"), {"hour": 12, "daypart": "lunch"}),
        (("region=EG-C",), {"weekend": False}),
    ],
)
def test_what_follows_from_a_given_signal_is_given_with_it(given: tuple[str, ...], follows: dict[str, object]) -> None:
    found = signals(*(("signal", each) for each in given))
    assert {name: found[name] for name in follows} == follows


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (["month=june"], "month=6 leaves the date at 2026-11-22; to move the whole clock say --at 2027-06-01T12:00"),
        (
            ["weekday=tue"],
            "weekday=tue leaves the date at 2026-11-22; to move the whole clock say --at 2026-11-24T12:00",
        ),
        (["daypart=rest"], "daypart=rest leaves the hour at 13; to move the whole clock say --at 14:00 instead"),
    ],
)
def test_what_cannot_be_now_is_told_with_the_moment_to_say_instead(given: list[str], line: str) -> None:
    context = asked(*(("signal", each) for each in given))[0]
    (told,) = apart(context, given, SITE.rules)
    assert told.startswith(line)


@pytest.mark.parametrize(
    "given", [["month=november"], ["weekday=sun"], ["daypart=lunch"], ["month=june", "date=2026-06-01"], ["hour=3"], []]
)
def test_what_can_be_now_is_not_remarked_on(given: list[str]) -> None:
    assert not [*apart(asked(*(("signal", each) for each in given))[0], given, SITE.rules)]


@pytest.mark.parametrize(
    ("pairs", "draw"),
    [
        ([("bucket", "0")], Draw(0)),
        ([("bucket", "4095")], Draw(4095)),
        ([("header", "Cookie: a=1; windsock=77")], Draw(77)),
        ([("header", "Cookie: windsock=77"), ("bucket", "5")], Draw(5)),
        ([("header", "Cookie: windsock=off"), ("bucket", "5")], Draw(None, strict=True)),
        ([("header", "Sec-GPC: 1"), ("bucket", "5")], Draw(None, strict=True)),
    ],
)
def test_the_bucket_is_the_visitors_unless_nothing_may_be_drawn(pairs: list[tuple[str, str]], draw: Draw) -> None:
    assert asked(*pairs)[1] == draw


def test_where_the_operator_draws_for_nobody_a_bucket_means_nothing() -> None:
    assert ask([("bucket", "5")], SITE, NOW, Consent("strict"))[1] == Draw(None, strict=True)


def test_a_field_of_a_form_that_is_left_empty_is_not_given() -> None:
    assert asked(("ip", ""), ("user_agent", ""), ("bucket", ""), ("at", "")) == asked()


def test_the_answer_is_plain_data() -> None:
    told = answer([("path", "/x")], SITE, NOW)
    assert (told["path"], told["decisions"]) == ("/x", [])


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("path", "pricing", "`pricing` is no page; write a path such as /pricing, or https://shop.example/pricing"),
        ("path", "//evil.example", "`//evil.example` is no page"),
        ("path", "http://[::1", "`http://[::1` is no page"),
        ("path", "https://shop.example:port/", "is no page"),
        ("path", "ftp://shop.example/", "is no page"),
        ("path", "", "`` is no page"),
        ("ip", "300.1.1.1", "ip `300.1.1.1` is no address; write it as 203.0.113.7 or 2001:db8::7"),
        ("bucket", "4096", "bucket `4096` is none; write a whole number from 0 to 4095"),
        ("bucket", "-1", "bucket `-1` is none"),
        ("bucket", "١", "bucket `١` is none"),
        ("at", "tomorrow", "at `tomorrow` is no moment; write it as 2026-11-22T19:00"),
        ("at", "9999-12-31T23:59", "is no moment"),
        ("at", "0001-01-01", "is no moment"),
        ("at", "2026-02-30", "is no moment"),
        ("signal", "country", "signal `country` has no value; write it as country=NO"),
        ("signal", "devise=tv", "unknown signal `devise`; did you mean `device`?"),
        ("signal", "device=phone", "`phone`"),
        ("signal", "path=/x", "signal `path` comes from the page; name another page instead"),
        ("header", "Accept-Language", "header `Accept-Language` is no header; write it as `Accept-Language: no`"),
        ("header", "A B: c", "is no header"),
        ("header", "A: b\r\nC: d", "is no header"),
        ("buckets", "7", "`buckets` is not part of a question; did you mean `bucket`?"),
    ],
)
def test_what_cannot_be_understood_gets_one_line(name: str, text: str, line: str) -> None:
    with pytest.raises(QuestionError) as error:
        asked((name, text))
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_what_counts_once_may_be_given_once() -> None:
    with pytest.raises(QuestionError, match="`bucket` is given twice; give it once"):
        asked(("bucket", "1"), ("bucket", "2"))


NAMES = st.sampled_from(["path", "ip", "user_agent", "bucket", "at", "header", "signal", "x"])
TEXTS = st.text(max_size=30) | st.sampled_from(
    ["/x", "country=NO", "A: b", "7", "2026-01-01", "\udcff", "/\udcff?\udcff"]
)


@given(st.lists(st.tuples(NAMES, TEXTS), max_size=4))
@settings(max_examples=300)
def test_every_question_gets_an_answer_or_one_line(pairs: list[tuple[str, str]]) -> None:
    with suppress(QuestionError):
        assert answer(pairs, SITE, NOW)


def test_the_fields_of_a_cdn_count_as_if_it_had_brought_them() -> None:
    reader = Reader(cdn=cdn("cloudflare"), every=True)
    context, _ = ask([("header", "CF-IPCountry: NO")], SITE, NOW, signals=reader)
    assert context.signals["country"] == "NO"


@pytest.mark.parametrize(("said", "pages", "draw"), [("yes", 4, Draw(7)), ("no", None, Draw(None, strict=True))])
def test_where_a_site_asks_for_consent_the_cookie_decides(said: str, pages: int | None, draw: Draw) -> None:
    cookies = ("header", f"Cookie: ok={said}; windsock=7; windsock-session=3")
    context, found = ask([cookies], SITE, NOW, Consent("consented", "ok"))
    assert (context.signals.get("session.pages"), found) == (pages, draw)


@pytest.mark.parametrize(
    ("given", "at", "holiday"),
    [
        (["country=IT"], "2026-12-25T12:00", "Christmas Day"),
        (["country=IT"], "2026-12-23T12:00", "none"),
        (["country=unknown"], "2026-12-25T12:00", "unknown"),
        (["country=IT", "holiday=none"], "2026-12-25T12:00", "none"),
        (["country=JP", "timezone=Asia/Tokyo"], "2026-12-31T23:00", "New Year's Day"),
    ],
)
def test_in_another_country_there_are_other_holidays(given: list[str], at: str, holiday: str) -> None:
    reader, asked_about = Reader(holidays=Holidays(waits=True), every=True), [("signal", each) for each in given]
    context, _ = ask([*asked_about, ("at", at)], SITE, NOW, signals=reader)
    assert context.signals["holiday"] == holiday


def test_each_signal_is_told_with_where_it_comes_from() -> None:
    found: Any = whence([("path", "/a"), ("signal", "weather=rain")], SITE, NOW, load())
    assert (found["path"], found["at"]) == ("/a", NOW)
    assert found["signals"]["weather"] == {"value": "rain", "source": "given with the question", "age": None}


def test_a_signal_that_follows_from_a_given_one_says_so() -> None:
    found: Any = whence([("signal", "date=2026-06-06")], SITE, NOW, load())
    assert found["signals"]["month"] == {"value": 6, "source": "follows from what is given", "age": None}
    assert found["signals"]["date"]["source"] == "given with the question"
