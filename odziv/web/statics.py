"""Static files under names that carry a digest, so that browsers may keep them for a year."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from servestatic.storage import CompressedManifestStaticFilesStorage

_IMPORTS: Any = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports of our own ES modules; otherwise an old module could meet a new one after an update.

    Django's switch for it would read every script of every package, whose comments hold words that look like imports.
    """

    patterns = (*HashedFilesMixin.patterns, ("odziv/js/*.js", _IMPORTS))
