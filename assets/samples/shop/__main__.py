"""python -m shop [ORDERS] [DAYS]"""

import random
import sys

from shop import archive, catalogue, orders, report


def main(count=4000, days=16):
    rng = random.Random(7)
    tree = catalogue.build(rng)
    keeper = archive.Archive()
    for day in range(1, days + 1):
        lines = orders.write_day(rng, tree, day, count)
        parsed = orders.parse(lines)
        totals = catalogue.roll_up(tree, orders.by_category(parsed))
        repeats = orders.repeat_customers(parsed)
        keeper.put(day, report.render(day, tree, totals, repeats, parsed))
    keeper.close()
    return keeper.stored


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
