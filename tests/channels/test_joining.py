"""The ways by which channels can be joined, as the guide tells them: what is copied from it is taken."""

import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ccs import config
from ccs.accounts import hash_token
from ccs.errors import ConfigError
from ccs.settings import AgentSettings, AuthSettings, Config
from handlers.routes import ROUTES
from tests.conftest import Stage

MINE = {
    "corp_id": "ww0123456789abcdef", "encoding_aes_key": "a" * 43, "gateway_url": "http://127.0.0.1:9090",
    "daojia_app_secret": "0123456789abcdef0123456789abcdef",
}
WAYS = [
    ("wechat", "kf"), ("wechat", "app"), ("wechat", "gateway"), ("douyin", "private"), ("douyin", "gateway"),
    ("jd", "gateway"), ("jd", "lookups"), ("jd", "daojia"),
]
NEEDS = {("jd", "lookups"): ("jd", "gateway")}      # what brings no customers by itself
ONE_WAY = {("jd", "daojia")}                        # of which the check says that nobody can be answered there


async def told(stage: Stage) -> dict[tuple[str, str], dict[str, Any]]:
    data = (await stage.get("/api/ways")).json()["data"]
    return {(each["channelType"], each["way"]): each for each in data["ways"]}


def filled_in(toml: str) -> str:
    """By somebody who has it all at hand."""
    return re.sub(r'^(\w+) = "〈.*〉"$', lambda found: f'{found[1]} = "{MINE.get(found[1], "mine")}"', toml, flags=re.M)


def reads(folder: Path, toml: str) -> tuple[Config, list[str]]:
    (folder / "config.toml").write_text(toml, encoding="utf-8")
    return config.read(folder / "config.toml", {})


@pytest.mark.gen_test
@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_what_is_copied_and_filled_in_is_read_and_the_way_is_there(
    stage: Stage, way: tuple[str, str], tmp_path: Path
) -> None:
    await stage.start(Config(server=stage.settings.server))
    ways = await told(stage)
    assert list(ways) == WAYS and not any(each["enabled"] for each in ways.values())
    toml = filled_in(ways[way]["toml"])
    if way in NEEDS:
        toml = filled_in(ways[NEEDS[way]]["toml"]) + toml.removeprefix("[channels.jd]\nenabled = true")
    settings, notes = reads(tmp_path, toml)
    assert (notes == []) == (way not in ONE_WAY)
    await stage.stop()
    await stage.start(evolve(settings, server=stage.settings.server))
    there = {each for each, told in (await told(stage)).items() if told["enabled"]}
    both = {("wechat", "kf"), ("wechat", "app")}        # the same settings: the rest is done in WeCom's console
    assert there == (both if way in both else {way} | ({NEEDS[way]} if way in NEEDS else set()))


@pytest.mark.gen_test
async def test_whoever_is_called_there_answers(stage: Stage) -> None:
    await stage.start()
    for (channel, way), each in (await told(stage)).items():
        for name, path in each["paths"].items():
            asked = f"{path}/djsw/token" if way == "daojia" else path       # JD adds that to what it is given
            assert any(re.fullmatch(pattern, asked) for pattern, _ in ROUTES), (channel, way, name)


@pytest.mark.gen_test
async def test_nothing_starts_with_what_was_copied_and_not_filled_in(stage: Stage, tmp_path: Path) -> None:
    await stage.start(Config(server=stage.settings.server))
    with pytest.raises(ConfigError) as refused:
        reads(tmp_path, (await told(stage))["douyin", "private"]["toml"])
    assert any("channels.douyin.client_secret is still 〈应用的 client_secret〉" in fault for fault in refused.value.faults)


@pytest.mark.gen_test
async def test_the_guide_is_for_who_may_examine_and_holds_no_secret(stage: Stage, settings: Config) -> None:
    guarded = evolve(settings, auth=AuthSettings(required=True), agents=tuple(
        AgentSettings(cs_id, role=role, token_hash=hash_token(f"{cs_id}-token"))
        for cs_id, role in (("zhao", "supervisor"), ("li", "agent"))
    ))
    await stage.start(guarded)
    zhao, li = ({"Authorization": f"Bearer {cs_id}-token"} for cs_id in ("zhao", "li"))
    answer = await stage.http.get(f"{stage.base}/api/ways", headers=zhao)
    assert answer.status_code == 200 and answer.json()["data"]["publicUrl"] == ""
    wechat = settings.channels.wechat
    for secret in (wechat.token, wechat.encoding_aes_key, wechat.secret, wechat.gateway_secret):
        assert secret and secret not in answer.text
    assert (await stage.http.get(f"{stage.base}/api/ways", headers=li)).status_code == 403
