"""A question about a visitor who is not here: what would such a one see?

`windsock explain` and `/explain` of a running edge ask in the same words: pairs of a name and a text, as they stand in
a query string. The visitor is made up as a request and read like any other, so that the answer is the one that a real
visitor gets.

    path         a path with its query, or a whole address          header     `Name: value`, any number of them
    ip           the visitor's address                              signal     `name=value`, any number of them
    user_agent   the User-Agent                                     bucket     0 to 4095
    at           a moment: 2026-11-22T19:00, or 19:00 for today, on the site's clock unless an offset is given;
                 now if left out

What follows from a given signal is given with it (see `edge.signals.given`). Schedules, holidays and events go by the
moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from edge.context import Context
from edge.decisions.explain import explain
from edge.decisions.values import Draw
from edge.edition import Edition
from edge.errors import WindsockError
from edge.settings import Settings
from edge.signals.given import following
from edge.signals.read import Reader
from edge.signals.read import read as read_signals
from edge.signals.session import read as read_session
from edge.signals.trace import Traced, trace
from edge.web import cookie
from edge.web.consent import EXEMPT, Consent
from edge.web.peer import Trust
from edge.web.read import read
from edge.web.request import Request
from rules.spelling import advice
from rules.values import BUCKETS, UNKNOWN, RuleSet, Value
from rules.vocabulary import COMMON, Own, parse_value

Pairs = Iterable[tuple[str, str]]
"""The question as (name, text), in order; `header` and `signal` may repeat."""
Calls = Callable[[Request, RuleSet, Collection[str]], Mapping[str, Value]]
"""What the site's own functions say; those whose signal is given are not called."""

_ONCE: Final = ("path", "ip", "user_agent", "bucket", "at")
_OFTEN: Final = ("header", "signal")
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d", re.ASCII)
_PLUS_LOST: Final = re.compile(r"(:\d\d) (\d\d:?\d\d)$")
_AS_WRITTEN: Final = "/%:?@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Question:
    """The pairs, sorted out and not yet understood."""

    path: str = "/"
    ip: str = ""
    user_agent: str = ""
    bucket: str = ""
    at: str = ""
    header: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()


class QuestionError(WindsockError, ValueError):
    """A question that cannot be understood; one line says where."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def nobody(request: Request, rules: RuleSet, given: Collection[str]) -> Mapping[str, Value]:  # noqa: ARG001 -- the signature is the contract
    """Call no functions."""
    return {}


def answer(
    pairs: Pairs,
    edition: Edition,
    now: float,
    consent: Consent = EXEMPT,
    signals: Reader = read_signals,
    calls: Calls = nobody,
) -> dict[str, object]:
    """What such a visitor would see, and why, as plain data. `consent`: the rule of this site.

    `now` is in seconds since the epoch; `signals` reads the visitor's, `calls` the functions of the site. Raises
    QuestionError.
    """
    context, draw = ask(pairs, edition, now, consent, signals, calls)
    return explain(context, edition, draw, now=now)


def ask(
    pairs: Pairs,
    edition: Edition,
    now: float,
    consent: Consent = EXEMPT,
    signals: Reader = read_signals,
    calls: Calls = nobody,
) -> tuple[Context, Draw]:
    """The visitor that is asked about, as `explain` and `tell` take it; otherwise like `answer`."""
    question, request, at, given = _visit(pairs, edition, now)
    context = signals(request, edition.rules, at)
    stored = cookie.read(request.headers)
    mode = consent.of(request, stored)
    session = read_session(request, stored).signals if mode == "consented" else {}
    draw = Draw(None, strict=True) if mode == "strict" else _draw(question, stored)
    context = replace(context, signals={**context.signals, **calls(request, edition.rules, given), **session})
    told = following(given, context, edition.rules, signals.holiday)
    return replace(context, signals={**context.signals, **told}), draw


def whence(
    pairs: Pairs,
    edition: Edition,
    now: float,
    settings: Settings,
    signals: Reader = read_signals,
    calls: Calls = nobody,
) -> dict[str, object]:
    """Every signal of such a visitor as plain data: its value, where it comes from or why nobody knows it, its age."""
    _, request, at, given = _visit(pairs, edition, now)
    context = signals(request, edition.rules, at)
    told = following(given, context, edition.rules, signals.holiday)
    found = dict(trace(signals, settings, request, edition.rules, at, told))
    found |= {name: _called(edition, name, value) for name, value in calls(request, edition.rules, told).items()}
    found |= {name: replace(found[name], source="follows from what is given") for name in told.keys() - given}
    return {"path": request.path, "at": round(at, 3), "signals": {name: asdict(each) for name, each in found.items()}}


def _called(edition: Edition, name: str, value: Value) -> Traced:
    key = edition.rules.site.signals[name].key
    return Traced(value, f"the function {key}" if value != UNKNOWN else f"the function {key} does not tell in time")


def _visit(pairs: Pairs, edition: Edition, now: float) -> tuple[Question, Request, float, dict[str, Value]]:
    """The question, the request that such a visitor sends, its moment, and the signals that are given."""
    question, rules = _sorted(pairs), edition.rules
    given = dict(signal(written, rules.own) for written in question.signal)
    at = _moment(question.at, rules.zone, now) if question.at else now
    return question, _request(question, given), at, given


def _sorted(pairs: Pairs) -> Question:
    once: dict[str, str] = {}
    often: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        written = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if name in _OFTEN:
            often[name] = (*often.get(name, ()), written)
        elif name not in _ONCE:
            raise QuestionError(f"`{name}` is not part of a question; {advice(name, (*_ONCE, *_OFTEN))}")
        elif name in once:
            raise QuestionError(f"`{name}` is given twice; give it once")
        else:
            once[name] = written
    return Question(**once, **often)  # type: ignore[arg-type]  # the names are those of the fields, each of its kind


def _request(question: Question, given: dict[str, Value]) -> Request:
    """The request that such a visitor would send; given parameters come first in its query, where they count."""
    address = _address(question.path)
    own = {_parameter(name): value for name, value in given.items() if _parameter(name) and value != UNKNOWN}
    query = "&".join(filter(None, (urlencode(own), quote(address.query, safe=_AS_WRITTEN))))
    path = quote(address.path or "/", safe=_AS_WRITTEN)
    headers = [_header(written) for written in question.header]
    if question.user_agent:
        headers.insert(0, (b"user-agent", question.user_agent.encode()))
    if address.netloc:
        headers.insert(0, (b"host", address.netloc.encode()))
    request = read(
        {
            "type": "http",
            "method": "GET",
            "scheme": address.scheme or "http",
            "path": path,
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": headers,
            "client": (_ip(question.ip), 0) if question.ip else None,
        },
        Trust(),
    )
    return replace(request, vouched=True)  # by who asks, as by a listed proxy


def _address(written: str) -> SplitResult:
    try:
        address = urlsplit(written)
        if address.scheme in ("http", "https") and address.hostname:
            host = address.hostname.encode("idna").decode("ascii")
            return address._replace(netloc=f"{host}:{address.port}" if address.port else host)
        if written.startswith("/") and not written.startswith("//"):
            return address
    except ValueError:  # also what IDNA cannot encode
        pass
    raise QuestionError(f"`{written[:80]}` is no page; write a path such as /pricing, or https://shop.example/pricing")


def _parameter(name: str) -> str:
    """The query parameter behind a signal; empty where there is none."""
    family, _, rest = name.partition(".")
    return {"query": rest, "utm": f"utm_{rest}"}.get(family, "") if rest else ""


def _header(written: str) -> tuple[bytes, bytes]:
    name, colon, value = written.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or re.search(r"[\r\n\0]", value):
        raise QuestionError(f"header `{written[:80]}` is no header; write it as `Accept-Language: no`")
    return name.lower().encode("ascii"), value.strip().encode()


def _ip(written: str) -> str:
    try:
        return str(ip_address(written.strip()))
    except ValueError:
        raise QuestionError(f"ip `{written[:80]}` is no address; write it as 203.0.113.7 or 2001:db8::7") from None


def signal(written: str, own: Own = COMMON) -> tuple[str, Value]:
    """A signal and its value, as `--signal` has them: `country=NO`; `own` is the site's. Raises QuestionError."""
    name, equals, value = written.partition("=")
    if not equals:
        raise QuestionError(f"signal `{written[:80]}` has no value; write it as country=NO")
    if name in ("path", "host", "method"):
        raise QuestionError(f"signal `{name}` comes from the page; name another page instead")
    try:
        return name, parse_value(name, value, own)
    except ValueError as error:
        raise QuestionError(f"{error}") from None


def _moment(written: str, zone: tzinfo, now: float) -> float:
    """Seconds since the epoch. A query string turns `+` into a space; an offset after one is understood."""
    said = _PLUS_LOST.sub(r"\1+\2", written.strip())
    if _CLOCK.fullmatch(said):
        said = f"{datetime.fromtimestamp(now, zone):%Y-%m-%d}T{said.rjust(5, '0')}"
    try:
        moment = datetime.fromisoformat(said)
        if 1971 <= moment.year <= 2999:
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except ValueError:
        pass
    raise QuestionError(f"at `{written[:80]}` is no moment; write it as 2026-11-22T19:00, or 19:00 for today")


def _draw(question: Question, stored: cookie.Stored) -> Draw:
    """The bucket that is given, else that of a cookie."""
    if not question.bucket:
        return Draw(stored if isinstance(stored, int) else None)
    if not re.fullmatch(r"[0-9]{1,4}", question.bucket) or int(question.bucket) >= BUCKETS:
        raise QuestionError(f"bucket `{question.bucket[:80]}` is none; write a whole number from 0 to {BUCKETS - 1}")
    return Draw(int(question.bucket))
