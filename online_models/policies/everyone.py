import math
from online_models.policies.bandit import Bandit
class Everyone(Bandit):
    name = "everyone"
    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self._beta = {arm: list(self._start(arm)) for arm in self.arms}
    def _start(self, arm):
        r, n = self.priors.get(arm, (0.0, 0.0))
        return 1 + r, 1 + n - r
    def _learn(self, cell, arm, reward, past, p):
        d = 0.5 ** (past / self.half_life)
        for ab in self._beta.values():
            ab[0] = 1 + (ab[0] - 1) * d; ab[1] = 1 + (ab[1] - 1) * d
        ab = self._beta.setdefault(arm, list(self._start(arm)))
        ab[0] += reward; ab[1] += 1 - reward
    def numbers(self):
        root = lambda a, b: math.exp(math.lgamma(a + 1/3) - math.lgamma(a) + math.lgamma(a + b) - math.lgamma(a + b + 1/3))
        two = lambda a, b: math.exp(math.lgamma(a + 2/3) - math.lgamma(a) + math.lgamma(a + b) - math.lgamma(a + b + 2/3))
        arms = {}
        for arm, (a, b) in self._beta.items():
            m = root(a, b)
            arms[arm] = [m, math.sqrt(max(two(a, b) - m * m, 0))]
        m, s = root(1, 1), math.sqrt(two(1, 1) - root(1, 1)**2)
        return {"arms": arms, "new": [m, s]}
    def _own(self): return self._beta
    def _resume(self, own): self._beta = own
