"""The model's three lines for whoever takes over: masked, paid for, and only what somebody has said."""

import asyncio
from collections.abc import Callable
from random import Random

import pytest

from ccs.assistant.model.ledger import BudgetSpent
from ccs.assistant.model.responder import Terms
from ccs.assistant.model.summary import ModelSummary
from ccs.assistant.words import Question, Reason, Said, Summary
from ccs.models import Sender
from tests.llm import PATIENCE, Act, Asks, Pages, Server, calls, ledger, question, says, stalls

ASKED = question("电话 13800138000，帮我转人工", before=(
    Said(Sender.CUSTOMER, "订单 281046817987 怎么退货"), Said(Sender.AI, "支持 7 天无理由退货。"),
))
LINES = {"wants": "想退货，订单〔单号1〕，电话〔手机1〕", "tried": "说明过 7 天无理由退货", "open": "还没有办理"}

Makes = Callable[..., ModelSummary]


@pytest.fixture
def summary(client: Asks) -> Makes:
    return lambda url, purse=None: ModelSummary(client(url), purse or ledger(), Terms(PATIENCE), Random(1))


def tells(**lines: str) -> Act:
    return says(calls("summary", {**LINES, **lines}))


@pytest.mark.gen_test
async def test_it_has_the_numbers_back_that_the_model_never_saw(summary: Makes) -> None:
    pages = Pages()
    async with Server.open(tells()) as server:
        told = await summary(server.url, ledger(book=pages))(ASKED, Reason.KEYWORD)
        asked = str(server.visits[0].asked)
    assert told == Summary("想退货，订单281046817987，电话13800138000", LINES["tried"], LINES["open"])
    assert "13800138000" not in asked and "281046817987" not in asked and "怎么退货" in asked
    assert len(pages.lines) == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("lines", [{"open": "已经退款 59 元"}, {"tried": "答应 3 天内上门取件"}, {"wants": " "}])
async def test_what_nobody_has_said_stands_on_no_card(summary: Makes, lines: dict[str, str]) -> None:
    async with Server.open(tells(**lines)) as server:
        assert await summary(server.url)(ASKED, Reason.KEYWORD) is None


@pytest.mark.gen_test
@pytest.mark.parametrize("asked, reason", [
    (ASKED, Reason.ERROR), (ASKED, Reason.BUDGET), (question("人工"), Reason.KEYWORD),
])
async def test_where_it_is_of_no_use_the_model_is_not_asked(summary: Makes, asked: Question, reason: str) -> None:
    async with Server.open(tells()) as server:
        assert await summary(server.url)(asked, reason) is None
        assert not server.visits


@pytest.mark.gen_test
async def test_there_is_none_once_the_money_is_spent(summary: Makes) -> None:
    async with Server.open(tells()) as server:
        with pytest.raises(BudgetSpent):
            await summary(server.url, ledger(daily=10))(ASKED, Reason.KEYWORD)
        assert not server.visits


@pytest.mark.gen_test
async def test_who_does_not_wait_for_it_ends_the_request(summary: Makes) -> None:
    async with Server.open(stalls()) as server:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await summary(server.url)(ASKED, Reason.KEYWORD)
        await asyncio.wait_for(server.visits[0].left.wait(), PATIENCE)
