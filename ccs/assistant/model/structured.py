"""Makes the model choose one of the tools we offer, in the way its server knows, and never guesses what it meant.

A server with tools calls one. From others we ask for one JSON object; what is none is `Malformed`, however much it
reads like an answer. A server that takes tools and then chats is asked once more in the other way, and if that works
it is asked so from then on.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from ccs.assistant.model.client import Charge, Client
from ccs.assistant.model.manners import Form
from ccs.assistant.model.talk import Line, Reply, Talk, Tool
from ccs.channels import loosely
from ccs.errors import CCSError

THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


@frozen
class Choice:
    name: str
    arguments: Mapping[str, Any]
    reply: Reply


class Malformed(CCSError):
    """The model answered, and chose nothing that was offered."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("the model's answer is none of those it may give")
        self.reply = reply


async def choose(client: Client, talk: Talk, within: float, charge: Charge) -> Choice:
    """Raises ModelFailure or Malformed."""
    deadline = asyncio.get_running_loop().time() + within
    reply = await client.ask(_in_form(talk, client.form), within, charge, None)
    try:
        return _read(reply, talk.tools)
    except Malformed:
        if client.form is not Form.TOOLS or reply.calls or reply.is_cut:
            raise
    left = deadline - asyncio.get_running_loop().time()
    second = await client.ask(_in_form(talk, Form.OBJECT), left, charge, Form.OBJECT)
    choice = _read(evolve(second, tokens=reply.tokens + second.tokens), talk.tools)
    client.settle_for(Form.OBJECT)
    return choice


def _in_form(talk: Talk, form: Form) -> Talk:
    """What to write is said in the first line, for some models take no `system` later; beside tools it does no harm."""
    explained = _explained(talk.tools, form)
    if talk.lines[0].role != "system":
        return evolve(talk, lines=(Line("system", explained), *talk.lines))
    first = evolve(talk.lines[0], text=f"{talk.lines[0].text}\n\n{explained}")
    return evolve(talk, lines=(first, *talk.lines[1:]))


def _explained(tools: Sequence[Tool], form: Form) -> str:
    shapes = "\n".join(
        f"- {tool.description}：" + json.dumps(
            {"name": tool.name, "arguments": _example(tool.parameters)}, ensure_ascii=False)
        for tool in tools
    )
    by_tool = "调用一个工具来回答，不要直接写文字。如果不能调用工具，就" if form is Form.TOOLS else ""
    return f"{by_tool}只输出一个 JSON 对象，不要任何其他文字，从下面几种中选一种：\n{shapes}"


def _example(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return "|".join(schema["enum"])
    if schema["type"] == "object":
        return {name: _example(inner) for name, inner in schema["properties"].items()}
    if schema["type"] == "array":
        return [_example(schema["items"])]
    return 1 if schema["type"] == "integer" else schema.get("description", "…")


def _read(reply: Reply, tools: Sequence[Tool]) -> Choice:
    name, arguments = _called(reply) if reply.calls else _written(reply)
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None or not fits(arguments, tool.parameters):
        raise Malformed(reply)
    return Choice(tool.name, arguments, reply)


def _called(reply: Reply) -> tuple[Any, Any]:
    if len(reply.calls) > 1:
        raise Malformed(reply)
    return reply.calls[0].name, _decoded(reply.calls[0].arguments, reply)


def _written(reply: Reply) -> tuple[Any, Any]:
    text = without_thoughts(reply.text)
    if fenced := FENCE.match(text):
        text = fenced[1]
    told = _decoded(text, reply)
    return (told.get("name"), told.get("arguments")) if isinstance(told, dict) else (None, None)


def without_thoughts(text: str) -> str:
    """What some models think aloud before they answer is no part of the answer."""
    return THOUGHTS.sub("", text)


def _decoded(text: str, reply: Reply) -> Any:
    try:
        return loosely.decode(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Malformed(reply) from None


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is what the schema asks for, as far as our own schemas go."""
    if "enum" in schema:
        return value in schema["enum"]
    if schema["type"] == "object":
        return isinstance(value, dict) and all(
            name in value and fits(value[name], inner) if name in schema["required"]
            else name not in value or fits(value[name], inner)
            for name, inner in schema["properties"].items()
        )
    if schema["type"] == "array":
        return isinstance(value, list) and all(fits(item, schema["items"]) for item in value)
    if schema["type"] == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
