"""What 微信客服 has for us is fetched when it says so, when it did not, and exactly once."""

import pytest

from tests.conftest import Stage
from tests.kf import at_kf


@pytest.mark.gen_test
async def test_a_customer_who_writes_to_an_account_is_waiting_and_her_words_are_there(stage: Stage, wecom) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), at_kf(stage, wecom)
    msgid = await chen.says("我要退货")
    waiting = (await wang.next("new_pending_session"))["data"]
    assert (waiting["customerId"], waiting["kfId"]) == (chen.id, chen.account)
    [row] = await chen.history(1)
    assert (row["content"], row["fields"]) == ("我要退货", {"msgid": msgid})
