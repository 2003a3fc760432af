"""What is wrong before the start is one line, and nothing starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from odziv.environment import Environment, read_environment
from odziv.lib.plain import PlainError
from odziv.supervise.preflight import claim, settle_ports

FREE = {
    "ODZIV_WEB_LISTEN": "127.0.0.1:0",
    "ODZIV_EDGE_LISTEN": "127.0.0.1:0",
    "ODZIV_MAIL_LISTEN": "127.0.0.1:0",
}


def settle(**changed: str) -> Environment:
    environ = FREE | changed
    return read_environment(settle_ports(environ, read_environment(environ)))


def test_a_taken_port_is_one_line_that_names_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(PlainError) as refused:
            settle(ODZIV_EDGE_LISTEN=place)
    assert str(refused.value).startswith(f"ODZIV_EDGE_LISTEN={place}: the port is taken; ")
    assert "\n" not in str(refused.value)


def test_two_settings_with_the_same_port_are_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with pytest.raises(PlainError, match=r"ODZIV_MAIL_LISTEN=.*the port is taken"):
        settle(ODZIV_WEB_LISTEN=f"127.0.0.1:{port}", ODZIV_MAIL_LISTEN=f"127.0.0.1:{port}")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PlainError, match=r"ODZIV_WEB_LISTEN=192.0.2.1:8000: cannot listen there"):
        settle(ODZIV_WEB_LISTEN="192.0.2.1:8000")


def test_port_0_becomes_a_free_port_in_the_public_address_too() -> None:
    env = settle()
    ports = {env.web_listen.port, env.edge_listen.port, env.mail_listen.port}
    assert len(ports) == 3 and 0 not in ports
    assert env.web_url == f"http://{env.web_listen}"


def test_a_data_folder_belongs_to_one_at_a_time(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(PlainError, match=r"Odziv runs on .* already \(process \d+\)"):
        claim(tmp_path)
    claim(tmp_path).close()


def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlainError, match=r"ODZIV_DATA=.* cannot be written"):
        claim(tmp_path / "file" / "data")
