"""Dynamic values in templates and signatures (SPEC T1, T4, C6): a small, closed part of Liquid. Pure but for values.py.

`{{ recipient.first_name | default: "there" }}` puts a value in, `{% if account.city %} … {% endif %}` asks for one.
There is nothing else to reach: values are plain text by two names, and what repeats does so a known number of times.

    names.py    the values that exist
    limits.py   how much a template may hold and cost
    faults.py   what can be wrong with one, by line
    scan.py     where the braces are, and whether they stand where they may
    grammar.py  the tags and filters that there are
    review.py   what a parsed template names and costs, before it is rendered
    render.py   check() and render()
    values.py   records, users and mailboxes as plain values
"""

from odziv.compose.templating.faults import Fault, TemplateFaulty
from odziv.compose.templating.render import Rendered, check, render

__all__ = ["Fault", "Rendered", "TemplateFaulty", "check", "render"]
