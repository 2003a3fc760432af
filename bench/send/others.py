"""What others do, asked in turns as `ours` is: `python -m bench.send.others smtplib|django PORT FOLDER`.

`smtplib`: the standard library's EmailMessage, built for each copy, over one connection; nothing is remembered.
`django`: a plain application: each link signed by `django.core.signing`, EmailMultiAlternatives over one connection,
and a row for each copy that is saved before and after.
"""

from __future__ import annotations

import json
import re
import smtplib
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bench.letter import TEXT, html

_LINK = re.compile(r'href="([^"]+)"')


def with_smtplib(port: int, _folder: Path) -> Callable[[int], None]:
    """Sends so many copies, in which each link leads over a redirect."""
    source = html()

    def send(copies: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for number in range(copies):
                message = EmailMessage()
                message["From"], message["To"] = "Ana <ana@lipa.example>", f"stranka{number}@example.com"
                message["Subject"] = "Jesenska ponudba"
                message.set_content(TEXT)
                followed = _LINK.sub(rf'href="https://e.lipa.example/c/{number}?to=\1"', source)
                message.add_alternative(followed, subtype="html")
                connection.send_message(message)

    return send


def with_django(port: int, folder: Path) -> Callable[[int], None]:
    """Sends so many copies as an application does that keeps a row for each."""
    import django
    from django.conf import settings

    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    options = {"transaction_mode": "IMMEDIATE", "init_command": pragmas}
    settings.configure(
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "plain.sqlite3", "OPTIONS": options}
        },
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        SECRET_KEY="bench" * 10,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
        USE_TZ=True,
    )
    django.setup()
    from django.core.mail import EmailMultiAlternatives, get_connection
    from django.core.signing import dumps
    from django.db import connection, models
    from django.utils import timezone

    class Mail(models.Model):
        """One copy."""

        address = models.CharField(max_length=254)
        state = models.CharField(max_length=10, default="waiting")
        sent_at = models.DateTimeField(null=True)

        class Meta:
            app_label = "bench"

    with connection.schema_editor() as editor:
        editor.create_model(Mail)
    source = html()

    def send(copies: int) -> None:
        mails = [Mail.objects.create(address=f"stranka{number}@example.com") for number in range(copies)]
        with get_connection() as server:
            for mail in mails:
                mail.state = "sending"
                mail.save()
                _send(mail, server)
                mail.state, mail.sent_at = "sent", timezone.now()
                mail.save()

    def _send(mail: Any, server: Any) -> None:
        def follow(found: re.Match[str]) -> str:
            return f'href="https://e.lipa.example/c/{dumps([mail.pk, found[1]])}"'

        letter = EmailMultiAlternatives(
            "Jesenska ponudba", TEXT, "Ana <ana@lipa.example>", [mail.address], connection=server
        )
        letter.attach_alternative(_LINK.sub(follow, source), "text/html")
        letter.send()

    return send


def main(kind: str, port: str, folder: str) -> None:
    """Send as often as asked."""
    send = {"smtplib": with_smtplib, "django": with_django}[kind](int(port), Path(folder))
    for line in sys.stdin:
        begun, spent = time.perf_counter(), time.process_time()
        send(int(line))
        told = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - spent}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
