"""The tree of categories."""


class Category:
    def __init__(self, name, children=()):
        self.name = name
        self.children = list(children)

    def __iter__(self):
        yield self
        for child in self.children:
            yield from child


def build(rng, depth=5, name="all"):
    if depth == 0:
        return Category(name)
    children = (build(rng, depth - 1, f"{name}/{i}") for i in range(rng.randint(2, 4)))
    return Category(name, children)


def leaves(tree):
    return [category.name for category in tree if not category.children]


def roll_up(tree, sold):
    """What every category sold, with all below it."""
    totals = {}
    add_up(tree, sold, totals)
    return totals


def add_up(category, sold, totals):
    pence = sold.get(category.name, 0)
    for child in category.children:
        pence += add_up(child, sold, totals)
    totals[category.name] = pence
    return pence
