from online_models.policies.everyone import Everyone
class Gap(Everyone):
    name = "gap"
    def numbers(self): return {"arms": {arm: a / (a + b) for arm, (a, b) in self._beta.items()}, "new": 0.5, "gamma": 10 * max(self._n, 1) ** 0.5}
