"""What is asked of a language model, and what it answers. No bytes yet."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ccs.assistant.model import estimate


@frozen
class Line:
    role: str                           # system, user
    text: str


@frozen
class Tool:
    """Something the model may choose to do. `parameters` is a JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@frozen
class Talk:
    """One request. With `tools` the model has to choose one of them."""

    lines: tuple[Line, ...]
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 500
    temperature: float = 0.2

    @property
    def tokens(self) -> int:
        """What the server will count of it, estimated."""
        offered = sum(estimate.tokens(f"{tool.description}{tool.parameters}") for tool in self.tools)
        return offered + sum(estimate.tokens(line.text) + estimate.LINE for line in self.lines)


@frozen
class Call:
    """The model chose a tool. Its arguments are as it wrote them, which need be no JSON."""

    name: str
    arguments: str


@frozen
class Reply:
    text: str
    calls: tuple[Call, ...] = ()
    tokens: int = 0                     # in and out, as the server counted them, or else estimated
    is_cut: bool = False                # the model had more to say
    seconds: float = 0.0
