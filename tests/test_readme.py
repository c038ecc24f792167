"""What the README tells people to copy works as it stands there, but for the server's port."""

import asyncio
import json
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ccs import config
from ccs.settings import Config
from tests.conftest import Stage
from tests.kf import until_there
from tests.process import free_port

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def example(heading: str, language: str) -> str:
    """The one block of this language in a section."""
    [section] = re.findall(rf"(?ms)^## {heading}.*?$(.*?)(?=^## |\Z)", README)
    [block] = re.findall(rf"(?s)```{language}\n(.*?)```", section)
    return block


async def run(stage: Stage, *command: str) -> list[Any]:
    """What it prints, line by line; it must end well."""
    assert stage.server
    here = [re.sub(r"(127\.0\.0\.1|localhost):8080", f"127.0.0.1:{stage.server.port}", word) for word in command]
    assert here != list(command)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*here, stdout=pipe, stderr=pipe)
    printed, complained = await process.communicate()
    assert (process.returncode, complained) == (0, b"")
    return printed.decode().replace("}{", "}\n{").splitlines()


def as_copied(folder: Path, toml: str) -> Config:
    """The settings of the README, on a free port."""
    (folder / "config.toml").write_text(toml, encoding="utf-8")
    settings, notes = config.read(folder / "config.toml", {})
    assert len(notes) == 1 and "gateway_url" in notes[0]        # as the README says
    return evolve(settings, server=evolve(settings.server, port=0))


@pytest.mark.gen_test
async def test_the_examples_for_gateway_authors_bring_a_customer(stage: Stage, tmp_path: Path) -> None:
    await stage.start(as_copied(tmp_path, example("Try it", "toml")))
    for _ in range(2):                                      # what comes twice is taken once
        [line] = await run(stage, sys.executable, "-c", example("Writing a gateway", "python"))
        assert "'code': 0" in line
        [line] = await run(stage, "bash", "-ec", example("Writing a gateway", "sh"))
        assert json.loads(line)["code"] == 0
    [session] = (await stage.get("/api/sessions")).json()["data"]
    assert (session["customerName"], session["kfId"]) == ("j***3", "10001")
    history = await stage.history(session["sessionId"])
    assert [row["content"] for row in history if row["senderType"] == "customer"] == ["在吗？", "还在吗？"]


@pytest.mark.gen_test
async def test_trying_it_goes_as_it_is_told(stage: Stage, tmp_path: Path) -> None:
    await stage.start(as_copied(tmp_path, example("Try it", "toml")))
    taken, accepted, replied, history = map(json.loads, await run(stage, "sh", "-ec", example("Try it", "sh")))
    assert taken == {"code": 0, "message": "ok"} and accepted["data"]["status"] == "manual"
    assert replied["data"]["content"] == history["data"][-1]["content"] == "在的"
    session_id = accepted["data"]["sessionId"]

    async def failed() -> dict[str, Any] | None:
        message = (await stage.history(session_id))[-1]
        return message if message["delivery"]["state"] == "failed" else None
    assert "gateway_url" in (await until_there(failed))["delivery"]["reason"]


@pytest.mark.gen_test
async def test_the_example_of_a_gateway_brings_what_an_agent_says_and_takes_it_back(stage: Stage, tmp_path) -> None:
    port = free_port()
    settings = as_copied(tmp_path, example("Try it", "toml"))
    jd = evolve(settings.channels.jd, gateway_url=f"http://127.0.0.1:{port}")
    program = example("Writing a gateway", "python receiver")
    assert "9090" in program and program.count("\n") <= 50
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env={**os.environ, "PORT": str(port)}, stdout=asyncio.subprocess.PIPE)
    try:
        await until_there(partial(answers, port))
        channels = evolve(settings.channels, jd=jd)
        await stage.start(evolve(settings, channels=channels, assistant=evolve(settings.assistant, provider="off")))
        wang, chen = await stage.agent("wang"), stage.customer()
        await chen.says("在吗？")
        session_id = (await chen.session())["sessionId"]
        await wang.accepts(session_id)
        message = (await wang.replies(session_id, "在的")).json()["data"]
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
        where = f"/api/sessions/{session_id}"
        recall = await stage.post(f"{where}/messages/{message['msgId']}/recall", {"csId": "wang"})
        assert recall.status_code == 200 and recall.json()["data"]["recalledAt"], recall.text
        for path, status in (("messages", 401), ("recalls", 401), ("else", 404)):       # a stranger
            answer = await stage.http.post(f"http://127.0.0.1:{port}/{path}", content=b"{}")
            assert answer.status_code == status
    finally:
        process.terminate()
        printed, _ = await process.communicate()
    said, taken_back = printed.decode().splitlines()
    assert said == "say 陈女士 在的" and re.fullmatch("take back 陈女士 platform-[0-9a-f]+", taken_back)


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True
