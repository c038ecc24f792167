"""What a server knows of the protocol, found out by what it answers.

We begin with everything. Whatever a server complains of is left out from then on: it is learned once, kept while the
process runs, and only when the request without it was taken.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from attrs import evolve, frozen

from ccs.assistant.model.failures import Kind, ModelFailure
from ccs.assistant.model.talk import Talk

ABOUT_TOOLS = ("tool", "function")
ABOUT_JSON = ("response_format", "json", "grammar", "schema", "guided")
COMPLAINTS = (400, 404, 422, 500, 501)      # some say 500 and mean that they have no tools, and one says 404


class Form(IntEnum):
    """How the model is made to choose."""

    TOOLS = 3           # it calls one of the tools
    OBJECT = 2          # it is asked for a JSON object, and the server sees to it that it is one
    WORDS = 1           # it is asked for a JSON object, and nobody sees to it


@frozen
class Manners:
    form: Form = Form.TOOLS
    insists: bool = True                # `tool_choice` "required"
    counts: bool = True                 # `stream_options`
    limit: str = "max_tokens"
    warms: bool = True                  # `temperature`

    def parameters(self, talk: Talk) -> dict[str, Any]:
        """What the request says besides model and messages."""
        return {
            "stream": True,
            **({"stream_options": {"include_usage": True}} if self.counts else {}),
            **({self.limit: talk.max_tokens} if self.limit else {}),
            **({"temperature": talk.temperature} if self.warms else {}),
            **(self._choice(talk) if talk.tools else {}),
        }

    def _choice(self, talk: Talk) -> Mapping[str, Any]:
        if self.form is Form.OBJECT:
            return {"response_format": {"type": "json_object"}}
        if self.form is Form.WORDS:
            return {}
        tools = [
            {"type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            }}
            for tool in talk.tools
        ]
        return {"tools": tools, **({"tool_choice": "required"} if self.insists else {})}


def after(manners: Manners, failure: ModelFailure, talk: Talk) -> Manners | None:
    """How to ask again after this; None if it is no complaint, or there is nothing left to leave out."""
    if failure.status not in COMPLAINTS or failure.kind not in (Kind.REFUSED, Kind.DOWN, Kind.UNKNOWN):
        return None
    complaint = failure.complaint
    if manners.counts and "stream_options" in complaint:
        return evolve(manners, counts=False)
    if manners.limit and manners.limit in complaint:
        return evolve(manners, limit="max_completion_tokens" if manners.limit == "max_tokens" else "")
    if manners.warms and "temperature" in complaint:
        return evolve(manners, warms=False)
    if talk.tools and (lower := _about_choice(manners, complaint)):
        return lower
    return _without_a_word(manners, talk) if failure.status in (400, 422) else None


def _about_choice(manners: Manners, complaint: str) -> Manners | None:
    if manners.form is Form.TOOLS and manners.insists and "tool_choice" in complaint:
        return evolve(manners, insists=False)
    if manners.form is Form.TOOLS and any(word in complaint for word in ABOUT_TOOLS):
        return evolve(manners, form=Form.OBJECT)
    if manners.form is Form.OBJECT and any(word in complaint for word in ABOUT_JSON):
        return evolve(manners, form=Form.WORDS)
    return None


def _without_a_word(manners: Manners, talk: Talk) -> Manners | None:
    """The server does not say what it minds, so what is least common goes first."""
    if talk.tools and manners.form > Form.WORDS:
        return evolve(manners, form=Form(manners.form - 1))
    return evolve(manners, counts=False) if manners.counts else None
