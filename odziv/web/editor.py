"""What the scripts of the editor must know, wherever one writes HTML (compose-editor.js)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language

from odziv.compose import bodies
from odziv.environment import ENV


def editor_config(aria: str, styles: str = "", body_style: str = bodies.NEW_STYLE) -> dict[str, Any]:
    """`aria` names the field for screen readers; `styles` and `body_style` are those of the document around."""
    language = get_language() or "en"
    return {
        "base_url": f"{settings.STATIC_URL}tinymce",
        "suffix": ".min",
        "language": "sl_SI" if language.startswith("sl") else "en",
        "content_css": static("odziv/css/paper.css"),
        "content_style": styles,
        "body_style": body_style,
        "aria": aria,
        "edge": ENV.edge_url.partition("://")[2].rstrip("/"),
        "pasted": reverse("compose-pasted"),
    }
