"""The day's report as a page."""

import jinja2

PAGE = """<h1>Day {{ day }}</h1>
{% macro row(category, level) %}
<tr><td style="padding-left: {{ level }}em">{{ category.name }}</td><td>{{ totals[category.name] | pounds }}</td></tr>
{% for child in category.children %}{{ row(child, level + 1) }}{% endfor %}
{% endmacro %}
<table>{{ row(tree, 0) }}</table>
<ol>{% for order in dearest %}<li>{{ order.at.strftime("%H:%M") }} {{ order.customer }} {{ order.pence | pounds }}</li>{% endfor %}</ol>
<p>{{ repeats | length }} came back: {{ repeats | join(", ") }}</p>
"""


def pounds(pence):
    return f"£{pence / 100:,.2f}"


def environment():
    env = jinja2.Environment(autoescape=True)
    env.filters["pounds"] = pounds
    return env


def render(day, tree, totals, repeats, parsed):
    dearest = sorted(parsed, key=lambda order: -order.pence)[:200]
    page = environment().from_string(PAGE)
    return page.render(day=day, tree=tree, totals=totals, repeats=repeats, dearest=dearest)
