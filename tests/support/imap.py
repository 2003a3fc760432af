"""A real Dovecot on free ports of 127.0.0.1, with mail in a temporary folder; needs Debian's dovecot-imapd.

    with dovecot(tmp_path) as server:
        server.deliver("ana@lipa.example", b"Subject: ...")
        Server(server.host, server.port, "none", "ana@lipa.example", server.password)

Plain text and STARTTLS on `port`, TLS on `tls_port`, with the certificate of `tests.support.smtp.make_certificates`.
With `introspect`, an address of a provider's introspection (RFC 7662), XOAUTH2 and OAUTHBEARER work too.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from tests.support.processes import answers, free_port
from tests.support.smtp import Certificates, make_certificates

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "dolga-pot-do-doma"
_SENT = "mailbox Sent {\n    special_use = \\Sent\n    auto = subscribe\n  }"


@dataclass(frozen=True)
class Dovecot:
    """A running server. Every address has a mailbox; `password` opens each."""

    folder: Path
    port: int
    tls_port: int
    certificates: Certificates
    host: str = "127.0.0.1"
    password: str = PASSWORD

    def log(self) -> str:
        return (self.folder / "log").read_text()

    @contextmanager
    def inside(self, user: str) -> Iterator[IMAPClient]:
        """A client of its own, signed in, to look at what a test did and to prepare folders."""
        with IMAPClient(self.host, self.port, ssl=False) as client:
            client.login(user, self.password)
            yield client

    def deliver(self, user: str, *messages: bytes, folder: str = "INBOX") -> None:
        """Let mail arrive."""
        with self.inside(user) as client:
            for message in messages:
                client.append(folder, message)

    def content_of(self, user: str, folder: str) -> list[bytes]:
        """Every message of a folder, as it is kept."""
        with self.inside(user) as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [found[uid][b"BODY[]"] for uid in sorted(found)]


@contextmanager
def dovecot(
    folder: Path, *, sent: bool = True, introspect: str = "", settings: Sequence[str] = (), name: str = "imap"
) -> Iterator[Dovecot]:
    """Start it; ended whatever happens. `sent` False: no folder has a special use. `settings`: further lines."""
    # Paths of Unix sockets may have 107 characters; pytest's folders are long. As root, mail is kept by another user,
    # for whom pytest closes its folders whenever it starts anew beside this run.
    home = Path(tempfile.mkdtemp(prefix=f"{name}-")) if os.getuid() == 0 else Path(os.path.realpath(folder)) / name
    home.mkdir(parents=True, exist_ok=True)
    ports = free_port(), free_port()
    certificates = make_certificates(home)
    (home / "dovecot.conf").write_text(_configuration(home, *ports, sent, introspect, settings))
    process = subprocess.Popen([DOVECOT, "-F", "-c", home / "dovecot.conf"])
    try:
        until = time.monotonic() + 30
        while not all(map(answers, ports)):
            assert process.poll() is None, "Dovecot ended; the log in its folder says why"
            assert time.monotonic() < until, "Dovecot does not answer"
            time.sleep(0.05)
        yield Dovecot(home, *ports, certificates)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if os.getuid() == 0:
            shutil.rmtree(home, ignore_errors=True)


def _configuration(home: Path, port: int, tls_port: int, sent: bool, introspect: str, settings: Sequence[str]) -> str:
    me = pwd.getpwuid(os.getuid())
    root = me.pw_uid == 0
    # As root, mail belongs to the user that Debian's package makes: Dovecot keeps no mail as root.
    owner = pwd.getpwnam("dovecot") if root else me
    mail = home / "mail"
    mail.mkdir()
    os.chown(mail, owner.pw_uid, owner.pw_gid)
    if root:
        home.chmod(0o755)
    internal = "" if root else f"default_internal_user = {me.pw_name}\ndefault_login_user = {me.pw_name}\n"
    chroot = "" if root else "chroot =\n"
    return f"""
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
auth_verbose = yes
protocols = imap
listen = 127.0.0.1
{internal}
default_internal_group = {"dovecot" if root else _group(me.pw_gid)}
first_valid_uid = 1
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  {chroot}
}}
service stats {{
  {chroot}
}}
ssl = yes
ssl_cert = <{home}/server.example.pem
ssl_key = <{home}/server.example.pem
disable_plaintext_auth = no
auth_mechanisms = plain login {"xoauth2 oauthbearer" if introspect else ""}
mail_location = maildir:{mail}/%u
mailbox_list_index = no
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
{_tokens(home, introspect) if introspect else ""}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={mail}/%u
}}
namespace inbox {{
  inbox = yes
  {_SENT if sent else ""}
}}
{os.linesep.join(settings)}
"""


def _tokens(home: Path, introspect: str) -> str:
    (home / "oauth2.conf").write_text(
        f"introspection_url = {introspect}\nintrospection_mode = post\nusername_attribute = username\n"
        "active_attribute = active\nactive_value = true\n"
    )
    return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {home}/oauth2.conf\n}}"


def _group(gid: int) -> str:
    return grp.getgrgid(gid).gr_name
