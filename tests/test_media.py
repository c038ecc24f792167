"""What customers send is fetched while the platform has it; what agents send is uploaded once and fits."""

import asyncio
import errno
import io
import json
import wave
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import store.files
from ccs.channels import transfers
from ccs.channels.wecom.media import GONE
from ccs.demo import samples
from ccs.demo.samples import Sample
from ccs.demo.vices import cuts, refuses, waits
from ccs.demo.wecom import WeCom
from ccs.media import amr, fetcher
from tests.conftest import Stage, until
from tests.kf import KF, at_kf, until_there
from tests.media import CHEN, PAYLOADS, file_of, file_path, files_in, held_session, kept, sends, uploaded, uploads
from tests.platforms import gateway_message
from tests.process import Process

VOICE = Sample("voice", "语音.amr", "audio/amr", (PAYLOADS / "voice.amr").read_bytes())     # 2.02 s of A in AMR-NB


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not like to wait for the next attempt."""
    monkeypatch.setattr(fetcher, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(fetcher, "FOR_ROOM", 0.01)


# What customers send

@pytest.mark.gen_test
@pytest.mark.parametrize("sample", [
    samples.picture(), samples.video(), samples.pdf(), samples.text_file(), VOICE,
], ids=lambda sample: sample.mime)
async def test_what_she_sends_is_here_soon_after_her_message(stage: Stage, wecom: WeCom, sample: Sample) -> None:
    await stage.start()
    message = await file_of(stage, await sends(stage, wecom, sample))
    assert message["attachment"] == {
        "state": "ready", "name": sample.name, "mime": sample.mime, "size": len(sample.content),
    }
    answer = await stage.get(file_path(message))
    assert (answer.content, answer.headers["Content-Type"].split(";")[0]) == (sample.content, sample.mime)
    assert [path.stat().st_mode & 0o777 for path in kept(stage)] == [0o600]


@pytest.mark.gen_test
async def test_what_a_file_is_its_bytes_say_and_not_who_sent_it(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    page = Sample("image", "照片.png", "image/png", b"<html><script>alert(1)</script></html>")
    message = await file_of(stage, await sends(stage, wecom, page))
    assert message["attachment"]["mime"] == "text/plain"


@pytest.mark.gen_test
async def test_the_same_picture_of_two_customers_is_kept_once(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    for customer in ("陈女士", "王先生"):
        await file_of(stage, await sends(stage, wecom, samples.picture(), customer))
    assert len(kept(stage)) == len(files_in(stage)) == 1


@pytest.mark.gen_test
async def test_what_the_platform_has_no_more_is_said_to_be_gone(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    wecom.next("media/get", refuses(40007))
    message = await file_of(stage, await sends(stage, wecom, samples.picture()), "failed")
    assert message["attachment"]["reason"] == GONE
    answer = await stage.get(file_path(message))
    assert (answer.status_code, answer.json()["message"]) == (404, GONE)
    assert files_in(stage) == []


@pytest.mark.gen_test
async def test_a_busy_platform_and_a_torn_line_are_asked_again(stage: Stage, wecom: WeCom, impatient: None) -> None:
    await stage.start()
    wecom.next("media/get", refuses(45033), cuts, refuses(-1))
    message = await file_of(stage, await sends(stage, wecom, samples.picture()))
    assert wecom.calls.count("media/get") == 4
    assert "reason" not in message["attachment"]


@pytest.mark.gen_test
async def test_a_file_comes_after_a_restart_in_the_middle_of_it(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    gate = asyncio.Event()
    wecom.next("media/get", waits(gate))
    session_id = await sends(stage, wecom, samples.picture())
    await until(lambda: "media/get" in wecom.calls)
    message = await file_of(stage, session_id, "fetching")
    assert (await stage.get(file_path(message))).status_code == 409
    await stage.stop()
    gate.set()
    await stage.start()
    assert (await file_of(stage, session_id))["attachment"]["size"] == len(samples.picture().content)
    assert len(files_in(stage)) == 1


@pytest.mark.gen_test
async def test_who_is_ended_while_a_file_comes_leaves_none_open(tmp_path: Path) -> None:
    async def comes() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    for turns in range(5):          # a file that was left open is a warning, which would fail the test
        fetching = asyncio.create_task(transfers._write(comes(), tmp_path / "part", 1 << 20))
        for _ in range(turns):
            await asyncio.sleep(0)
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching


@pytest.mark.gen_test
async def test_a_file_that_comes_after_its_message_was_taken_back_does_not_bring_it_again(
    stage: Stage, wecom: WeCom
) -> None:
    await stage.start()
    chen, gate = at_kf(stage, wecom), asyncio.Event()
    wecom.next("media/get", waits(gate))
    picture = await chen.sends("image", media_id=wecom.media.put(samples.picture()))
    await until(lambda: "media/get" in wecom.calls)
    wecom.customer_recalls(KF, chen.id, picture)
    await chen.wakes()

    async def recalled() -> bool:
        return "recalledAt" in (await chen.history(1))[0]
    await until_there(recalled)
    gate.set()
    assert "recalledAt" in await file_of(stage, (await chen.session())["sessionId"])


@pytest.mark.gen_test
async def test_a_killed_server_keeps_nothing_half_and_fetches_it_again(tmp_path: Path) -> None:
    content, half, gate = samples.picture().content, asyncio.Event(), asyncio.Event()

    async def gives(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content[:100])
        half.set()
        await gate.wait()
        writer.write(content[100:])
        writer.close()

    platform = await asyncio.start_server(gives, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{platform.sockets[0].getsockname()[1]}"
    process = Process(tmp_path, url)
    body = json.dumps(gateway_message("陈女士", "", "m-1", msgType="image", mediaUrl=f"{url}/1.png")).encode()
    await asyncio.to_thread(process.start)
    assert (await asyncio.to_thread(process.callback, body)).status_code == 200
    await half.wait()
    folder = tmp_path / "data" / "files"
    await until(lambda: list((folder / "parts").iterdir()))
    await asyncio.to_thread(process.kill)
    assert list((folder / "parts").iterdir()) and not list(folder.glob("??/*"))
    gate.set()
    await asyncio.to_thread(process.start)
    try:
        [path] = await until(lambda: list(folder.glob("??/*")))
        assert path.read_bytes() == content
        await until(lambda: not list((folder / "parts").iterdir()))
    finally:
        await asyncio.to_thread(process.stop)
        platform.close()


@pytest.mark.gen_test
async def test_a_full_disk_takes_no_files_says_so_and_goes_on_later(
    stage: Stage, wecom: WeCom, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = [0]
    monkeypatch.setattr(store.files, "free", lambda folder: room[0])
    session_id = held_session(stage, wecom)
    await stage.start()
    refused = await uploads(stage, session_id, samples.picture().content)
    assert refused.status_code == 507 and "磁盘" in refused.json()["message"]
    session_id = await sends(stage, wecom, samples.picture())
    async with asyncio.timeout(5):
        while "磁盘" not in (await file_of(stage, session_id, "fetching"))["attachment"].get("reason", ""):
            await asyncio.sleep(0.01)
    assert "media/get" not in wecom.calls and files_in(stage) == []
    room[0] = 1 << 40
    assert (await file_of(stage, session_id))["attachment"]["state"] == "ready"


@pytest.mark.gen_test
async def test_a_disk_that_writes_no_files_is_said_in_words_and_is_tried_again(
    stage: Stage, wecom: WeCom, impatient: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "touch", fails_to_write)
        assert (await uploads(stage, session_id, samples.picture().content)).status_code == 503
        session_id = await sends(stage, wecom, samples.picture())
        async with asyncio.timeout(5):
            while "磁盘" not in (await file_of(stage, session_id, "fetching"))["attachment"].get("reason", ""):
                await asyncio.sleep(0.01)
    assert (await file_of(stage, session_id))["attachment"]["state"] == "ready"
    assert not [record for record in caplog.records if record.exc_info]


def fails_to_write(*args: Any, **kwargs: Any) -> None:
    raise OSError(errno.EIO, "Input/output error")


# Gateways

@pytest.mark.gen_test
@pytest.mark.parametrize("allowed", [False, True])
async def test_a_gateways_files_come_from_the_gateway_and_from_hosts_that_are_allowed(
    stage: Stage, gateway: Any, wecom: WeCom, allowed: bool
) -> None:
    """WeCom's stand-in, another port, is the elsewhere."""
    channels = stage.settings.channels
    jd = evolve(channels.jd, gateway_media_hosts=("127.0.0.1",) if allowed else ())
    await stage.start(evolve(stage.settings, channels=evolve(channels, jd=jd)))
    for customer, url, state in (
        ("陈女士", gateway.picture(1), "ready"), ("王先生", wecom.picture(1), "ready" if allowed else "failed"),
    ):
        await stage.envelope(gateway_message(customer, "", stage.new_id(), msgType="image", mediaUrl=url))
        session = await stage.customer(customer).session()
        attachment = (await file_of(stage, session["sessionId"], state))["attachment"]
        assert attachment.get("mime") == "image/png" or "gateway_media_hosts" in attachment["reason"]


# Voices

@pytest.mark.gen_test
async def test_a_voice_says_how_long_it_is_and_becomes_wav_of_that_length(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    message = await file_of(stage, await sends(stage, wecom, VOICE))
    assert message["fields"]["seconds"] == 2.02
    both = await asyncio.gather(*(stage.get(file_path(message), **{"as": "wav"}) for _ in range(2)))
    assert both[0].content == both[1].content and both[0].headers["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(both[0].content)) as heard:
        assert (heard.getnframes() / heard.getframerate(), heard.getnchannels()) == (2.02, 1)
        samples_heard = array("h", heard.readframes(heard.getnframes()))
    crossings = sum((one < 0) != (two < 0) for one, two in zip(samples_heard, samples_heard[1:], strict=False))
    assert 430 < crossings / 2 / 2.02 < 450        # the A that was sung
    assert (await stage.get(file_path(message))).content == VOICE.content


@pytest.mark.parametrize("content", [samples.voice(3).content, b"#!AMR\n" + bytes(range(256)) * 4])
def test_pauses_and_nonsense_last_as_long_as_their_frames(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(content)
    asyncio.run(amr.to_wav(tmp_path / "in", tmp_path / "out"))
    with wave.open(str(tmp_path / "out")) as heard:
        assert heard.getnframes() / heard.getframerate() == amr.seconds(content)


@pytest.mark.gen_test
async def test_without_a_decoder_a_voice_can_still_be_saved(
    stage: Stage, wecom: WeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amr, "find_spec", lambda name: None)
    await stage.start()
    message = await file_of(stage, await sends(stage, wecom, VOICE))
    answer = await stage.get(file_path(message), **{"as": "wav"})
    assert answer.status_code == 409 and "下载" in answer.json()["message"]
    assert (await stage.get(file_path(message))).status_code == 200


# What agents send

@pytest.mark.gen_test
async def test_what_an_agent_uploads_reaches_the_customer_as_what_it_is(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    wang = await stage.agent("wang")
    for sample in (samples.picture(), VOICE, samples.video(), samples.pdf()):
        file_id = await uploaded(stage, session_id, sample)
        answer = await wang.replies(session_id, "", msgType=sample.kind, fileId=file_id)
        assert answer.status_code == 200, answer.text
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
        reached = wecom.reached[-1]
        assert (reached.external_userid, reached.msgtype) == (CHEN, sample.kind)
        brought = wecom.media.get(reached.body["media_id"])
        assert (brought.content, brought.name, brought.mime) == (sample.content, sample.name, sample.mime)
        message = answer.json()["data"]
        assert message["attachment"]["state"] == "ready"
        assert (await stage.get(file_path(message))).content == sample.content
    said = [message for message in await stage.history(session_id) if message["senderType"] == "manual"]
    assert [message["content"] for message in said] == [
        "[图片]", "[语音]", "[视频]", "[文件] 发票.pdf",
    ]


@pytest.mark.gen_test
async def test_a_file_is_uploaded_once_and_again_when_the_platform_lost_it(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    wang = await stage.agent("wang")
    file_id = await uploaded(stage, session_id, samples.picture())
    for expected in (1, 1, 2):
        await wang.replies(session_id, "", msgType="image", fileId=file_id)
        await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
        assert wecom.calls.count("media/upload") == expected
        if expected == 1 and len(wecom.reached) == 2:
            wecom.media.lose(wecom.reached[-1].body["media_id"])
    assert len(wecom.reached) == 3


@pytest.mark.gen_test
@pytest.mark.parametrize(("kind", "content", "words"), [
    ("image", samples.pdf().content, "JPG 或 PNG"),
    ("image", samples.picture().content + bytes(10 << 20), "10 MB"),
    ("voice", samples.voice(70).content, "60 秒"),
    ("voice", samples.picture().content, "AMR"),
    ("video", samples.picture().content, "MP4"),
    ("video", samples.video().content + bytes(10 << 20), "10 MB"),
    ("file", b"short", "6 字节"),
])
async def test_what_the_platform_would_not_take_is_refused_before_anything_leaves(
    stage: Stage, wecom: WeCom, kind: str, content: bytes, words: str
) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    file_id = (await uploads(stage, session_id, content)).json()["data"]["fileId"]
    answer = await stage.post(
        f"/api/sessions/{session_id}/message", {"content": "", "msgType": kind, "fileId": file_id}
    )
    assert answer.status_code == 400 and words in answer.json()["message"]
    assert "media/upload" not in wecom.calls
    assert not [message for message in await stage.history(session_id) if message["senderType"] == "manual"]


@pytest.mark.gen_test
async def test_a_lost_upload_is_a_delay_and_says_nothing_twice(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    wang = await stage.agent("wang")
    wecom.next("media/upload", cuts)
    file_id = await uploaded(stage, session_id, samples.picture())
    await wang.replies(session_id, "", msgType="image", fileId=file_id)
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert len(wecom.reached) == 1
