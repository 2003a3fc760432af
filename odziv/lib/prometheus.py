"""Figures in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figure(NamedTuple):
    """One metric: its values by their labels; `kind` is counter or gauge."""

    name: str
    kind: str
    about: str
    values: Sequence[tuple[Mapping[str, str], float]]


def gauge(name: str, value: float, about: str) -> Figure:
    """A gauge without labels."""
    return Figure(name, "gauge", about, [({}, value)])


def text(figures: Iterable[Figure]) -> str:
    """What is answered to Prometheus."""
    lines: list[str] = []
    for figure in figures:
        lines += [f"# HELP {figure.name} {figure.about}", f"# TYPE {figure.name} {figure.kind}"]
        lines += [f"{figure.name}{_labels(labels)} {value + 0}" for labels, value in figure.values]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
