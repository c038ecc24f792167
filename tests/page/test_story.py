"""The whole story in browsers: two agents, their supervisor, the assistant, and customers of three channels."""

import pytest
from playwright.async_api import expect

from ccs.demo.gateway import Gateway
from ccs.demo.wecom import WeCom
from ccs.settings import Config
from tests.browser import Office
from tests.conftest import until


@pytest.mark.gen_test(timeout=60)
async def test_from_the_first_word_to_the_next_visit(
    office: Office, with_assistant: Config, gateway: Gateway, wecom: WeCom
) -> None:
    await office.start(with_assistant)
    wang, li, zhao = [await office.agent(cs_id) for cs_id in ("wang", "li", "zhao")]
    chen = office.stage.customer("陈女士", "wecom")

    # The assistant greets, and fetches a person when asked
    await chen.says("你好")
    await wang.counts(pending=0, mine=0, ai=1, all=1)
    await wang.tab("AI 接待中").click()
    await wang.opens("陈女士")
    await expect(wang.message("我是智能助手")).to_contain_text("AI")
    await expect(wang.message("我是智能助手")).to_contain_text("已发送")
    await expect(wang.state).to_have_text("AI 接待中")
    await expect(wang.button("写备注")).to_be_visible()                   # the reply is not hers, and says so
    await chen.says("转人工")
    await expect(wang.note).to_contain_text("转人工：客户要求人工")
    await expect(wang.state).to_have_text("待接入")
    await office.stage.customer("张三", "douyin").says("我要人工，退货")
    await office.stage.customer("孙先生", "jd").says("真人在吗")
    for agent in (wang, li, zhao):
        await agent.counts(pending=3, mine=0, ai=0, all=3)
        await expect(agent.page).to_have_title("(3) 待接入 · CCS")

    # 小王 accepts; 小李, a moment too late, is told who has it
    await wang.tab("待接入").click()
    await wang.opens("陈女士")
    await li.opens("陈女士")
    held, go_on = await li.hold("**/accept")
    await li.button("接入").first.click()
    await until(lambda: held)
    await wang.button("接入").first.click()
    await expect(wang.composer).to_be_focused()
    await wang.counts(pending=2, mine=1, ai=0, all=3)
    go_on.set()
    await expect(li.page.get_by_text("已被 小王 接入")).to_be_visible()
    await expect(li.composer).to_be_hidden()
    await expect(li.page.get_by_text("只有本人、主管和备注里提到的同事可以查看")).to_be_visible()
    await li.counts(pending=2, mine=0, ai=0, all=3)
    await expect(li.row("张三")).to_be_visible()
    await expect(li.row("陈女士")).to_have_count(0)
    await expect(li.page).to_have_title("(2) 待接入 · CCS")

    # They talk; the supervisor reads along, the colleague does not
    await wang.replies("您好，我是客服小王")
    await expect(wang.message("客服小王")).to_contain_text("已发送")
    await chen.says("我的快递到哪了")
    await wang.sees("我的快递到哪了")
    await zhao.tab("全部").click()
    await zhao.opens("陈女士")
    await zhao.sees("我的快递到哪了")
    await expect(zhao.state).to_have_text("人工 · 小王")
    await expect(zhao.message("客服小王")).to_contain_text("小王")
    await expect(li.state).to_have_text("人工 · 小王")
    await expect(li.message("我的快递到哪了")).to_have_count(0)

    # 小王 hands her to 小李, who answers and hands back to the assistant
    await wang.button("转接").click()
    await wang.page.get_by_role("menuitem", name="小李").click()
    await expect(wang.state).to_have_text("人工 · 小李")
    await expect(wang.composer).to_be_hidden()
    await wang.counts(pending=2, mine=0, ai=0, all=3)
    await li.counts(pending=2, mine=1, ai=0, all=3)
    await expect(zhao.note).to_contain_text("改由 小李 接待")
    await li.tab("我的").click()
    await li.opens("陈女士")
    await li.sees("我的快递到哪了")
    await li.replies("今天下午送到")
    await expect(li.message("今天下午送到")).to_contain_text("已发送")
    await expect(zhao.message("今天下午送到")).to_contain_text("小李")
    await li.button("转回 AI").click()
    await li.page.get_by_role("dialog").get_by_role("button", name="转回 AI").click()
    await expect(li.note).to_contain_text("小李 转回了 AI")
    await li.counts(pending=2, mine=0, ai=1, all=3)

    # 小王 takes over, and ends it
    await wang.button("接管").first.click()
    await expect(wang.state).to_have_text("人工 · 我")
    await expect(wang.note).to_contain_text("小王 从 AI 接管了会话")
    await wang.sees("今天下午送到")
    await wang.ends()
    await expect(wang.page.get_by_text("会话已结束，不能重新打开")).to_be_visible()
    await wang.counts(pending=2, mine=0, ai=0, all=2)
    await wang.tab("已结束").click()
    await expect(wang.row("陈女士")).to_contain_text("今天下午送到")

    # She comes back: a new session, greeted anew
    await chen.says("谢谢，收到了")
    await wang.counts(pending=2, mine=0, ai=1, all=3)
    await wang.tab("AI 接待中").click()
    await wang.opens("陈女士")
    await wang.sees("谢谢，收到了")
    await expect(wang.message("我是智能助手")).to_contain_text("已发送")
    await expect(wang.message("今天下午送到")).to_have_count(0)
    welcome = with_assistant.assistant.welcome
    assert [said["text"]["content"] for said in wecom.said] == [welcome, "您好，我是客服小王", "今天下午送到", welcome]
    assert {said["touser"] for said in wecom.said} == {"陈女士"} and gateway.said == []


@pytest.mark.gen_test
async def test_of_two_who_accept_in_the_same_moment_one_has_it_and_both_know(office: Office) -> None:
    agents = {cs_id: await office.agent(cs_id) for cs_id in ("wang", "li")}
    await office.stage.customer().says("在吗")
    waits = [await agent.hold("**/accept") for agent in agents.values()]
    for agent in agents.values():
        await agent.opens("陈女士")
        await agent.button("接入").first.click()
    await until(lambda: all(held for held, _ in waits))
    for _, go_on in waits:
        go_on.set()
    while (session := await office.stage.customer().session())["status"] == "pending":
        pass
    won = session["manualCsId"]
    [lost] = [cs_id for cs_id in agents if cs_id != won]
    name = {"wang": "小王", "li": "小李"}[won]
    await expect(agents[won].composer).to_be_editable()
    await expect(agents[won].page.get_by_role("status")).to_be_empty()
    await expect(agents[lost].page.get_by_text(f"已被 {name} 接入")).to_be_visible()
    await expect(agents[lost].state).to_have_text(f"人工 · {name}")
    for cs_id, agent in agents.items():
        await agent.counts(pending=0, mine=int(cs_id != lost), ai=0, all=1)
