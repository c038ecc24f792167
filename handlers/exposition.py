"""Numbers as Prometheus reads them: its text format, version 0.0.4."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@frozen
class Metric:
    """A name, what it means, and a value for each set of labels."""

    name: str
    help: str
    values: Mapping[Any, float]         # by a tuple of as many texts as there are labels
    labels: tuple[str, ...] = ()
    kind: str = "gauge"

    def lines(self) -> Iterable[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in sorted(self.values.items()):
            told = ",".join(f'{name}="{text.translate(ESCAPES)}"' for name, text in zip(self.labels, labels))
            yield f"{self.name}{{{told}}} {value}" if told else f"{self.name} {value}"


def gauge(name: str, help: str, value: float) -> Metric:
    return Metric(name, help, {(): value})


def counter(name: str, help: str, value: float) -> Metric:
    return Metric(name, help, {(): value}, kind="counter")


def render(metrics: Iterable[Metric]) -> bytes:
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines()).encode()
