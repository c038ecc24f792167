"""Files are for those who may read the session, run nowhere, and come whole or not at all."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from ccs.accounts import hash_token
from ccs.channels.transfers import disposition_name
from ccs.demo import samples
from ccs.demo.samples import Sample
from ccs.demo.wecom import WeCom
from ccs.media.filetypes import clean_name, mime_of
from ccs.settings import AgentSettings, AuthSettings, Config
from handlers.files import disposition
from store.archive import Archive
from store.files import UNUSED, Files, copy_all
from tests.conftest import Stage, until
from tests.media import file_of, file_path, files_in, held_session, kept, sends, uploaded, uploads

PICTURE = samples.picture()


def with_logins(settings: Config) -> Config:
    roles = {"wang": "agent", "li": "agent", "zhao": "supervisor"}
    agents = tuple(AgentSettings(name, name, role, token_hash=hash_token(name)) for name, role in roles.items())
    return evolve(settings, agents=agents, auth=AuthSettings(required=True))


async def as_(stage: Stage, who: str, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {who}"} if who else {})}
    return await stage.http.request(method, stage.base + path, headers=headers, **more)


async def picture(stage: Stage, wecom: WeCom, sample: Sample = PICTURE) -> str:
    """Where a file lies that she sent."""
    return file_path(await file_of(stage, await sends(stage, wecom, sample)))


# Rights

@pytest.mark.gen_test
async def test_a_file_is_for_those_who_may_read_the_session(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start(with_logins(stage.settings))
    path = f"/api/sessions/{session_id}/files"
    sent = {who: await as_(stage, who, "POST", path, content=PICTURE.content) for who in ("", "li", "wang", "zhao")}
    assert {who: answer.status_code for who, answer in sent.items()} == {"": 401, "li": 403, "wang": 200, "zhao": 200}
    said = await as_(stage, "wang", "POST", f"/api/sessions/{session_id}/message", json={
        "content": "", "msgType": "image", "fileId": sent["wang"].json()["data"]["fileId"],
    })
    file = file_path(said.json()["data"])
    seen = {who: (await as_(stage, who, "GET", file)).status_code for who in ("", "li", "wang", "zhao")}
    assert seen == {"": 401, "li": 403, "wang": 200, "zhao": 200}
    assert len(kept(stage)) == 1


@pytest.mark.gen_test
async def test_an_upload_is_for_its_own_session_only(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    other = await sends(stage, wecom, PICTURE)
    assert (await uploads(stage, other, PICTURE.content)).status_code == 400        # nobody has accepted it
    await (await stage.agent("wang")).accepts(other)
    elsewhere = await uploaded(stage, other, PICTURE)
    digest = next(path.name for path in kept(stage))
    for file_id in (elsewhere, digest, "../../ccs.db", "0" * 32):
        body = {"content": "", "msgType": "image", "fileId": file_id}
        answer = await stage.post(f"/api/sessions/{session_id}/message", body)
        assert answer.status_code == 400 and "重新上传" in answer.json()["message"]


@pytest.mark.gen_test
@pytest.mark.parametrize("name", ["..%2f..%2f..%2fccs.db", "%2e%2e", "a%00b", "nobody"])
async def test_no_path_leads_out(stage: Stage, wecom: WeCom, name: str) -> None:
    await stage.start()
    session_id = await sends(stage, wecom, PICTURE)
    assert (await stage.get(f"/api/sessions/{session_id}/messages/{name}/file")).status_code == 404


@pytest.mark.gen_test
async def test_words_and_a_file_are_two_messages(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    file_id = await uploaded(stage, session_id, PICTURE)
    for kind, words in (("image", "看这个"), ("text", "看这个")):
        answer = await stage.post(
            f"/api/sessions/{session_id}/message", {"content": words, "msgType": kind, "fileId": file_id}
        )
        assert answer.status_code == 400 and "分两条" in answer.json()["message"]


# How they are served

@pytest.mark.gen_test
@pytest.mark.parametrize(("sample", "how"), [
    (PICTURE, "inline"), (samples.voice(), "inline"), (samples.video(), "inline"), (samples.pdf(), "attachment"),
    (Sample("file", "a.html", "text/html", b"<html><script>alert(1)</script>"), "attachment"),
    (Sample("image", "a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
     "attachment"),
    (Sample("file", "a.js", "text/javascript", b"alert(1)"), "attachment"),
    (Sample("file", "a.exe", "image/png", b"MZ\x90\x00\x03"), "attachment"),
], ids=lambda value: value.name if isinstance(value, Sample) else value)
async def test_nothing_that_could_run_is_shown_in_place(stage: Stage, wecom: WeCom, sample: Sample, how: str) -> None:
    await stage.start()
    path = await picture(stage, wecom, sample)
    headers = (await stage.get(path)).headers
    assert headers["Content-Disposition"].split(";")[0] == how
    assert headers["Content-Type"].split(";")[0] not in ("text/html", "image/svg+xml", "text/javascript")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"].startswith("private") and "Cookie" in headers["Vary"]
    saved = await stage.get(path, download="1")
    assert saved.headers["Content-Disposition"].startswith("attachment") and saved.content == sample.content


@pytest.mark.gen_test
@pytest.mark.parametrize(("asked", "status", "part"), [
    ("bytes=0-9", 206, slice(0, 10)), ("bytes=100-", 206, slice(100, None)), ("bytes=-7", 206, slice(-7, None)),
    ("bytes=5-99999999", 206, slice(5, None)), ("bytes=0-1,4-5", 200, slice(None)), ("bytes=-", 200, slice(None)),
    ("rows=0-1", 200, slice(None)), ("bytes=99999999-", 416, slice(0)), ("bytes=9-5", 416, slice(0)),
])
async def test_a_player_may_ask_for_a_part(
    stage: Stage, wecom: WeCom, asked: str, status: int, part: slice
) -> None:
    await stage.start()
    path = await picture(stage, wecom)
    answer = await stage.http.get(stage.base + path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, PICTURE.content[part])
    if status == 206:
        first = range(len(PICTURE.content))[part][0]
        assert answer.headers["Content-Range"].startswith(f"bytes {first}-")


@pytest.mark.gen_test
async def test_what_a_browser_has_it_need_not_fetch_again(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    url = stage.base + await picture(stage, wecom)
    etag = (await stage.http.get(url)).headers["ETag"]
    assert (await stage.http.get(url, headers={"If-None-Match": etag})).status_code == 304
    assert (await stage.http.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})).status_code == 200
    head = await stage.http.head(url)
    assert (head.headers["Content-Length"], head.content) == (str(len(PICTURE.content)), b"")


# Names

@pytest.mark.parametrize(("told", "name"), [
    ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\发票.pdf", "发票.pdf"),
    ("a\r\nSet-Cookie: x=1.png", "aSet-Cookie x=1.png"),
    ("照片\u202egnp.exe", "照片gnp.exe"), ("con.txt", "_con.txt"), (" .. ", "图片.png"), ("", "图片.png"),
    ('"><img src=x>.png', "img src=x.png"), ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
])
def test_a_name_hides_nothing_and_fits_everywhere(told: str, name: str) -> None:
    assert clean_name(told, "image/png", "image") == name
    assert clean_name("", "image/png", "user_local_image") == "图片.png"
    assert len(clean_name("图" * 300 + ".pdf", "application/pdf").encode()) <= 240


@pytest.mark.parametrize("name", ["发票 2026.pdf", 'a"b%20;.txt', "é.png"])
def test_a_name_survives_its_header(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii() and disposition_name(header) == name


@pytest.mark.parametrize(("head", "mime"), [
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"), (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"), (b"GIF89a", "image/gif"),
    (b"#!AMR-WB\n", "audio/amr-wb"), (b"\0\0\0\x18ftypmp42", "video/mp4"), (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
    (b"", "application/octet-stream"), ("中文".encode()[:-1], "text/plain"), (b"\xff\xfe\0", "application/octet-stream"),
])
def test_bytes_say_what_they_are(head: bytes, mime: str) -> None:
    assert mime_of(head) == mime


# Uploads

@pytest.mark.gen_test
async def test_a_file_may_be_larger_than_other_bodies_and_no_larger_than_platforms_take(
    stage: Stage, wecom: WeCom
) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    fits = await uploads(stage, session_id, PICTURE.content.ljust(20 << 20, b"\0"), "大图.png")
    assert (fits.status_code, fits.json()["data"]["size"]) == (200, 20 << 20)
    assert {**fits.json()["data"], "fileId": ""} == {
        "fileId": "", "name": "大图.png", "mime": "image/png", "size": 20 << 20,
    }
    known = len(files_in(stage))
    assert (await uploads(stage, session_id, bytes((20 << 20) + 1))).status_code == 413
    assert (await uploads(stage, session_id, b"")).status_code == 400
    assert (await uploads(stage, session_id, b"abcdef", **{"X-File-Name": "%ff"})).status_code == 400
    assert (await uploads(stage, session_id, b"abcdef", Origin="https://evil.example")).status_code == 403
    assert len(files_in(stage)) == known


@pytest.mark.gen_test
async def test_an_upload_that_breaks_off_leaves_nothing(stage: Stage, wecom: WeCom) -> None:
    session_id = held_session(stage, wecom)
    await stage.start()
    assert stage.server
    _, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    head = f"POST /api/sessions/{session_id}/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999\r\n\r\n"
    writer.write(head.encode() + bytes(300_000))
    await until(lambda: any(path.stat().st_size for path in files_in(stage)))
    writer.transport.abort()
    await until(lambda: not files_in(stage) and not stage.server._busy)     # type: ignore[union-attr]


def test_what_nobody_sent_is_forgotten_after_a_day_and_what_was_sent_stays(tmp_path: Path) -> None:
    async def plays() -> None:
        files = Files(tmp_path)
        files.prepare()
        digests = {}
        for name in ("sent", "unsent", "fresh"):
            part = files.part(100)
            part.write_bytes(name.encode())
            digests[name] = (await files.keep(part)).digest
            files.drop(part)
            await files.remember(name.encode().hex().rjust(32, "0"), {"digest": digests[name]})
        old = time.time() - UNUSED - 1
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.name not in (digests["fresh"], b"fresh".hex().rjust(32, "0")):
                os.utime(path, (old, old))
        assert await files.forget_unused(lambda asked: {digests["sent"]} & set(asked)) == 1
        assert {name: files.has(digest) for name, digest in digests.items()} == {
            "sent": True, "unsent": False, "fresh": True,
        }
        assert await files.remembered(b"fresh".hex().rjust(32, "0"))
        files.close()
    asyncio.run(plays())


@pytest.mark.gen_test
async def test_the_disk_knows_which_files_are_used(stage: Stage, wecom: WeCom) -> None:
    await stage.start()
    await picture(stage, wecom)
    [path] = kept(stage)
    archive = Archive(stage.settings.server.data_dir / "ccs.db", ())
    assert archive.used_files([path.name, "0" * 64]) == {path.name}
    archive._own_connection().close()
    archive.close()


# Backup

@pytest.mark.gen_test
async def test_a_backup_has_the_files_too_and_copies_each_once(stage: Stage, wecom: WeCom, tmp_path: Path) -> None:
    await stage.start()
    await picture(stage, wecom)
    data = stage.settings.server.data_dir
    target = copy_all(data, tmp_path / "copy.db")
    assert target == tmp_path / "copy.db.files"
    [original], [copy] = kept(stage), [path for path in target.rglob("*") if path.is_file()]
    assert copy.relative_to(target) == original.relative_to(data / "files")
    assert copy.read_bytes() == PICTURE.content
    before = copy.stat().st_mtime_ns
    copy_all(data, tmp_path / "copy.db")
    assert copy.stat().st_mtime_ns == before
