"""What agents must not say is not said, however it is written; the assistant's words are its own matter."""

from pathlib import Path

import pytest
from attrs import evolve

from ccs import config
from ccs.errors import ConfigError
from ccs.settings import AssistantSettings, Config, ForbiddenWordsSettings, WorkbenchSettings
from tests.conftest import Stage
from tests.assistant.test_feedback import answered
from tests.test_sessions import refused


@pytest.fixture
def settings(settings: Config) -> Config:
    return evolve(settings, workbench=WorkbenchSettings("小店"), forbidden_words=(
        ForbiddenWordsSettings(("加微信", "VX"), reason="平台禁止站外联系"),
        ForbiddenWordsSettings(("淘宝",), channels=("jd",)),
        ForbiddenWordsSettings(("最低价",), action="warn"),
        ForbiddenWordsSettings(("抖音号",), channels=("douyin",)),
    ))


@pytest.mark.gen_test
async def test_a_blocked_word_is_not_sent_however_it_is_written(stage: Stage, gateway) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    chen = stage.customer()
    await chen.says("在吗")
    session_id = (await chen.session())["sessionId"]
    await wang.accepts(session_id)
    for text, word in (
        ("可以加微信吗", "加微信"), ("加 微\u3000信", "加微信"), ("我的ｖＸ：123", "VX"), ("v x 是", "VX"), ("加\u200b微\n信", "加微信"),
        ("淘宝更便宜", "淘宝"),
    ):
        answer = await wang.replies(session_id, text)
        assert refused(answer, 400, 4030) and answer.json()["data"]["words"] == [word], text
    assert answer.json()["data"] == {"words": ["淘宝"]}
    link = {"content": "看这里", "msgType": "link", "fields": {"url": "https://a.example", "title": "加 VX 领券"}}
    refusal = await stage.post(f"/api/sessions/{session_id}/message", link)
    assert refused(refusal, 400, 4030) and refusal.json()["data"]["reason"] == "平台禁止站外联系"
    for text in ("最低价了", "抖音号是多少", "微信支付可以"):
        assert (await wang.replies(session_id, text)).status_code == 200
    assert [row["content"] for row in await stage.history(session_id)][1:] == ["最低价了", "抖音号是多少", "微信支付可以"]


@pytest.mark.gen_test
async def test_the_assistant_is_not_held_to_it(stage: Stage, settings: Config) -> None:
    await stage.start(evolve(settings, assistant=AssistantSettings(welcome="请加微信", wait_seconds=0, holding="")))
    session_id, _ = await answered(stage)
    assert [row["content"] for row in await stage.history(session_id)][-1] == "请加微信"


@pytest.mark.gen_test
async def test_the_page_is_told_what_to_warn_of_and_whose_shop_it_is(stage: Stage) -> None:
    await stage.start()
    hello = (await stage.agent("wang")).hello
    assert hello["shop"] == "小店"
    assert hello["forbidden"][0] == {
        "words": ["加微信", "VX"], "channels": [], "action": "block", "reason": "平台禁止站外联系",
    }
    assert [rule["action"] for rule in hello["forbidden"]] == ["block", "block", "warn", "block"]


@pytest.mark.parametrize("section", [
    "", "words = []", "words = ['加', '\u200b']", "words = ['x']\nchannels = ['taobao']",
    "words = ['x']\naction = 'hide'",
])
def test_a_faulty_section_is_told_at_the_start(tmp_path: Path, section: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[[forbidden_words]]\n{section}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="forbidden_words"):
        config.read(file, {})
