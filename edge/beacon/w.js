(() => {
  "use strict";
  const quietly = work => {
    try { return work(); } catch (_) { /* nothing in here may disturb the page */ }
  };
  const block = document.getElementById("windsock-data");
  const page = block && !navigator.globalPrivacyControl && quietly(() => JSON.parse(block.textContent));
  if (!page) return quietly(() => sessionStorage.removeItem("windsock"));
  const token = page.t;
  const on = (events, work) => events.forEach(event => addEventListener(event, work, { capture: true, passive: true }));
  const visible = () => !document.prerendering && document.visibilityState === "visible";
  const send = (token, event, goal, value) => {
    const path = "/_windsock/beacon", body = JSON.stringify({ token, event, goal, value });
    if (!quietly(() => navigator.sendBeacon(path, body))) {
      quietly(() => fetch(path, { method: "POST", body, keepalive: true }).catch(() => {}));
    }
  };
  const shown = new Promise(resolve => {
    const look = () => visible() && resolve(performance.now());
    on(["visibilitychange", "prerenderingchange"], look);
    look();
  });

  const reached = {};
  const reach = (kind, fits) => page.g.forEach(([goal, itsKind, wanted]) => {
    if (itsKind === kind && !reached[goal] && quietly(() => fits(wanted))) {
      reached[goal] = 1;
      shown.then(() => send(token, "reward", goal));
    }
  });

  // Tokens of earlier pages of this tab that wait for a goal: [token, until when, goals].
  const waiting = () =>
    quietly(() => JSON.parse(sessionStorage.getItem("windsock")).filter(each => each[1] > Date.now())) || [];
  const keep = list => quietly(() => list[0]
    ? sessionStorage.setItem("windsock", JSON.stringify(list.slice(-20)))
    : sessionStorage.removeItem("windsock"));
  const later = goal => keep(waiting().filter(each => {
    const others = each[2].filter(other => other !== goal);
    if (others.length < each[2].length && each[0] !== token) send(each[0], "reward", goal);
    each[2] = others;
    return others.length;
  }));

  shown.then(() => {
    if (token) send(token, "exposure");
    page.v.forEach(later);
    const goals = page.g.filter(goal => /visit|event/.test(goal[1])).map(goal => goal[0]);
    const list = waiting();
    if (goals[0] && list.every(each => each[0] !== token)) keep([...list, [token, Date.now() + page.w * 1000, goals]]);
  });

  const windsock = (what, name) => {
    if (what !== "event") return;
    reach(what, wanted => wanted === name);
    shown.then(() => later("event " + name));
  };
  const stub = window.windsock;
  window.windsock = windsock;
  if (stub && stub.q) stub.q.forEach(call => windsock(...call));

  on(["click", "auxclick"], event => {
    if (event.isTrusted && event.button < 2) {
      reach("click", wanted => event.composedPath().some(each => each.matches && each.matches(wanted)));
    }
  });

  let seen = 0, since = 0, timer;
  const dwell = () => {
    const now = performance.now();
    let next = 1e9;
    if (since) seen += now - since;
    since = visible() && now;
    clearTimeout(timer);
    reach("dwell", wanted => {
      const left = wanted * 1000 - seen;
      if (left > 0) next = Math.min(next, left + 1);
      return left <= 0;
    });
    if (since && next < 1e9) timer = setTimeout(dwell, next);
  };
  const scroll = () => reach("scroll", wanted => {
    const all = document.scrollingElement;
    return visible() && document.readyState === "complete" && all.scrollTop + innerHeight + 1 >= wanted * all.scrollHeight;
  });
  on(["visibilitychange"], dwell);
  on(["visibilitychange", "load", "scroll"], scroll);
  shown.then(dwell);
  shown.then(scroll);

  if (!page.m[0]) return;
  const value = { errors: 0 }, inBackground = !visible();
  let first = 0, last = 0, shift = 0, engaged, told;
  const take = entry => {
    const at = entry.startTime;
    if (entry.entryType === "layout-shift") {
      if (entry.hadRecentInput) return;
      if (at - last > 1000 || at - first > 5000) [first, shift] = [at, 0];
      last = at;
      shift += entry.value;
      value.cls = Math.max(value.cls, shift);
    } else if (entry.interactionId) {
      value.inp = Math.max(value.inp || 0, entry.duration);
    } else if (entry.size && !inBackground) {
      value.lcp = at;
    }
  };
  const observers = quietly(() =>
    ["largest-contentful-paint", "layout-shift", "event", "first-input"]
      .filter(type => PerformanceObserver.supportedEntryTypes.includes(type))
      .map(type => {
        if (/shift/.test(type)) value.cls = 0;
        const observer = new PerformanceObserver(list => list.getEntries().forEach(take));
        observer.observe({ type, buffered: true, durationThreshold: 16 });
        return observer;
      })) || [];
  on(["error", "unhandledrejection"], event => {
    if (event.message !== undefined || event.promise) value.errors++;
  });
  on(["pointerdown", "keydown", "wheel"], () => { engaged = true; });
  shown.then(start => on(["visibilitychange", "pagehide"], event => {
    if (told || (visible() && event.type !== "pagehide")) return;
    told = true;
    observers.forEach(observer => observer.takeRecords().forEach(take));
    value.bounce = !engaged && performance.now() - start < 10000 ? 1 : 0;
    page.m.forEach(name => name in value && send(token, "measure", name, value[name]));
  }));
})();
