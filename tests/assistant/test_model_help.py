"""Agents are helped by the model, or by rules where there is none; nothing is said that they did not look at."""

import asyncio
import json
from collections.abc import Callable
from random import Random

import pytest

from ccs.assistant.model.help import ByModel, ByRules, Conversation
from ccs.assistant.model.responder import Terms
from ccs.assistant.words import Said
from ccs.errors import NoHelp
from ccs.models import Sender
from tests.llm import (
    DONE, NOW, PATIENCE, SHIPPING, USAGE, Asks, Server, calls, chunk, ledger, refuses, says, search, stalls,
)

LINES = (
    Said(Sender.CUSTOMER, "你好"), Said(Sender.AI, "您好"), Said(Sender.MANUAL, "在的"),
    Said(Sender.CUSTOMER, "订单 20241100123 多久发货？"), Said(Sender.CUSTOMER, "电话 13800138000"),
)
TALK = Conversation("s-1", "jd", LINES, NOW)
EMPTY = Conversation("s-1", "jd", (), NOW)
Makes = Callable[..., ByModel]


@pytest.fixture
def helper(client: Asks) -> Makes:
    def make(url: str, purse=None, **terms) -> ByModel:
        return ByModel(client(url), search, purse or ledger(), Terms(**{"seconds": PATIENCE, **terms}), Random(1))
    return make


def writes(text: str) -> bytes:
    return chunk(text) + chunk(finish="stop") + USAGE + DONE


@pytest.mark.gen_test
async def test_suggestions_name_what_they_rest_on_and_what_is_to_be_checked(helper: Makes) -> None:
    replies = [{"text": "48 小时内发货", "entries": [1]}, {"text": "今天就发", "entries": []}, {"text": "好", "entries": []}]
    async with Server.open(says(calls("suggest", {"replies": replies}))) as server:
        drafts = await helper(server.url).suggest(TALK, 2)
        assert "13800138000" not in json.dumps(server.visits[0].asked, ensure_ascii=False)
    assert [(draft.text, draft.entries, draft.doubts) for draft in drafts] == [
        ("48 小时内发货", (SHIPPING.entry.id,), ()), ("今天就发", (), ("今天",)),
    ]


@pytest.mark.gen_test
async def test_a_summary_has_the_numbers_back(helper: Makes) -> None:
    async with Server.open(says(writes("<think>嗯</think>客户问单号 〔单号1〕，电话 〔手机1〕"))) as server:
        draft = await helper(server.url).summary(TALK)
        sent = json.dumps(server.visits[0].asked, ensure_ascii=False)
    assert draft.text == "客户问单号 20241100123，电话 13800138000" and draft.doubts == ()
    assert "20241100123" not in sent and "13800138000" not in sent


@pytest.mark.gen_test
@pytest.mark.parametrize("manner, words", [
    ("politer", "礼貌"), ("shorter", "简短"), ("longer", "详细"), ("fix", "错别字"),
])
async def test_a_text_is_polished_in_a_manner_and_changed_numbers_are_told(
    manner: str, words: str, helper: Makes
) -> None:
    async with Server.open(says(writes("您好，24 小时内会为您发出。"))) as server:
        draft = await helper(server.url).polish("s-1", "48小时发", manner)
        assert words in server.visits[0].asked["messages"][1]["content"]
    assert draft.text == "您好，24 小时内会为您发出。" and draft.doubts == ("24小时",)


@pytest.mark.gen_test
@pytest.mark.parametrize("acts, words", [
    (refuses(500), "暂时不可用"), (refuses(401), "密钥"), (says(chunk("写到一半") + chunk(finish="length") + DONE), "没有写完"),
    (says(writes("  ")), "没有写完"),
])
async def test_when_the_model_fails_the_agent_is_told_in_words(acts, words: str, helper: Makes) -> None:
    async with Server.open(acts) as server:
        with pytest.raises(NoHelp, match=words):
            await helper(server.url).polish("s-1", "在", "fix")


@pytest.mark.gen_test
async def test_when_the_money_is_spent_the_agent_is_told_so(helper: Makes) -> None:
    async with Server.open(says(writes("好"))) as server:
        for ask in (lambda each: each.summary(TALK), lambda each: each.suggest(TALK, 1)):
            with pytest.raises(NoHelp, match="今天的模型用量已达上限"):
                await ask(helper(server.url, ledger(daily=10)))
        assert server.visits == []


@pytest.mark.gen_test
async def test_help_that_nobody_waits_for_ends_the_request(helper: Makes) -> None:
    async with Server.open(stalls(chunk("写"))) as server:
        asking = asyncio.create_task(helper(server.url).polish("s-1", "在", "fix"))
        visit = await server.visit(0)
        asking.cancel()
        async with asyncio.timeout(PATIENCE):
            await visit.left.wait()


@pytest.mark.gen_test
async def test_without_a_model_rules_do_what_can_be_done() -> None:
    rules = ByRules(search)
    drafts = await rules.suggest(TALK, 1)
    assert [(draft.text, draft.entries, draft.by_model) for draft in drafts] == [
        (SHIPPING.entry.answer, (SHIPPING.entry.id,), False),
    ]
    summary = (await rules.summary(TALK)).text
    assert "多久发货" in summary and "20241100123" in summary and "13800138000" in summary
    with pytest.raises(NoHelp, match="没有接入语言模型"):
        await rules.polish("s-1", "在", "fix")


@pytest.mark.gen_test
async def test_where_nobody_has_spoken_there_is_nothing_to_say(helper: Makes) -> None:
    async with Server.open(says(writes("好"))) as server:
        for each in (helper(server.url), ByRules(search)):
            with pytest.raises(NoHelp):
                await each.summary(EMPTY)
        with pytest.raises(NoHelp):
            await helper(server.url).suggest(EMPTY, 1)
        assert server.visits == [] and await ByRules(search).suggest(EMPTY, 1) == ()
