"""A site's own signals: from a trusted header, a query parameter, or a Python function named in `site.yaml`.

A function may be `async` or plain (then it runs in a thread), and takes nothing, or the page's path. It never sees a
visitor. It has its own time limit; what comes later is kept for the next visitor. Its answers are kept for a few
seconds, and served a while longer while a new one is on its way. One that is late or fails again and again is left
alone for a while. Whatever it does, the signal is right, a few seconds old, or unknown.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from threading import Thread
from typing import Final

from cachetools import LRUCache

from edge.clock import Clock
from edge.settings import Settings
from edge.signals.wanted import wanted
from edge.web.request import Request
from rules.problem import ReadingError
from rules.values import UNKNOWN, RuleSet, Site, Source, Value
from rules.vocabulary import Own, parse_value
from rules.words import Signal

_log = logging.getLogger("windsock")

FRESH: Final = 5.0
"""Seconds for which an answer is not asked for again."""
KEPT: Final = 60.0
"""Seconds for which it is used while a new one is on its way."""
PATIENCE: Final = 5
"""Failures or delays in a row until a function is left alone."""
REST: Final = 10.0
"""Seconds for which it is left alone then."""
_LONGEST: Final = 30.0
"""Seconds after which a coroutine or a thread is given up that nobody waits for any more."""
_AT_ONCE: Final = 4
"""Calls of one function that may be under way, those that hang among them."""
_SHARE: Final = 0.8
"""Of the budget of a decision."""
_PATHS: Final = 1024

_Asked = tuple[Source, Signal | None]
"""A function, and what its answers may be."""


class Fields:
    """The signals that stand in the request itself, as far as they are `asked` for."""

    def __init__(self, site: Site, own: Own, asked: Callable[[str], bool] = lambda _: True) -> None:
        sources = [source for source in site.signals.values() if asked(source.name)]
        self._headers = tuple((s.name, s.key.encode("latin-1")) for s in sources if s.comes_from == "header")
        self._query = tuple((s.name, s.key) for s in sources if s.comes_from == "query")
        self._own = own

    def of_query(self, parameters: Mapping[str, str]) -> Mapping[str, Value]:
        """Those in the query; what is not understood is unknown."""
        return self._known((name, parameters.get(key, "")) for name, key in self._query) if parameters else {}

    def of_fields(self, request: Request) -> Mapping[str, Value]:
        """Those in headers, which count only when a listed proxy brought them."""
        if not self._headers or not request.vouched:
            return {}
        return self._known((name, _text(request.fields.get(key, b""))) for name, key in self._headers)

    def _known(self, written: Iterable[tuple[str, str]]) -> Mapping[str, Value]:
        found = {name: value_of(name, text, self._own) for name, text in written if text}
        return {name: value for name, value in found.items() if value != UNKNOWN}


def _text(field: bytes) -> str:
    """As a proxy wrote it: UTF-8 where it is that, else Latin-1."""
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        return field.decode("latin-1")


def value_of(name: str, written: object, own: Own) -> Value:
    """The value of a site's own signal, written as in a rule; `UNKNOWN` where it is none of its kind."""
    if isinstance(written, bool):
        written = str(written).lower()
    if not isinstance(written, str | int | float):
        return UNKNOWN
    try:
        return parse_value(name, str(written), own)
    except ReadingError:
        return UNKNOWN


class Call:
    """One function as a provider of one signal. `within` is the most that a visitor waits for it, in seconds."""

    def __init__(self, source: Source, function: Callable[..., object], own: Own, within: float, clock: Clock) -> None:
        self.name = source.name
        self._function, self._own, self._within, self._clock = function, own, within, clock
        self._by_path = _takes_something(function)
        self._known: LRUCache[str, tuple[Value, float]] = LRUCache(_PATHS)
        self._under_way: dict[str, asyncio.Future[Value]] = {}
        self._failures, self._rests_until = 0, 0.0
        self._hung = 0  # threads that were given up and have not come back

    async def __call__(self, request: Request) -> Mapping[str, Value]:
        """The signal. Raises when nothing is known in time."""
        key = request.path if self._by_path else ""
        value, at = self._known.get(key, (UNKNOWN, -KEPT))
        age = self._clock() - at
        if not 0 <= age < FRESH:
            value = await self._renewed(key, value if 0 <= age < KEPT else None)
        return {self.name: value}

    async def _renewed(self, key: str, old: Value | None) -> Value:
        task = self._under_way.get(key) or self._started(key)
        if old is not None:
            return old
        if task is None or self._rests():
            raise TimeoutError("it is left alone for a while")
        await asyncio.wait((task,), timeout=self._within)
        if not task.done():
            self._failed(TimeoutError())
            raise TimeoutError("it takes too long")
        return task.result()

    def _started(self, key: str) -> asyncio.Future[Value] | None:
        """A call on its way; None while the function rests, or while too many calls are under way already."""
        if self._rests() or len(self._under_way) + self._hung >= _AT_ONCE:
            return None
        task = asyncio.ensure_future(self._asked(key))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _rests(self) -> bool:
        return 0 < self._rests_until - self._clock() <= REST  # a clock that was set back is no reason to rest

    async def _asked(self, key: str) -> Value:
        arguments = (key,) if self._by_path else ()
        if inspect.iscoroutinefunction(self._function):
            found: object = self._function(*arguments)
        else:
            found = await self._out_of_thread(_in_thread(f"signal-{self.name}", self._function, arguments))
        if isinstance(found, Awaitable):
            found = await asyncio.wait_for(found, _LONGEST)
        return UNKNOWN if found is None else value_of(self.name, found, self._own)

    async def _out_of_thread(self, thread: asyncio.Future[object]) -> object:
        """What it gives within half a minute; after that it is given up, and others are started until too many are."""
        await asyncio.wait((thread,), timeout=_LONGEST)
        if thread.done():
            return thread.result()
        self._hung += 1
        thread.add_done_callback(self._came_back)
        if self._hung == _AT_ONCE:
            _log.error(
                "the signal %s stays unknown: %d calls of its function hang in their threads; no other is started "
                "until one returns",
                self.name,
                self._hung,
            )
        raise TimeoutError("it hangs")

    def _came_back(self, _: asyncio.Future[object]) -> None:
        self._hung -= 1

    def _ended(self, key: str, task: asyncio.Future[Value]) -> None:
        del self._under_way[key]
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._known[key] = task.result(), self._clock()
            self._failures = 0
            return
        self._failed(error)

    def _failed(self, error: BaseException) -> None:
        self._failures += 1
        if self._failures >= PATIENCE:
            self._failures, self._rests_until = 0, self._clock() + REST
            _log.warning(
                "the signal %s fails (%s); it is left alone for %d s", self.name, error.__class__.__name__, REST
            )


def _takes_something(function: Callable[..., object]) -> bool:
    """Whether it wants the path; some that are built in, such as `time:time`, do not say what they take."""
    try:
        return bool(inspect.signature(function).parameters)
    except (ValueError, TypeError):
        return False


def _in_thread(name: str, function: Callable[..., object], arguments: tuple[str, ...]) -> asyncio.Future[object]:
    """What it returns, from a thread of its own, for which nobody waits when the process ends."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[object] = loop.create_future()

    def settle(found: object, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(found)
        else:
            future.set_exception(error)
            future.exception()  # seen, also where nobody waits any more

    def run() -> None:
        found: object = None
        error: Exception | None = None
        try:
            found = function(*arguments)
        except Exception as raised:  # whatever it is, it is for who awaits
            error = RuntimeError(f"{raised!r:.200}") if isinstance(raised, StopIteration) else raised
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, found, error)

    Thread(target=run, name=name, daemon=True).start()
    return future


def longest_call(settings: Settings) -> float:
    """The most that a visitor waits for a function, in seconds: of the budget, so that the others still count."""
    return settings.decision_budget_ms / 1000 * _SHARE


class Calls:
    """The functions that a site's rules ask for, each loaded once for as long as the rules name it in the same way.

    Loading runs code of the site, however long that takes: it does so in a thread, and until then the signal is
    unknown. `waits`: who asks waits for it.
    """

    def __init__(self, most: float, clock: Clock, *, waits: bool = False) -> None:
        self._most, self._clock, self._waits = most, clock, waits
        self._rules: RuleSet | None = None
        self._asked: tuple[_Asked, ...] = ()
        self._calls: tuple[Call, ...] = ()

    def __call__(self, rules: RuleSet) -> tuple[Call, ...]:
        """A provider for each function; one that cannot be found is said in the log, and its signal is unknown."""
        if rules is not self._rules:
            self._rules = rules
            asked = _asked_for(rules)
            if asked != self._asked:
                self._asked, self._calls = asked, ()
                if self._waits:
                    self._load(asked, rules.own)
                else:
                    name = "signals of the site"
                    Thread(target=self._load, args=(asked, rules.own), name=name, daemon=True).start()
        return self._calls

    def _load(self, asked: tuple[_Asked, ...], own: Own) -> None:
        loaded = calls((source for source, _ in asked), own, self._most, self._clock)
        if asked is self._asked:
            self._calls = loaded


def _asked_for(rules: RuleSet) -> tuple[_Asked, ...]:
    """The functions whose signals a rule mentions."""
    named = [source for source in rules.site.signals.values() if source.comes_from == "call"]
    asked = wanted(rules).signals if named else frozenset()
    return tuple((source, rules.own.signals.get(source.name)) for source in named if source.name in asked)


def calls(sources: Iterable[Source], own: Own, most: float, clock: Clock) -> tuple[Call, ...]:
    """A provider for each of these functions; one that cannot be found is said in the log, and unknown."""
    found = ((source, _function(source)) for source in sources)
    return tuple(Call(source, call, own, min(source.within, most), clock) for source, call in found if call is not None)


def _function(source: Source) -> Callable[..., object] | None:
    module, _, name = source.key.partition(":")
    try:
        function: object = getattr(importlib.import_module(module), name)
    except Exception as error:  # whatever a module of somebody else does when it is loaded
        _log.error("the signal %s stays unknown: %s cannot be loaded (%r)", source.name, source.key, error)
        return None
    if not callable(function):
        _log.error("the signal %s stays unknown: %s is no function", source.name, source.key)
        return None
    return function
