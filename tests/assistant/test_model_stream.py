"""An answer is read however it is written and cut, and what is no answer is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccs.assistant.model.failures import Kind, ModelFailure
from ccs.assistant.model.stream import LONGEST_ANSWER, Gathering
from ccs.assistant.model.talk import Call, Reply
from tests.llm import DONE, USAGE, chunk

PROMPT = 100


def read(*pieces: bytes) -> Reply:
    gathering = Gathering()
    for piece in pieces:
        gathering.take(piece)
    return gathering.end(PROMPT)


def failure(*pieces: bytes) -> Kind:
    with pytest.raises(ModelFailure) as caught:
        read(*pieces)
    return caught.value.kind


ANSWER = chunk("现货 48 小时") + chunk("内发货 🎉") + chunk(finish="stop") + USAGE + DONE
SAID = Reply("现货 48 小时内发货 🎉", tokens=77)


@given(st.lists(st.integers(0, len(ANSWER)), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_wherever_the_network_cuts_it_and_however_lines_end_it_says_the_same(cuts: list[int], end: bytes) -> None:
    answer = ANSWER.replace(b"\n", end)
    places = [0, *sorted(cuts), len(answer)]
    assert read(*(answer[a:b] for a, b in zip(places, places[1:], strict=False))) == SAID


@pytest.mark.parametrize("written", [
    ANSWER.replace(b"data: ", b"data:"),
    b": ping\n\n" + ANSWER.replace(b"\n\n", b"\n\n: keep-alive\n\n"),
    b"\xef\xbb\xbf" + ANSWER,
    ANSWER.replace(b"\n\n", b"\n"),                             # no blank line between events
    ANSWER.replace(DONE, b""),                                  # it ends without saying so
    ANSWER.replace(b"data: ", b"event: message\nid: 1\ndata: "),
    chunk(role="assistant", content=None) + ANSWER,
    b'data: {"choices":[{}]}\n\ndata: {"choices":[]}\n\ndata: {}\n\n' + ANSWER,     # choices that say nothing
    b'data: {"choices":[{"index":1,"delta":{"content":"x"}}]}\n\n' + ANSWER,        # a second answer nobody asked for
    ANSWER + chunk("more"),                                     # after the end
])
def test_manners_of_writing_do_not_matter(written: bytes) -> None:
    assert read(written) == SAID


def test_an_event_of_several_lines_is_one_text() -> None:
    assert read(b'data: {"choices":\ndata: [{"delta":{"content":"x"},"finish_reason":"stop"}]}\n\n').text == "x"


def test_a_server_that_does_not_stream_is_understood() -> None:
    told = {"choices": [{"message": {"content": "在的"}}], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}
    assert read(json.dumps(told, indent=1).encode()) == Reply("在的", tokens=7)


@pytest.mark.parametrize("numbered", [True, False])
def test_calls_come_in_pieces_with_numbers_or_without(numbered: bool) -> None:
    def piece(number: int, **said: object) -> bytes:
        return chunk(tool_calls=[{**({"index": number} if numbered else {}), **said}])

    written = (
        piece(0, id="a", function={"name": "answer", "arguments": ""}), piece(0, function={"arguments": '{"te'}),
        piece(0, function={"arguments": 'xt":1}'}), piece(1, id="b", function={"name": "hand_off", "arguments": "{}"}),
        chunk(finish="tool_calls"),
    )
    assert read(*written).calls == (Call("answer", '{"text":1}'), Call("hand_off", "{}"))


def test_tokens_that_nobody_counted_are_estimated_and_thoughts_among_them() -> None:
    assert read(chunk("现货48小时") + chunk(finish="stop")).tokens == PROMPT + 5
    assert read(chunk(reasoning_content="想一想") + chunk("现货48小时") + chunk(finish="stop")).tokens == PROMPT + 8


def test_an_answer_that_was_cut_by_its_length_says_so() -> None:
    assert read(chunk("现货") + chunk(finish="length")).is_cut


@pytest.mark.parametrize("written, kind", [
    (chunk("现货"), Kind.BROKEN),                               # ends before it is finished
    (b"", Kind.BROKEN),
    (b"data: {broken\n\n", Kind.BROKEN),
    (b"<html>502</html>", Kind.BROKEN),
    (b'{"choices": [', Kind.BROKEN),
    (b'{"choices": []}', Kind.BROKEN),
    (b"data: [1]\n\n", Kind.BROKEN),
    (b'data: {"choices":[{"delta":{"content":"\xe4\xbd"}}]}\n\n' + DONE, Kind.BROKEN),      # half a character
    (b'data: {"choices":[{"delta":7}]}\n\n', Kind.BROKEN),
    (b'data: {"choices":[{"delta":{"tool_calls":[{"index":7,"function":{}}]}}]}\n\n', Kind.BROKEN),
    (chunk("啊" * (LONGEST_ANSWER + 1)), Kind.BROKEN),
    (chunk("不") + chunk(finish="content_filter"), Kind.FILTERED),
    (b'data: {"error":{"message":"overloaded"}}\n\n', Kind.DOWN),
    (b'data: {"error":{"message":"slow down","code":429}}\n\n', Kind.BUSY),
    (b'data: {"error":"maximum context length is 4096"}\n\n', Kind.TOO_LONG),
])
def test_what_is_no_answer_is_none(written: bytes, kind: Kind) -> None:
    assert failure(written) is kind


def test_a_stream_without_end_is_not_kept() -> None:
    gathering = Gathering()
    with pytest.raises(ModelFailure):
        for _ in range(200):
            gathering.take(b": ping" * 10_000)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_failure(noise: bytes) -> None:
    try:
        read(b"data: " + noise)
        read(noise)
    except ModelFailure:
        pass
