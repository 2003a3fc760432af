"""Why a permission cannot be got or kept: a stable code and the provider's own words."""

from __future__ import annotations

from dataclasses import dataclass

from odziv.deliver.trouble import Reason, readable


@dataclass
class OAuthTrouble(Exception):
    """`reason`: SIGN_IN_AGAIN (the person has to), REGISTRATION (an administrator has to), PROVIDER (time will)."""

    reason: Reason
    words: str = ""


# What providers answer at their token endpoint (RFC 6749, 5.2) that no waiting mends.
_BY_PERSON = {"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"}
_BY_ADMINISTRATOR = {"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"}


def refused(error: str, description: str) -> OAuthTrouble:
    """The trouble for an error of a token endpoint."""
    words = readable(f"{error}: {description}" if description else error)
    if error in _BY_PERSON:
        return OAuthTrouble(Reason.SIGN_IN_AGAIN, words)
    return OAuthTrouble(Reason.REGISTRATION if error in _BY_ADMINISTRATOR else Reason.PROVIDER, words)


__all__ = ["OAuthTrouble", "Reason", "readable", "refused"]
