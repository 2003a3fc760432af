"""The only reader of the environment: typed and loud. Imports no Django and opens no secret, so the edge may use it.

`SETTINGS` is the whole list of what an operator can set. A wrong value stops the start with one clear line
(`SettingError`). Django's own settings are derived from it in `odziv/settings.py`.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from odziv.lib.logs import FORMS
from odziv.lib.plain import PlainError

ROOT = Path(__file__).resolve().parent.parent


class SettingError(PlainError):
    """A setting cannot be used; the message is one line that names it, says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a process listens. Port 0 means any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _listen(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("expected host:port, for example 127.0.0.1:8000")
    return Address(host.strip("[]"), int(port))


def _server(text: str) -> Address | None:
    return _listen(text) if text else None


def _base_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an http(s) address without query, for example https://mail.example.com")
    return text.rstrip("/")


def _switch(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ValueError("expected on or off")
    return known[text.lower()]


def _networks(text: str) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(part.strip())) for part in text.split(",") if part.strip())


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("expected a whole number above 0")
    return int(text)


def _form(text: str) -> str:
    if text not in FORMS:
        raise ValueError(f"expected {' or '.join(FORMS)}")
    return text


def _database(text: str) -> str:
    if text and urlsplit(text).scheme not in ("sqlite", "postgresql"):
        raise ValueError("expected sqlite:///path or postgresql://user:password@host:port/name")
    return text


def _store(text: str) -> str:
    scheme, colon, _rest = text.partition("://")
    if colon and scheme not in ("file", "s3"):
        raise ValueError("expected a folder, or s3://bucket/folder?endpoint=https://…")
    return text if colon or not text else str(_folder(text))


def _spool(text: str) -> str:
    scheme, mark, hosts = text.partition("://")
    if text and (scheme not in ("nats", "tls") or not mark or not all(host.strip() for host in hosts.split(","))):
        raise ValueError("expected nats://host:port, with commas between several")
    return text


class Setting(NamedTuple):
    """One line of the list: its name, how its text becomes a value, the default text, and what it is for."""

    name: str
    parse: Callable[[str], Any]
    default: str
    about: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "ODZIV_DATA",
        _folder,
        str(ROOT / "data"),
        "Folder of everything that must be kept: database, spool, files, keys.",
    ),
    Setting("ODZIV_WEB_LISTEN", _listen, "127.0.0.1:8000", "Where the pages are served, host:port."),
    Setting("ODZIV_EDGE_LISTEN", _listen, "127.0.0.1:8001", "Where the edge answers recipients' programs, host:port."),
    Setting(
        "ODZIV_EDGE_SHARED_PORT",
        _switch,
        "off",
        "Whether several odziv edge on this machine listen on one port, for more cores than one.",
    ),
    Setting(
        "ODZIV_EDGE_PRIVATE_LISTEN",
        _server,
        "",
        "Where the edge tells Prometheus its figures, and whether it is ready, host:port; by default nowhere.",
    ),
    Setting(
        "ODZIV_WORK_PRIVATE_LISTEN",
        _server,
        "",
        "Where the worker tells Prometheus its figures, and whether it is ready, host:port; by default nowhere.",
    ),
    Setting(
        "ODZIV_MAIL_LISTEN",
        _listen,
        "127.0.0.1:2525",
        "Where the built-in mail server (test mailbox) listens, host:port.",
    ),
    Setting(
        "ODZIV_LMTP_LISTEN",
        _server,
        "",
        "Where an own mail server hands in replies by LMTP, host:port; by default nowhere.",
    ),
    Setting("ODZIV_WEB_URL", _base_url, "", "Public address of the pages; by default http:// and ODZIV_WEB_LISTEN."),
    Setting(
        "ODZIV_EDGE_URL",
        _base_url,
        "",
        "Public address of the edge, as it stands in sent mail; by default http:// and ODZIV_EDGE_LISTEN.",
    ),
    Setting(
        "ODZIV_DATABASE_URL",
        _database,
        "",
        "postgresql://… for PostgreSQL, of a user who may make tables, temporary ones too; otherwise SQLite.",
    ),
    Setting(
        "ODZIV_FILES",
        _store,
        "",
        "Where attachments and images are kept: a folder, or s3://bucket/folder?endpoint=https://…&region=…; by "
        "default in the data folder.",
    ),
    Setting(
        "ODZIV_SPOOL",
        _spool,
        "",
        "nats://host:port,host:port,… for edges on other machines than the workers; by default only files in the data "
        "folder.",
    ),
    Setting(
        "ODZIV_TRUSTED_PROXIES",
        _networks,
        "",
        "Networks of reverse proxies whose X-Forwarded-For is believed, with commas.",
    ),
    Setting(
        "ODZIV_GEOIP",
        _folder,
        "",
        "A .mmdb file that tells country and city of network addresses; by default country only, from data that ships.",
    ),
    Setting("ODZIV_UPLOAD_LIMIT_MB", _count, "25", "Largest attachment, and largest body of a message, in megabytes."),
    Setting(
        "ODZIV_DNS_SERVER",
        _server,
        "",
        "DNS server that is asked for the records of signing keys, host:port; by default the machine's own.",
    ),
    Setting("ODZIV_SMTP_TIMEOUT", _count, "30", "Seconds that a mail server may take for one answer."),
    Setting(
        "ODZIV_PRIVATE_PUSH",
        _switch,
        "off",
        "Whether browser notifications may go to a push service in a private network, over http too; for tests.",
    ),
    Setting(
        "ODZIV_TEST_MAILBOX_KEEPS",
        _count,
        "2000",
        "How many messages the test mailbox keeps for each organisation.",
    ),
    Setting(
        "ODZIV_DEBUG",
        _switch,
        "off",
        "Developer's pages and full error pages; never on a server that others reach.",
    ),
    Setting(
        "ODZIV_LOG", _form, "text", "How processes write what they do: text for people, or json, one object in a line."
    ),
    Setting(
        "ODZIV_LOG_REQUESTS",
        _switch,
        "off",
        "Whether the pages write a line for each request: page, status, milliseconds; no address and no query.",
    ),
    Setting("ODZIV_HOSTS", _words, "", "Further host names under which the pages are reached, with commas."),
)


@dataclass(frozen=True, slots=True)
class Environment:
    """All settings, parsed; see `SETTINGS` for what each is for."""

    data: Path
    web_listen: Address
    edge_listen: Address
    edge_shared_port: bool
    edge_private_listen: Address | None
    work_private_listen: Address | None
    mail_listen: Address
    lmtp_listen: Address | None
    web_url: str
    edge_url: str
    database_url: str
    files: str
    spool: str
    trusted_proxies: tuple[str, ...]
    geoip: Path | None
    upload_limit_mb: int
    dns_server: Address | None
    smtp_timeout: int
    private_push: bool
    test_mailbox_keeps: int
    debug: bool
    log: str
    log_requests: bool
    hosts: tuple[str, ...]

    @property
    def spool_folder(self) -> Path:
        return self.data / "spool"

    @property
    def file_store(self) -> str:
        """Of attachments and images."""
        return self.files or str(self.data / "files")

    @property
    def test_mailbox_store(self) -> str:
        return self._beside_files("test-mailbox")

    @property
    def handed_store(self) -> str:
        """Of mail that was handed in, until it is read."""
        return self._beside_files("handed-in")

    def _beside_files(self, name: str) -> str:
        """On this machine in the data folder; where other machines reach the files, there."""
        parts = urlsplit(self.files)
        if parts.scheme != "s3":
            return str(self.data / name)
        return parts._replace(path=f"{parts.path.rstrip('/')}/{name}").geturl()

    @property
    def seal_keys(self) -> Path:
        return self.data / "keys" / "seal.json"

    @property
    def secret_keys(self) -> Path:
        return self.data / "keys" / "secret.json"

    @property
    def push_key(self) -> Path:
        return self.data / "keys" / "push.pem"


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Parse every setting. Raises `SettingError` for the first bad value and for an ODZIV_ name that does not exist."""
    known = {setting.name for setting in SETTINGS}
    for name in sorted(environ):
        if name.startswith("ODZIV_") and name not in known and name != "ODZIV_CORPORA":
            raise SettingError(f"{name} is not a setting of Odziv; the settings are listed in docs/guide/operator.md.")
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(setting.name, "") or setting.default
        try:
            values[setting.name.removeprefix("ODZIV_").lower()] = setting.parse(text)
        except ValueError as error:
            raise SettingError(f"{setting.name}={text!r} cannot be used: {error}.") from error
    if not environ.get("ODZIV_GEOIP"):
        values["geoip"] = None
    values["web_url"] = values["web_url"] or f"http://{values['web_listen']}"
    values["edge_url"] = values["edge_url"] or f"http://{values['edge_listen']}"
    return Environment(**values)


ENV = read_environment(os.environ)
