from online_models.policies.visitor import Visitor
class Cautious(Visitor):
    name = "cautious"
    width = 0.5
