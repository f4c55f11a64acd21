import math
from online_models.policies.bandit import Bandit
class Visitor(Bandit):
    name = "visitor"
    width = 0.25
    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self._w = {}
        self._v0 = 0.3
    def _learn(self, cell, arm, reward, past, p):
        keys = ["", *(f"{i}={v}" for i, v in enumerate(cell))]
        keys += [f"{arm}|{k}" for k in keys]
        ws = [self._w.setdefault(k, [-3.5 if k == "" else 0.0, 1.0 if k == "" else self._v0]) for k in keys]
        mu = sum(w[0] for w in ws); s2 = sum(w[1] for w in ws)
        k = 1 / math.sqrt(1 + math.pi * s2 / 8)
        q = 1 / (1 + math.exp(-max(-30, min(30, k * mu))))
        g, h = k * (reward - q), k * k * q * (1 - q)
        for w in ws:
            w[0] += w[1] * g
            w[1] = max(w[1] - w[1] ** 2 * h, 1e-9)
    def numbers(self):
        arms = {}
        for arm in self.arms:
            m, v = self._w.get(f"{arm}|", [0.0, self._v0])
            by = [{} for _ in self.signals]
            arms[arm] = [m, v, *by]
        for key, (m, v) in self._w.items():
            arm, _, rest = key.partition("|")
            i, eq, value = rest.partition("=")
            if eq and arm in arms:
                arms[arm][2 + int(i)][value] = [m, v]
        return {"arms": arms, "new": [0.0, self._v0], "unseen": self._v0, "width": self.width}
    def _own(self): return self._w
    def _resume(self, own): self._w = own
