"""The filter of what was made from a template (V2, V4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from odziv.models import Template
from odziv.web import access
from odziv.web.lists.filters import Asker, Query, Reading, Rows, said, unknown
from odziv.web.lists.shape import Words

OFFERED = 200


@dataclass(frozen=True, slots=True)
class TemplateOf:
    """A template that the user may see, by its identifier; gone and foreign are the same."""

    key: str
    label: Words
    narrow: Callable[[Rows, Template], Rows]
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, query: Query, asker: Asker) -> Reading | None:
        value = query.get(self.key, "")
        if not value:
            return None
        try:
            template = access.template(asker.user, value)
        except Http404:
            return unknown(self.label)
        return Reading(said(self.label, template.title), lambda rows: self.narrow(rows, template))

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        options = Template.objects.visible_to(asker.user).titles(OFFERED)
        return {"kind": "choice", "options": options, "value": query.get(self.key, "")}
