"""All that is encrypted at rest, encrypted anew with the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model, TextField

from odziv.models.secret import SecretUnreadable, decrypt, encrypt

_END = "secret"


@dataclass(slots=True)
class Renewed:
    """How many were encrypted anew, were so already, and open with no key at all."""

    renewed: int = 0
    fresh: int = 0
    unreadable: int = 0


def columns() -> list[tuple[type[Model], Field]]:
    """Every column of ours that is encrypted: texts whose names end in `secret`."""
    return [
        (model, field)
        for model in apps.get_app_config("odziv").get_models()
        if not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, TextField) and field.name.endswith(_END)
    ]


def renew() -> Renewed:
    """Go through all; may be called again, and while Odziv runs: a value that changes meanwhile is left as it is."""
    done = Renewed()
    for model, field, key, text in _kept():
        if _is_newest(text):
            done.fresh += 1
            continue
        try:
            plain = decrypt(text)
        except SecretUnreadable:
            done.unreadable += 1
            continue
        same = model._default_manager.filter(pk=key, **{field.name: text})
        done.renewed += same.update(**{field.name: encrypt(plain)})
    return done


def older() -> int:
    """How many the newest key does not open, but an older one does."""
    return sum(1 for _model, _field, _key, text in _kept() if not _is_newest(text) and _opens(text))


def _kept() -> Iterator[tuple[type[Model], Field, object, str]]:
    for model, field in columns():
        rows = model._default_manager.exclude(**{field.name: ""}).values_list("pk", field.name).order_by("pk")
        for key, text in rows.iterator():
            yield model, field, key, text


def _is_newest(text: str) -> bool:
    try:
        Fernet(settings.PASSWORD_KEYS[0]).decrypt(text.encode())
    except InvalidToken:
        return False
    return True


def _opens(text: str) -> bool:
    try:
        decrypt(text)
    except SecretUnreadable:
        return False
    return True
