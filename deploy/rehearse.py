"""Do what the Dockerfile says without an engine: its steps in a chroot, then its command and its health check.

    python3 deploy/rehearse.py FOLDER [CERTIFICATES]

CERTIFICATES is a file with those that pip and uv shall trust, where a network has its own.
Wants root and debootstrap, on Debian. FOLDER gets a root for each stage; the last one is the image's. Instructions that
our Dockerfile does not use are refused. What only an engine does (layers, volumes, networks, a root that is read-only)
is not tried. Exit status 0: the process answered as healthy and ended when it was told to.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
_RELEASE = "bookworm"
_TRUSTED = "/run/certificates.crt"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Stage:
    """A root and what the instructions so far have set."""

    root: Path
    name: str = ""
    env: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = ""
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    entry: list[str] = field(default_factory=list)

    def call(self, command: list[str], user: str = "", **further: str) -> list[str]:
        """The command line that runs this in the root."""
        settings = [f"{name}={value}" for name, value in {"PATH": _PATH, "HOME": "/tmp", **self.env, **further}.items()]
        into = f'cd {shlex.quote(self.folder)} && exec "$@"'
        return ["chroot", *([f"--userspec={user}"] if user else []), str(self.root), "/usr/bin/env", "-i", *settings,
                "/bin/sh", "-c", into, "sh", *command]  # fmt: skip


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile with their words, without comments and with continued lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name.upper(), rest.strip()) for name, _, rest in (line.partition(" ") for line in joined)]


def built(dockerfile: Path, folder: Path, certificates: str) -> Stage:
    """Run all steps; the last stage."""
    trusted = dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT"), _TRUSTED) if certificates else {}
    base = folder / "base"
    if not base.exists():
        subprocess.run(["debootstrap", "--variant=minbase", _RELEASE, str(base)], check=True)
    stages: list[Stage] = []
    for name, rest in instructions(dockerfile.read_text()):
        sys.stderr.write(f"{name} {rest[:100]}\n")
        if name == "FROM":
            stages.append(Stage(folder / f"stage-{len(stages)}", rest.rpartition(" AS ")[2] if " AS " in rest else ""))
            shutil.rmtree(stages[-1].root, ignore_errors=True)
            subprocess.run(["cp", "--archive", str(base), str(stages[-1].root)], check=True)
            shutil.copy("/etc/resolv.conf", stages[-1].root / "etc/resolv.conf")
            if certificates:
                shutil.copy(certificates, stages[-1].root / _TRUSTED.lstrip("/"))
        elif stages:
            _step(stages, name, rest, trusted)
    return stages[-1]


def _step(stages: list[Stage], name: str, rest: str, trusted: dict[str, str]) -> None:
    here = stages[-1]
    if name == "RUN":
        subprocess.run(here.call(["/bin/sh", "-c", rest], **trusted), check=True)
    elif name == "COPY":
        _copy(stages, shlex.split(rest))
    elif name == "ENV":
        here.env |= dict(word.split("=", 1) for word in shlex.split(rest))
    elif name == "WORKDIR":
        here.folder = rest
        (here.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif name == "USER":
        here.user = rest
    elif name == "HEALTHCHECK":
        here.health = json.loads(re.sub(r"^.*?CMD ", "", rest))
    elif name in ("CMD", "ENTRYPOINT"):
        setattr(here, "command" if name == "CMD" else "entry", json.loads(rest))
    elif name not in ("VOLUME", "EXPOSE", "STOPSIGNAL", "ARG"):
        raise SystemExit(f"{name} is not known here")


def _copy(stages: list[Stage], words: list[str]) -> None:
    source = CHECKOUT
    if words[0].startswith("--from="):
        source = next(stage.root for stage in stages if stage.name == words.pop(0).partition("=")[2])
    *files, to = words
    there = stages[-1].root / (to if to.startswith("/") else f"{stages[-1].folder}/{to}").lstrip("/")
    for one in files:
        path = source / one.lstrip("/")
        if path.is_dir():
            # What git does not know is what .dockerignore keeps out.
            leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo", "cities.sqlite")
            shutil.copytree(path, there, symlinks=True, dirs_exist_ok=True,
                            ignore=leave_out if source == CHECKOUT else None)  # fmt: skip
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, there)


def lives(stage: Stage, seconds: float = 60) -> bool:
    """Start the command as its user, ask as the health check does, end it; whether all went as it should."""
    process = subprocess.Popen(stage.call([*stage.entry, *stage.command], stage.user))
    until, healthy = time.monotonic() + seconds, False
    try:
        while not healthy and time.monotonic() < until and process.poll() is None:
            time.sleep(1)
            check = subprocess.run(stage.call(stage.health, stage.user), stderr=subprocess.DEVNULL, check=False)
            healthy = check.returncode == 0
        process.send_signal(signal.SIGTERM)
        return healthy and process.wait(10) == 0
    finally:
        process.kill()


if __name__ == "__main__":
    if os.geteuid() != 0 or len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    last = built(CHECKOUT / "Dockerfile", Path(sys.argv[1]).absolute(), "".join(sys.argv[2:]))
    size = subprocess.run(["du", "-sh", str(last.root)], capture_output=True, text=True, check=True).stdout.split()[0]
    fine = lives(last)
    sys.stdout.write(f"{'healthy, and ended when told' if fine else 'NOT HEALTHY'}; {size}\n")
    raise SystemExit(not fine)
