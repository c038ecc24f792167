"""`server.py gateway-check`: whoever sets up a gateway learns what does not work, and leaves no customer waiting."""

from typing import Any

import pytest
from attrs import evolve

from ccs.accounts import hash_token
from ccs.demo.gateway import Gateway
from ccs.demo.rehearsal import CUSTOMER, Line, address, rehearse
from ccs.settings import AuthSettings, Config
from tests.conftest import SECRET, Stage


def with_channel(settings: Config, **changes: Any) -> Config:
    jd = evolve(settings.channels.jd, **changes)
    return evolve(settings, channels=evolve(settings.channels, jd=jd))


@pytest.fixture
def free_port(io_loop: Any, settings: Config) -> Config:
    """A gateway's address where nobody is."""
    async def found() -> int:
        gateway = Gateway(SECRET)
        gateway.start()
        await gateway.close()
        return gateway.port
    return with_channel(settings, gateway_url=f"http://127.0.0.1:{io_loop.run_sync(found)}")


async def run(stage: Stage, settings: Config | None = None) -> list[Line]:
    return [line async for line in rehearse(settings or stage.settings, "jd", stage.base)]


@pytest.mark.gen_test
async def test_a_whole_setup_is_fine_and_leaves_no_open_session(stage: Stage, free_port) -> None:
    await stage.start(free_port)
    for _ in range(2):
        lines = await run(stage)
        assert [line.ok for line in lines] == [True] * 8, "\n".join(map(str, lines))
    sessions = (await stage.get("/api/sessions")).json()["data"]
    assert [(row["customerId"], row["status"]) for row in sessions] == [(CUSTOMER, "closed")] * 2


@pytest.mark.gen_test
async def test_another_secret_is_told_with_what_to_do(stage: Stage, free_port) -> None:
    await stage.start(free_port)
    [line] = await run(stage, with_channel(free_port, gateway_secret="another-secret"))
    assert line.ok is False and "401" in line.words and "gateway_secret" in line.advice
    assert (await stage.get("/api/sessions")).json()["data"] == []


@pytest.mark.gen_test
async def test_with_logins_the_rest_is_left_to_a_person(stage: Stage, free_port) -> None:
    agents = tuple(evolve(agent, token_hash=hash_token(agent.id)) for agent in free_port.agents)
    await stage.start(evolve(free_port, agents=agents, auth=AuthSettings(required=True)))
    lines = await run(stage)
    assert [line.ok for line in lines] == [True] * 5 + [None] and "登录" in lines[-1].words


@pytest.mark.gen_test
async def test_a_server_that_is_not_there_is_told(stage: Stage, settings) -> None:
    lines = [line async for line in rehearse(settings, "jd", "http://127.0.0.1:9")]
    assert [line.ok for line in lines] == [False] and "启动服务" in lines[0].advice


def test_where_the_server_is_follows_from_its_settings(settings) -> None:
    server = evolve(settings.server, host="0.0.0.0", port=8080)
    assert address(evolve(settings, server=server)) == "http://127.0.0.1:8080"
