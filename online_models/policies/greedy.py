from online_models.policies.everyone import Everyone
class Greedy(Everyone):
    name = "greedy"
    def numbers(self): return {"arms": {arm: a / (a + b) for arm, (a, b) in self._beta.items()}, "new": 0.5, "explore": 0.1}
