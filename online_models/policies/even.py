from online_models.policies.bandit import Bandit
class Even(Bandit):
    name = "even"
    def _learn(self, cell, arm, reward, past, p): pass
    def numbers(self): return {}
