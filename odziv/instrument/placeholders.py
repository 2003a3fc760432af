"""Placeholders of template languages that were left in an address, told from addresses that merely have braces."""

from __future__ import annotations

import re

_WORD = r"[A-Za-z_][\w.\- ]*"
_PLACEHOLDER = re.compile(
    "|".join(
        (
            r"\{\{",  # Liquid, Handlebars, Jinja; an opening is enough, a quote inside may have cut the rest off
            r"\{%(?![0-9A-Fa-f]{2})",  # "?q={%22a%22:1}" is how browsers copy JSON
            r"<[%?]",  # ERB, PHP
            r"\*\|",  # Mailchimp
            r"\$\{",  # FreeMarker, Mako
            r"%%[A-Za-z_{=][^%]*%%",  # Salesforce
            r"\[\[\s*[%A-Za-z_][^\[\]]*\]\]",  # GetResponse, Mailjet
            r"%[A-Za-z_][A-Za-z0-9_.\-:]*%(?![0-9A-Fa-f]{2})",  # Mailgun, ActiveCampaign
            rf"\{{[!$=~]?\s*{_WORD}(?:[=|][^{{}}\"]*)?\}}",  # Mautic, MailerLite, Google Ads
            r"%7[Bb]%7[Bb](?:\s|%20)*[A-Za-z_](?:[\w.|\-]|%20|%7C)*%7[Dd]%7[Dd]",  # {{name}}, encoded by an editor
        )
    )
)
_HEX = re.compile(r"%[0-9A-Fa-f]{2}")
# SharePoint and Exchange put these into addresses: {E5F3A0C1-...}.
_IDENTIFIER = re.compile(r"\{[0-9A-Fa-f]{4,}(?:-[0-9A-Fa-f]+)*\}")
_SIGNS = ("{", "%", "<", "*", "[[")  # every placeholder has one of them


def has_placeholder(address: str) -> bool:
    """Whether a template language's placeholder stands in the address."""
    if not any(sign in address for sign in _SIGNS):
        return False
    return any(not _is_honest(match[0]) for match in _PLACEHOLDER.finditer(address))


def _is_honest(found: str) -> bool:
    """`%fa%` begins as a percent-encoded byte does, and `{cafe-1234}` is an identifier, not a name."""
    if found.startswith("{") and found.endswith("}"):
        return _IDENTIFIER.fullmatch(found) is not None
    return found[0] == "%" and found[1] not in "%7" and _HEX.match(found) is not None
