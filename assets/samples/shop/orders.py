"""Orders, as the till writes them: a line of JSON each."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import catalogue

OPENING = datetime(2024, 5, 1, 9)
EMAIL = re.compile(r"^([\w.]+)@([\w.]+)$")


@dataclass
class Order:
    number: int
    at: datetime
    customer: str
    category: str
    pence: int


def write_day(rng, tree, day, count):
    categories = catalogue.leaves(tree)
    at = OPENING + timedelta(days=day)
    lines = []
    for number in range(count):
        at += timedelta(seconds=rng.randint(1, 20))
        lines.append(json.dumps({
            "number": number,
            "at": at.isoformat(),
            "customer": f"customer.{rng.randint(1, count // 2)}@example.org",
            "category": rng.choice(categories),
            "pence": rng.randint(50, 9000),
        }))
    return lines


def parse(lines):
    return [parse_line(line) for line in lines]


def parse_line(line):
    record = json.loads(line)
    return Order(
        record["number"],
        datetime.fromisoformat(record["at"]),
        clean_address(record["customer"]),
        record["category"],
        record["pence"],
    )


def clean_address(address):
    match = EMAIL.match(address.strip().lower())
    return f"{match.group(1)}@{match.group(2)}" if match else ""


def by_category(parsed):
    sold = defaultdict(int)
    for order in parsed:
        sold[order.category] += order.pence
    return sold


def repeat_customers(parsed):
    """Everybody who bought twice. Slow on purpose: it looks things up in lists."""
    seen, repeats = [], []
    for order in parsed:
        if order.customer in seen:
            if order.customer not in repeats:
                repeats.append(order.customer)
        else:
            seen.append(order.customer)
    return sorted(repeats)
