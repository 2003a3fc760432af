"""deploy/nginx.conf as it stands, before the running product: both host names, live pages, nobody's claims believed."""

from __future__ import annotations

import re
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from odziv.environment import ROOT
from tests.support.processes import answers, free_port
from tests.support.served import Serve, Served, serve
from tests.support.smtp import make_certificates

__all__ = ["serve"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WEB, EDGE = "odziv.example.com", "track.example.com"
PASSWORD = "dolga-pot-do-doma-7"
_SEEN = """
from odziv.models import *
answer = sorted(set(Interaction.objects.values_list("network", flat=True)))
"""
_MESSAGE = """
from django.utils import timezone
from odziv.models import *
from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing
from tests.support.journal import followed_message
user = User.objects.get()
Organisation.objects.update(engagement=True)
message = followed_message(user, sent_at=timezone.now())
copy = message.deliveries.get()
beacon = EdgeAddresses(ENV.edge_url, KeyRing.load(ENV.seal_keys), user.organisation_id, copy.pk).open()
answer = {"page": message.get_absolute_url(), "beacon": beacon}
"""


class Nginx:
    """On free ports, in a folder of its own; `client` speaks https to it under both names."""

    def __init__(self, folder: Path, served: Served, http: int, https: int) -> None:
        certificates = make_certificates(folder)
        text = (ROOT / "deploy/nginx.conf").read_text()
        text = re.sub(r"listen \[::\]:\d+.*", "", text)
        text = text.replace("listen 443", f"listen 127.0.0.1:{https}").replace("listen 80", f"listen 127.0.0.1:{http}")
        text = re.sub(r"/etc/ssl/\S+\.(pem|key);", f"{folder}/server.example.pem;", text)
        text = text.replace("/var/log/nginx", str(folder))
        text = text.replace("127.0.0.1:8001", served.edge).replace("127.0.0.1:8000", served.web)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\nhttp {{\n{temporary}{text}}}\n"
        )
        command = ["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        self.folder, self.http, self.https = folder, http, https
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        trusted = ssl.create_default_context(cafile=certificates.authority)
        self.client = httpx.Client(base_url=f"https://127.0.0.1:{https}", verify=trusted, timeout=30)

    def get(self, host: str, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={"Host": host, **headers})

    def end(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


@pytest.fixture
def served(serve: Serve) -> Served:
    """The settings are those of the guide."""
    trusted = {"ODZIV_TRUSTED_PROXIES": "127.0.0.1/32", "ODZIV_HOSTS": "127.0.0.1"}
    return serve(ODZIV_WEB_URL=f"https://{WEB}", ODZIV_EDGE_URL=f"https://{EDGE}", **trusted)


@pytest.fixture
def nginx(served: Served, tmp_path: Path) -> Iterator[Nginx]:
    (tmp_path / "nginx").mkdir()
    one = Nginx(tmp_path / "nginx", served, free_port(), free_port())
    try:
        until = time.monotonic() + 10
        while not answers(one.https) and time.monotonic() < until:
            time.sleep(0.05)
        yield one
    finally:
        one.end()


def signed_in(nginx: Nginx, served: Served) -> None:
    made = ("create-organisation", "Lipa", "--administrator", "Dora", "--email", "dora@lipa.example")
    assert served.command(*made, typed=f"{PASSWORD}\n").returncode == 0
    page = nginx.get(WEB, "/account/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    cookies = {one.partition("=")[0]: one for one in page.headers.get_list("set-cookie")}
    assert all("Secure" in one for one in cookies.values())
    fields = {"login": "dora@lipa.example", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    crumbs = "; ".join(one.partition(";")[0] for one in cookies.values())
    headers = {"Host": WEB, "Origin": f"https://{WEB}", "Referer": f"https://{WEB}/account/login/", "Cookie": crumbs}
    answered = nginx.client.post("/account/login/", data=fields, headers=headers)
    assert answered.status_code == 302, answered.text[:500]
    nginx.client.headers["Cookie"] = "; ".join(one.partition(";")[0] for one in answered.headers.get_list("set-cookie"))


def test_the_example_for_nginx_does_all_that_the_guide_says(nginx: Nginx, served: Served) -> None:
    signed_in(nginx, served)
    told = served.ask(_MESSAGE)
    assert told["beacon"].startswith(f"https://{EDGE}/o/")
    beacon = told["beacon"].removeprefix(f"https://{EDGE}")

    # The timeline of an open page learns of an open at once: nothing is held back on the way.
    with nginx.client.stream("GET", f"{told['page']}live", headers={"Host": WEB}) as live:
        assert live.status_code == 200
        news = live.iter_text()
        forged = {"X-Forwarded-For": "198.51.100.9", "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1)"}
        assert nginx.get(EDGE, beacon, **forged).headers["content-type"] == "image/gif"
        heard = ""
        begun = time.monotonic()
        while "data:" not in heard and time.monotonic() < begun + 30:
            heard += next(news)
        assert "data:" in heard
    assert "198.51.100" not in str(served.ask(_SEEN)), "what a client claims of itself was believed"

    # Each name leads to its own process only, and the probes are not for the world.
    assert nginx.get(WEB, beacon).status_code == 404
    assert nginx.get(EDGE, "/account/login/").status_code == 404
    assert {nginx.get(WEB, path).status_code for path in ("/healthz", "/readyz")} == {404}
    plain = httpx.get(f"http://127.0.0.1:{nginx.http}{beacon}", headers={"Host": EDGE})
    assert (plain.status_code, plain.headers["location"]) == (301, told["beacon"])

    # Nobody's address, and no page's, is written down.
    written = "".join(path.read_text(errors="replace") for path in nginx.folder.glob("*.log"))
    assert beacon not in written and "127.0.0.1" not in written
