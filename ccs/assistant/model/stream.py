"""An answer as it comes in: bytes, lines, events, and at last a `Reply`.

Strict about what an answer must be, patient about how it is written: any line ends, `data:` with a blank or without,
events with no blank line between them, comments, pings, a character cut in two by the network, counts at the end or
none, a call's pieces with numbers or without, and the whole answer as one JSON object from a server that does not
stream. What ends before it is finished is no answer.
"""

import re
from collections.abc import Iterator
from typing import Any

from attrs import define, field

from ccs.assistant.model import estimate
from ccs.assistant.model.failures import Kind, ModelFailure, of_error
from ccs.assistant.model.talk import Call, Reply
from ccs.channels import loosely

LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")         # a carriage return that comes last may be half of a pair
LONGEST_ANSWER = 20_000     # characters, of the text and of each call; far above what any customer reads
MOST_BYTES = 4 * 1024 * 1024
MOST_CALLS = 8


@define
class _Piecemeal:
    """A call while it comes."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@define
class Gathering:
    """Gathers one answer. Raises ModelFailure for what is none."""

    text: str = ""
    usage: int | None = None
    finish: str | None = None
    is_done: bool = False               # the server said that nothing more comes
    _calls: list[_Piecemeal] = field(factory=list)
    _rest: bytes = b""
    _data: list[bytes] = field(factory=list)
    _bytes: int = 0
    _is_whole: bool | None = None       # one JSON object instead of events; None until something came
    _thoughts: int = 0                  # characters the model thought aloud, which are paid for and not read

    @property
    def is_finished(self) -> bool:
        return self.is_done or self.finish is not None

    def take(self, chunk: bytes) -> bool:
        """Whether something of the answer was in it, and not only a sign of life."""
        self._bytes += len(chunk)
        if self._bytes > MOST_BYTES:
            raise ModelFailure(Kind.BROKEN)
        self._rest += chunk
        if self._is_whole is None and (begun := self._rest.lstrip(b"\xef\xbb\xbf \t\r\n")):
            self._is_whole, self._rest = begun.startswith(b"{"), begun
        if self._is_whole:
            return True
        *lines, self._rest = LINE_END.split(self._rest)
        before = self._size
        for line in lines:
            self._line(line)
        return self._size > before or self.is_finished

    def end(self, prompt_tokens: int) -> Reply:
        """The whole answer, now that nothing more comes."""
        if self._is_whole:
            self._whole()
        else:
            self._line(self._rest.rstrip(b"\r"))
            self._line(b"")
        if self.finish == "content_filter":
            raise ModelFailure(Kind.FILTERED)
        if not self.is_finished:
            raise ModelFailure(Kind.BROKEN)
        calls = tuple(Call(call.name, call.arguments) for call in self._calls)
        return Reply(self.text, calls, self.tokens(prompt_tokens), self.finish == "length")

    def tokens(self, prompt_tokens: int) -> int:
        """What it costs so far."""
        if self.usage is not None:
            return self.usage
        written = "".join([self.text, *(f"{call.name}{call.arguments}" for call in self._calls)])
        return prompt_tokens + estimate.tokens(written) + self._thoughts

    @property
    def _size(self) -> int:
        return len(self.text) + self._thoughts + sum(len(call.name) + len(call.arguments) for call in self._calls)

    # Lines and events

    def _line(self, line: bytes) -> None:
        if not line:
            self._event()
        elif line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        # a comment, `event:`, `id:` and `retry:` say nothing of the answer

    def _event(self) -> None:
        data, self._data = self._data, []
        for part in _parts(data):
            self._part(part)

    def _part(self, part: bytes) -> None:
        if part.strip() == b"[DONE]":
            self.is_done = True
        elif part.strip() and not self.is_done:
            self._chunk(_decoded(part), "delta")

    def _whole(self) -> None:
        self._chunk(_decoded(self._rest), "message")
        if self.finish is None and (self.text or self._calls):
            self.finish = "stop"            # it came whole, and so to its end

    # What stands in them

    def _chunk(self, chunk: Any, part: str) -> None:
        if not isinstance(chunk, dict):
            raise ModelFailure(Kind.BROKEN)
        if chunk.get("error"):
            raise of_error(chunk["error"])
        self._count(chunk.get("usage"))
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and choice.get("index") in (None, 0):
                self._delta(choice.get(part) or choice.get("message") or {})
                if isinstance(choice.get("finish_reason"), str):
                    self.finish = choice["finish_reason"]

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            numbers = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
            known = [number for number in numbers if isinstance(number, int) and number >= 0]
            if len(known) == 2:
                self.usage = sum(known)

    def _delta(self, delta: Any) -> None:
        if not isinstance(delta, dict):
            raise ModelFailure(Kind.BROKEN)
        if isinstance(delta.get("content"), str):
            self.text += delta["content"]
        for name in ("reasoning_content", "reasoning"):
            if isinstance(delta.get(name), str):
                self._thoughts += len(delta[name])
        pieces = delta.get("tool_calls")
        for piece in pieces if isinstance(pieces, list) else ():
            self._piece(piece)
        if max(len(self.text), *(len(call.arguments) for call in self._calls), 0) > LONGEST_ANSWER:
            raise ModelFailure(Kind.BROKEN)

    def _piece(self, piece: Any) -> None:
        function = piece.get("function") if isinstance(piece, dict) else None
        if not isinstance(function, dict):
            raise ModelFailure(Kind.BROKEN)
        call = self._call(piece)
        for name in ("name", "arguments"):
            if isinstance(function.get(name), str):
                setattr(call, name, getattr(call, name) + function[name])

    def _call(self, piece: dict[str, Any]) -> _Piecemeal:
        """The call that a piece belongs to: by its number, or else the last, unless it brings an id of its own."""
        number, name = piece.get("index"), piece.get("id") or ""
        if not isinstance(number, int):
            is_new = not self._calls or bool(name) and self._calls[-1].id != name
            number = len(self._calls) - (not is_new)
        if not 0 <= number <= len(self._calls) or number >= MOST_CALLS:
            raise ModelFailure(Kind.BROKEN)
        if number == len(self._calls):
            self._calls.append(_Piecemeal(str(name)))
        return self._calls[number]


def _parts(data: list[bytes]) -> Iterator[bytes]:
    """The lines of an event are one text; but some servers leave out the blank line between events."""
    if len(data) > 1 and all(line.strip() == b"[DONE]" or _is_object(line) for line in data):
        yield from data
    elif data:
        yield b"\n".join(data)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(loosely.decode(line), dict)
    except (ValueError, RecursionError):
        return False


def _decoded(part: bytes) -> Any:
    try:
        part.decode()
        return loosely.decode(part)
    except (ValueError, RecursionError):
        raise ModelFailure(Kind.BROKEN) from None
