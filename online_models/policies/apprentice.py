from online_models.policies.visitor import Visitor
class Apprentice(Visitor):
    name = "rules"
