"""What agents tell the assistant at the page: what they think of its answers, and what it should know.

The knowledge base is the demo's, in a folder of the test's own.
"""

import shutil
from pathlib import Path

import pytest
from attrs import evolve
from playwright.async_api import Locator, expect

from ccs.demo.shop import KNOWLEDGE
from ccs.settings import AssistantSettings, Config
from tests.browser import Office, Workbench
from tests.looks import LOOKS, look_at
from tests.model import Model

HOURS = "每天9:00到23:00在线"


@pytest.fixture
def knowing(settings: Config, tmp_path: Path) -> Config:
    folder = shutil.copytree(KNOWLEDGE, tmp_path / "knowledge")
    return evolve(settings, assistant=AssistantSettings(wait_seconds=0, knowledge_dir=folder))


async def looks_on(office: Office, cs_id: str, **how: object) -> Workbench:
    """An agent looks at what the assistant says to 陈女士."""
    agent = await office.agent(cs_id, **how)
    await agent.tab("AI 接待中").click()
    await agent.opens("陈女士")
    return agent


def answer(agent: Workbench) -> Locator:
    return agent.message(HOURS)


def thumb(agent: Workbench, name: str) -> Locator:
    return answer(agent).get_by_role("button", name=name, exact=True)


async def taught(agent: Workbench) -> Locator:
    """What is asked before 小王's or 老赵's own answer becomes an entry."""
    await agent.replies("可以的，每天早上帮您浇水")
    await expect(agent.message("帮您浇水")).to_contain_text("已发送")
    await agent.does("帮您浇水", "加入知识库")
    return agent.page.get_by_role("dialog", name="加入知识库")


@pytest.mark.gen_test(timeout=30)
async def test_what_an_agent_thinks_of_an_answer_is_seen_by_all_who_look(office: Office, knowing: Config) -> None:
    await office.start(knowing)
    await office.hears("jd", "陈女士", "客服几点下班")
    wang, li = await looks_on(office, "wang"), await looks_on(office, "li")
    await expect(answer(wang).get_by_text("依据")).to_be_visible()
    await thumb(wang, "答得好").click()
    await expect(thumb(wang, "答得好")).to_have_attribute("aria-pressed", "true")
    await expect(thumb(li, "答得好")).to_have_text("1")
    await expect(thumb(li, "答得好")).to_have_attribute("aria-pressed", "false")       # it is not hers
    await expect(thumb(li, "答得好")).to_have_attribute("title", "答得好\n小王：答得好")

    await thumb(wang, "答得不好").click()
    await wang.page.keyboard.insert_text("周末不一样")
    await wang.page.keyboard.press("Enter")
    await expect(thumb(li, "答得不好")).to_have_attribute("title", "答得不好\n小王：答得不好（周末不一样）")
    await expect(thumb(li, "答得好")).to_have_text("")
    await thumb(wang, "答得不好").click()               # taken back
    await expect(thumb(li, "答得不好")).to_have_text("")
    await expect(thumb(wang, "答得不好")).to_have_attribute("aria-pressed", "false")


@pytest.mark.gen_test(timeout=30)
async def test_a_verdict_that_was_not_taken_is_not_shown_as_given(office: Office, knowing: Config) -> None:
    await office.start(knowing)
    await office.hears("jd", "陈女士", "客服几点下班")
    wang = await looks_on(office, "wang")
    await wang.page.route("**/feedback", lambda route: route.fulfill(
        status=503, json={"code": 503, "message": "服务器暂时不能保存", "data": {}}))
    await thumb(wang, "答得好").click()
    await expect(wang.page.locator("#toasts")).to_contain_text("服务器暂时不能保存")
    await expect(thumb(wang, "答得好")).to_have_attribute("aria-pressed", "false")


@pytest.mark.gen_test(timeout=30)
async def test_an_agents_answer_becomes_one_the_assistant_gives(office: Office, knowing: Config) -> None:
    await office.start(knowing)
    wang = await office.wang_talks("转人工")
    await office.hears("jd", "陈女士", "能帮我浇花吗")
    await wang.sees("能帮我浇花吗")
    dialog = await taught(wang)
    await expect(dialog.get_by_label("客户的问题")).to_have_value("能帮我浇花吗")
    await expect(dialog.get_by_label("答案")).to_have_value("可以的，每天早上帮您浇水")
    await dialog.get_by_label("其他问法").fill("可以代浇花吗\n\n帮忙浇水吗")
    await dialog.get_by_label("用于").select_option("京东")
    await dialog.get_by_role("button", name="加入").click()
    await expect(wang.page.locator("#toasts")).to_contain_text("已加入知识库：from-agents.csv 第 2 行")
    await expect(dialog).to_be_hidden()
    await office.hears("jd", "李先生", "帮忙浇水吗")
    await wang.tab("AI 接待中").click()
    await wang.opens("李先生")
    await wang.sees("可以的，每天早上帮您浇水")


@pytest.mark.gen_test(timeout=30)
async def test_what_is_known_already_is_refused_in_words(office: Office, knowing: Config) -> None:
    await office.start(knowing)
    wang = await office.wang_talks("转人工")
    dialog = await taught(wang)
    await dialog.get_by_label("客户的问题").fill(" ")
    await dialog.get_by_role("button", name="加入").click()
    await expect(dialog.get_by_role("alert")).to_have_text("请填写问题和答案")
    await dialog.get_by_label("客户的问题").fill("客服电话是多少？")
    await dialog.get_by_role("button", name="加入").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("门店与联系.csv")
    await expect(dialog.get_by_label("答案")).to_have_value("可以的，每天早上帮您浇水")      # nothing is lost


@pytest.mark.gen_test
async def test_only_whom_the_server_lets_is_offered_to_add(model: Model) -> None:
    async def may(role: str, required: bool, **assistant: bool) -> bool:
        return await model.calls("rights", "mayTeach", {"role": role}, {"required": required}, assistant)

    assert await may("agent", required=False)
    assert not await may("agent", required=True)
    assert await may("supervisor", required=True) and await may("admin", required=True)
    assert await may("agent", required=True, agentsAddKnowledge=True)


@pytest.mark.gen_test(timeout=30)
async def test_what_is_thought_of_it_is_a_file_for_supervisors(office: Office, knowing: Config) -> None:
    await office.start(knowing)
    await office.hears("jd", "陈女士", "客服几点下班")
    zhao = await looks_on(office, "zhao")
    await thumb(zhao, "答得好").click()
    await expect(thumb(zhao, "答得好")).to_have_text("1")
    await zhao.page.locator("#topbar").get_by_role("button", name="老赵").click()
    async with zhao.page.expect_download() as download:
        await zhao.page.get_by_role("menuitem", name="导出 AI 评价").click()
    file = await download.value
    assert file.suggested_filename == "feedback.csv"
    assert HOURS in Path(await file.path()).read_text("utf-8")


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_learning_shuts_nobody_out(office: Office, knowing: Config, look: str) -> None:
    await office.start(knowing)
    await office.hears("jd", "陈女士", "客服几点下班")
    wang = await looks_on(office, "wang", **LOOKS[look])
    await thumb(wang, "答得好").click()
    await thumb(wang, "答得不好").click()
    await answer(wang).get_by_text("依据").click()
    found = await look_at(wang, look, "thumbs")
    await wang.button("接管").first.click()
    dialog = await taught(wang)
    await expect(dialog).to_be_visible()
    found += await look_at(wang, look, "teach")
    assert found == []
