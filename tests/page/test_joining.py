"""The guide to joining a channel (接入向导): whoever may examine is led from an empty list to a customer who arrives."""

import tomllib

import pytest
from attrs import evolve
from playwright.async_api import Locator, expect

from ccs import accounts
from ccs.channels import CHANNELS
from ccs.settings import AgentSettings, AuthSettings, ChannelsSettings, Config
from tests.browser import Office, Workbench
from tests.looks import LOOKS, look_at
from tests.model import Model

PASSWORD = "correct horse"


@pytest.fixture
def nothing_joined(settings: Config) -> Config:
    return evolve(settings, channels=ChannelsSettings())


def guide_of(agent: Workbench) -> Locator:
    return agent.page.get_by_role("dialog", name="接入向导")


def lines_of(guide: Locator) -> Locator:
    """What there is to copy."""
    return guide.get_by_role("list").first.locator("code")


@pytest.mark.gen_test(timeout=60)
async def test_an_empty_list_leads_by_keys_to_every_step_of_a_way(office: Office, nothing_joined: Config) -> None:
    await office.start(nothing_joined)
    wang = await office.agent("wang")
    page, keys, guide = wang.page, wang.page.keyboard, guide_of(wang)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await expect(page.get_by_text("还没有接入渠道")).to_be_visible()
    opener = page.get_by_role("button", name="打开接入向导")
    await opener.press("Enter")
    way = guide.get_by_role("button", name="微信客服 微信里的客户")
    await way.press("Enter")
    await expect(guide.get_by_role("heading", name="接入向导：微信客服")).to_be_visible()
    await expect(guide.get_by_role("region")).to_be_focused()       # so that arrows scroll it

    # What is to be copied is there as it has to be, and what no platform could call is said
    toml, check, start, address = await lines_of(guide).all_inner_texts()
    asked = tomllib.loads(toml)["channels"]["wechat"]
    assert set(asked) == {"enabled", "corp_id", "token", "encoding_aes_key", "secret"}
    assert (check, start) == (".venv/bin/python server.py check", ".venv/bin/python server.py")
    assert address == f"{office.stage.base}/wecom/callback"
    await expect(guide.get_by_text("平台从外网连不到")).to_be_visible()
    copy = guide.get_by_role("button", name="复制：[channels.wechat]")
    await copy.press("Enter")
    await expect(guide.get_by_role("status")).to_have_text("已复制")
    assert await page.evaluate("navigator.clipboard.readText()") == toml

    # The checkup lies above it for as long as it is looked at; another way is one step back
    examine = guide.get_by_role("button", name="体检")
    await examine.press("Enter")
    await expect(page.get_by_role("dialog", name="接入体检")).to_contain_text("没有启用任何渠道")
    await keys.press("Escape")
    await expect(examine).to_be_focused()
    await guide.get_by_role("button", name="换一种方式").press("Enter")
    await expect(way).to_be_focused()
    await keys.press("Escape")
    await expect(guide).to_be_hidden()
    await expect(opener).to_be_focused()


@pytest.mark.gen_test(timeout=60)
async def test_who_only_wants_to_see_it_is_told_how_to_start_the_demo(office: Office, nothing_joined: Config) -> None:
    await office.start(nothing_joined)
    wang = await office.agent("wang")
    await wang.page.get_by_role("button", name="试用模拟客户").click()
    demo = wang.page.get_by_role("dialog", name="试用模拟客户")
    await expect(demo.locator("code")).to_have_text(".venv/bin/python server.py --demo")
    await demo.get_by_role("button", name="换一种方式").click()
    await expect(guide_of(wang).get_by_role("button", name="试用模拟客户")).to_be_visible()


@pytest.mark.gen_test(timeout=60)
async def test_checkup_and_command_bar_lead_to_it_and_it_shows_what_is_on(office: Office) -> None:
    await office.start()
    wang = await office.agent("wang")
    page, guide = wang.page, guide_of(wang)
    await page.get_by_role("navigation").get_by_role("button", name="体检").click()
    await page.get_by_role("dialog", name="接入体检").get_by_role("button", name="接入向导").click()
    await expect(page.get_by_role("dialog", name="接入体检")).to_be_hidden()
    await expect(guide.get_by_role("button", name="京东：通过网关")).to_contain_text("已启用")
    await expect(guide.get_by_role("button", name="京东到家")).not_to_contain_text("已启用")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("接入向导")
    await page.keyboard.press("Enter")
    await guide.get_by_role("button", name="抖音私信").click()
    await expect(guide.get_by_text("设置已经填好")).to_be_visible()


@pytest.mark.gen_test(timeout=60)
async def test_it_is_offered_to_nobody_who_may_not_examine(office: Office, nothing_joined: Config) -> None:
    li = AgentSettings("li", "小李", password_hash=accounts.hash_password(PASSWORD))
    await office.start(evolve(nothing_joined, auth=AuthSettings(required=True), agents=(li,)))
    agent = await office.agent(None)
    await agent.logs_in("li", PASSWORD)
    await expect(agent.page.get_by_text("请联系管理员")).to_be_visible()
    await expect(agent.page.get_by_role("button", name="打开接入向导")).to_be_hidden()
    await expect(agent.page.get_by_role("button", name="试用模拟客户")).to_be_hidden()
    await agent.page.keyboard.press("Control+k")
    await agent.page.keyboard.type("接入向导")
    await expect(agent.page.get_by_role("option")).to_have_text(["搜索消息“接入向导”"])      # among what was said, and no more


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_every_way_has_its_steps_in_both_languages(office: Office, nothing_joined: Config, locale: str) -> None:
    await office.start(nothing_joined)
    agent = await office.agent(None, locale=locale)
    await agent.page.get_by_role("dialog").get_by_role("button", name="小王").click()
    dialog = agent.page.locator("dialog.joining")
    await agent.page.locator("#list .empty button.primary").click()
    ways = dialog.locator("button.way")
    await expect(ways.first).to_be_visible()
    ids = await ways.evaluate_all("ways => ways.map(way => way.dataset.way)")
    assert {way.split("-")[0] for way in ids} == {*CHANNELS, "demo"}
    for way in ids:
        await dialog.locator(f"[data-way={way}]").click()
        await expect(dialog.locator(".joining-steps > li:visible").nth(2)).to_be_visible()
        said = await dialog.inner_text()
        assert "undefined" not in said and "joining." not in said, (way, said)
        await dialog.locator(".checkup-foot button").first.click()


@pytest.mark.gen_test
@pytest.mark.parametrize("address, who", [
    ("http://127.0.0.1:8080", "here"), ("http://localhost:8080", "here"), ("http://[::1]:8080", "here"),
    ("http://192.168.1.20:8080", "office"), ("http://10.0.0.8", "office"), ("https://172.20.1.1", "office"),
    ("http://100.64.3.2", "office"), ("http://[fd12::1]", "office"), ("http://kf-pc:8080", "office"),
    ("http://kf.local", "office"), ("http://kf.example.com", "plain"), ("http://172.32.0.1", "plain"),
    ("http://10.example.com", "plain"), ("https://kf.example.com", "all"), ("https://203.0.113.7:8443", "all"),
])
async def test_who_can_come_to_an_address_is_said_of_it(model: Model, address: str, who: str) -> None:
    assert await model.calls("joining", "reachOf", address) == who


@pytest.mark.gen_test(timeout=60)
async def test_the_public_address_goes_before_that_by_which_the_page_was_opened(
    office: Office, settings: Config
) -> None:
    zhao = AgentSettings("zhao", "老赵", "supervisor", password_hash=accounts.hash_password(PASSWORD))
    await office.start(evolve(
        settings, auth=AuthSettings(required=True), agents=(zhao,),
        server=evolve(settings.server, public_url="https://kf.example.com/ccs/"),
    ))
    agent = await office.agent(None)
    await agent.logs_in("zhao", PASSWORD)
    await agent.page.get_by_role("navigation").get_by_role("button", name="体检").click()
    await agent.page.get_by_role("button", name="接入向导").click()
    await guide_of(agent).get_by_role("button", name="抖音私信").click()
    addresses = [line for line in await lines_of(guide_of(agent)).all_inner_texts() if line.startswith("http")]
    base = "https://kf.example.com/ccs"
    assert addresses == [f"{base}/channel/douyin/callback", f"{base}/douyin/oauth", f"{base}/douyin/authorize"]
    await expect(guide_of(agent).get_by_text("外网连不到")).to_be_hidden()


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("look", LOOKS)
async def test_it_shuts_nobody_out(office: Office, nothing_joined: Config, look: str) -> None:
    await office.start(nothing_joined)
    wang = await office.agent("wang", **LOOKS[look])
    page, guide = wang.page, guide_of(wang)
    await page.get_by_role("button", name="不需要声音").click()
    found = await look_at(wang, look, "nothing-joined")
    await page.get_by_role("button", name="打开接入向导").click()
    await expect(guide.get_by_role("button", name="京东到家")).to_be_visible()
    found += await look_at(wang, look, "joining")
    await guide.get_by_role("button", name="微信客服 微信里的客户").click()
    await expect(guide.get_by_role("button", name="换一种方式")).to_be_visible()
    found += await look_at(wang, look, "joining-kf")
    await guide.get_by_role("button", name="复制：http").click()
    await expect(guide.get_by_role("button", name="已复制：http")).to_be_visible()
    found += await look_at(wang, look, "joining-copied")
    await page.route("**/api/ways", lambda route: route.fulfill(status=503, json={"code": 503, "message": "服务正在停止"}))
    await guide.get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name="打开接入向导").click()
    await expect(guide).to_contain_text("服务正在停止")
    found += await look_at(wang, look, "joining-failed")
    assert found == []
