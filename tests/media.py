"""Files on the stage: what 陈女士 sends by WeCom, and a session of 微信客服 that 小王 holds."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from ccs.demo.samples import Sample
from ccs.demo.wecom import WeCom
from ccs.models import Customer, Session, Status, Via, utc_now
from store import database, sessions
from store.rows import write
from tests.conftest import Stage
from tests.platforms import AGENT_ID, CORP
from tests.raw import PATIENCE

PAYLOADS = Path(__file__).parent / "payloads" / "media"
KF, CHEN = "wkAAA", "wmChen"


def wecom_file(customer: str, kind: str, media_id: str, message_id: str) -> str:
    return (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>{escape(customer)}</FromUserName>"
        f"<CreateTime>1767001122</CreateTime><MsgType>{kind}</MsgType><MediaId>{media_id}</MediaId>"
        f"<MsgId>{message_id}</MsgId><AgentID>{AGENT_ID}</AgentID></xml>"
    )


async def sends(stage: Stage, wecom: WeCom, sample: Sample, customer: str = "陈女士") -> str:
    """She sends a file. Its session's id."""
    answer = await stage.wecom(wecom_file(customer, sample.kind, wecom.media.put(sample), stage.new_id()))
    assert answer.status_code == 200
    return (await stage.customer(customer, "wecom").session())["sessionId"]


async def file_of(stage: Stage, session_id: str, state: str = "ready") -> dict[str, Any]:
    """Her last message, once its file stands so."""
    async with asyncio.timeout(2 * PATIENCE):
        while (message := (await stage.history(session_id))[-1])["attachment"]["state"] != state:
            await asyncio.sleep(0.01)
    return message


def file_path(message: dict[str, Any]) -> str:
    return f"/api/sessions/{message['sessionId']}/messages/{message['msgId']}/file"


def files_in(stage: Stage) -> list[Path]:
    """Whatever lies among the files, whole or not."""
    return [path for path in (stage.settings.server.data_dir / "files").rglob("*") if path.is_file()]


def kept(stage: Stage) -> list[Path]:
    return [path for path in files_in(stage) if len(path.parent.name) == 2]


def held_session(stage: Stage, wecom: WeCom) -> str:
    """Of a customer of 微信客服 whom 小王 answers, on disk before the server starts."""
    wecom.open_account(KF, "客服")
    wecom.customer_says(KF, CHEN, content="在吗")
    data = stage.settings.server.data_dir
    data.mkdir(exist_ok=True)
    database.prepare(data / database.FILE_NAME)
    now = utc_now()
    session = Session(
        "kf-session", Customer("wechat", KF, CHEN), Via.KF, Status.MANUAL, now, now, agent_id="wang",
    )
    connection = database.connect(data / database.FILE_NAME)
    write(connection, sessions.TABLE, [sessions.to_row(session)])
    connection.close()
    return session.id


async def uploads(stage: Stage, session_id: str, content: bytes, name: str = "", **headers: str) -> Any:
    return await stage.http.post(
        f"{stage.base}/api/sessions/{session_id}/files", content=content,
        headers={"Content-Type": "application/octet-stream", "X-File-Name": quote(name), **headers},
    )


async def uploaded(stage: Stage, session_id: str, sample: Sample) -> str:
    answer = await uploads(stage, session_id, sample.content, sample.name)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["fileId"]
