"""What the page knows of files and of what platforms allow, as functions."""

from typing import Any

import pytest

from ccs.outgoing.limits import split
from tests.model import T0, Model, heard, message, opened, said, session

LIMITED = {"channelType": "wechat", "via": "kf", "replyQuotaLeft": 5}


def chosen(*files: tuple[str, str, int]) -> dict[str, Any]:
    named = [{"key": f"k{place}", "name": name, "mime": mime, "size": size}
             for place, (name, mime, size) in enumerate(files)]
    return {"type": "filesChosen", "id": "s", "files": named}


@pytest.mark.gen_test
@pytest.mark.parametrize("name, mime, size, kind, trouble", [
    ("a.png", "image/png", 9_000, "image", None), ("a.amr", "audio/amr", 3 << 20, "file", None),
    ("a.jpg", "image/jpeg", 11 << 20, "file", None),
    ("a.gif", "image/gif", 9_000, "file", None), ("a.mp4", "video/mp4", 9_000, "video", None),
    ("a.amr", "audio/amr", 9_000, "voice", None), ("A.AMR", "", 9_000, "voice", None),
    ("a.pdf", "application/pdf", 20 << 20, "file", None),
    ("a.pdf", "application/pdf", (20 << 20) + 1, "file", "tooLarge"),
    ("a.txt", "text/plain", 5, "file", "empty"),
])
async def test_a_file_goes_as_what_its_platform_takes(model: Model, name, mime, size, kind, trouble) -> None:
    file = (await model.after(*opened(message(1), **LIMITED), chosen((name, mime, size))))["files"]["k0"]
    assert (file["msgType"], file["trouble"]) == (kind, trouble)
    assert file["phase"] == ("refused" if trouble else "waiting")


@pytest.mark.gen_test
@pytest.mark.parametrize("channel, via, mime, size, kind, trouble", [
    ("douyin", "native", "image/png", 10 << 20, "image", None),
    ("douyin", "native", "image/png", (10 << 20) + 1, "image", "tooLarge"),
    ("douyin", "native", "image/gif", 9_000, "image", "notTaken"),
    ("douyin", "native", "application/pdf", 9_000, "file", "notTaken"),
    ("jd", "gateway", "image/gif", 9_000, "image", None), ("jd", "gateway", "audio/mpeg", 9_000, "voice", None),
    ("jd", "gateway", "application/pdf", 5, "file", None), ("jd", "gateway", "application/pdf", 0, "file", "empty"),
    ("jd", "gateway", "application/pdf", (8 << 20) + 1, "file", "tooLarge"),
    ("jd", "native", "image/png", 9_000, "image", "notTaken"),
])
async def test_each_channel_takes_its_own(model: Model, channel, via, mime, size, kind, trouble) -> None:
    events = [*opened(message(1), channelType=channel, via=via), chosen(("a", mime, size))]
    file = (await model.after(*events))["files"]["k0"]
    assert (file["msgType"], file["trouble"]) == (kind, trouble)


@pytest.mark.gen_test
async def test_a_file_that_turns_out_to_be_another_is_not_sent(model: Model) -> None:
    events = [*opened(message(1), channelType="douyin", via="native"), chosen(("a.png", "image/png", 9_000))]
    up = {"type": "uploaded", "key": "k0", "fileId": "f1", "mime": "text/plain"}
    file = (await model.after(*events, up))["files"]["k0"]
    assert (file["phase"], file["trouble"]) == ("refused", "notTaken")


@pytest.mark.gen_test
async def test_what_is_said_with_a_file_waits_for_its_upload_and_knows_it_then(model: Model) -> None:
    start = [*opened(message(1)), chosen(("a.png", "image/png", 9_000))]
    say = {"type": "fileSaid", "id": "s", "key": "k0", "csId": "wang", "now": T0}
    up = {"type": "uploaded", "key": "k0", "fileId": "f1", "mime": "text/plain"}
    for events in ([say, up], [up, say]):
        state = await model.after(*start, *events, said("c1"))
        assert [each.get("fileId") for each in state["outgoing"]["s"]] == ["f1", None]
        assert state["outgoing"]["s"][0]["msgType"] == "file"           # as the server found it to be
        assert state["attached"] == {}
    again = [{"type": "uploadStale", "key": "k0"}, {"type": "uploadAgain", "key": "k0"}]
    stale = await model.after(*start, say, up, *again)
    assert stale["files"]["k0"]["phase"] == "waiting" and stale["outgoing"]["s"][0]["fileId"] is None


@pytest.mark.gen_test
async def test_a_file_waits_while_the_ai_answers(model: Model) -> None:
    start = [*opened(message(1)), chosen(("a.png", "image/png", 9_000))]
    assert await model.calls("files", "nextUpload", await model.after(*start)) == "k0"
    released = heard("session_released", session(version=9, status="ai"))
    assert await model.calls("files", "nextUpload", await model.after(*start, released)) is None


@pytest.mark.gen_test
async def test_files_are_forgotten_when_nobody_will_send_them(model: Model) -> None:
    start = [*opened(message(1)), chosen(("a.png", "image/png", 9_000), ("b.png", "image/png", 9_000))]
    say = {"type": "fileSaid", "id": "s", "key": "k0", "csId": "wang", "now": T0}
    assert await model.calls("files", "forgotten", await model.after(*start, say)) == []
    drop = {"type": "fileDropped", "id": "s", "key": "k1"}
    stored = message(2, "[图片]", "manual", "pending", clientMsgId="k0", msgType="image")
    answer = {"type": "stored", "message": stored, "asked": 0}
    assert await model.calls("files", "forgotten", await model.after(*start, say, drop)) == ["k1"]
    assert await model.calls("files", "forgotten", await model.after(*start, say, drop, answer)) == ["k0", "k1"]
    ended = heard("session_closed", session(version=9, status="closed"))
    assert await model.calls("files", "forgotten", await model.after(*start, ended)) == ["k0", "k1"]


@pytest.mark.gen_test
@pytest.mark.parametrize("more, lock, level", [
    ({}, None, "calm"), ({"replyQuotaLeft": 1}, None, "amber"), ({"replyQuotaLeft": 0}, "quota", "red"),
    ({"replyWindowUntil": T0 + 7_200_000}, None, "calm"), ({"replyWindowUntil": T0 + 7_199_000}, None, "amber"),
    ({"replyWindowUntil": T0}, "window", "red"), ({"replyWindowUntil": T0, "platformOwner": "li.na"}, "owner", "red"),
])
async def test_what_is_left_of_window_and_quota(model: Model, more, lock, level) -> None:
    if until := more.get("replyWindowUntil"):
        more = {**more, "replyWindowUntil": await model.page.evaluate("at => new Date(at).toISOString()", until)}
    row = session(status="manual", **LIMITED | more)
    assert await model.calls("platform", "lockOf", row, T0) == lock
    assert (await model.calls("platform", "allowance", row, T0))["level"] == level


@pytest.mark.gen_test
async def test_what_is_not_limited_is_not_counted(model: Model) -> None:
    assert await model.calls("platform", "allowance", session(status="manual"), T0) is None
    assert await model.calls("platform", "partsOf", {}, "长" * 2000) == 1


TEXTS = [
    "", "a" * 2048, "a" * 2049, "长" * 682, "长" * 683, "长" * 1365, "长" * 1366, "😀" * 513, "\ufeff" * 700, "\ufffd" * 700,
    ("长" * 400 + "\n") * 4, "长" * 600 + "\n" + "长" * 300, "😀" * 1001, ("😀" * 700 + "\n") * 2,
]


@pytest.mark.gen_test
@pytest.mark.parametrize("text", TEXTS)
async def test_a_text_is_cut_as_the_server_cuts_it(model: Model, text) -> None:
    assert await model.calls("platform", "partsOf", {"textBytes": 2048}, text) == len(split(text, 2048))
    assert await model.calls("platform", "partsOf", {"textLength": 1000}, text) == len(split(text, None, 1000))


IN_ENGLISH = """async ([msgType]) => {
    const [{ lastWords }, { words }] = await Promise.all(
        ["views/list/preview", "texts/texts"].map((name) => import(`/static/js/${name}.js`)));
    const session = { lastMessage: "[图片]", messageCount: 1 };
    return lastWords(session, true, { seq: 1, upTo: 1, senderType: "customer", msgType }, words("en"), {}, []);
}"""


@pytest.mark.gen_test
@pytest.mark.parametrize("kind, mime, shown, words", [
    ("image", "image/png", "image", "[Image]"), ("user_local_image", "image/png", "image", "[Image]"),
    ("user_local_video", "video/mp4", "video", "[Video]"), ("file", "image/png", None, "[File]"),
])
async def test_what_comes_from_an_album_is_seen_as_other_pictures_are(model: Model, kind, mime, shown, words) -> None:
    told = {"sessionId": "s", "msgId": "m", "msgType": kind, "attachment": {"state": "ready", "mime": mime}}
    assert await model.calls("../views/thread/attachment", "playable", kind, told["attachment"]) == shown
    assert (await model.calls("pictures", "pictureOf", told) is not None) == (shown == "image")
    assert await model.page.evaluate(IN_ENGLISH, [kind]) == words
