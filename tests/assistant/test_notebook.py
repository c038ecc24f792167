"""What agents add to the knowledge base: kept whole, read back as written, and harmless in a spreadsheet."""

import asyncio
import csv
import io
from pathlib import Path

import pytest
from attrs import evolve

from ccs.assistant import notebook
from ccs.assistant.knowledge import reading
from ccs.assistant.knowledge.library import Library
from ccs.assistant.notebook import NAME, AlreadyKnown, CannotAdd, Note, Notebook
from ccs.errors import Refusal
from ccs.settings import Config
from tests.conftest import Stage
from tests.assistant.test_feedback import answer_in, by, with_logins
from tests.test_sessions import refused

SHIPPING = Note("包邮吗", "满 99 元包邮。", ("运费多少", "邮费"))


def written(folder: Path) -> list[dict[str, str]]:
    text = (folder / NAME).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_what_is_added_is_read_back_as_it_was_written_whatever_it_holds(tmp_path: Path) -> None:
    answer = '第一行，有"引号"\n第二行,有逗号'
    assert Notebook(tmp_path).add(SHIPPING) == 2
    assert Notebook(tmp_path).add(Note("几天\n到\x00？", f"{answer}\r\n", ("多久;到",), "jd")) == 3
    assert Notebook(tmp_path).add(Note("能退吗", "能")) == 5
    first, second, third = written(tmp_path)
    assert first == {"question": "包邮吗", "alternatives": "运费多少|邮费", "answer": "满 99 元包邮。", "channel": ""}
    assert second == {"question": "几天 到？", "alternatives": "多久 到", "answer": answer, "channel": "jd"}
    assert third["question"] == "能退吗"
    assert (tmp_path / NAME).read_bytes().startswith(b"\xef\xbb\xbfquestion,")
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("again", ["包邮吗", " 包邮吗？", "运费多少", "邮 费"])
def test_a_question_that_stands_there_is_refused_with_its_place(tmp_path: Path, again: str) -> None:
    Notebook(tmp_path).add(Note("几天到", "三天\n左右"))
    Notebook(tmp_path).add(SHIPPING)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(AlreadyKnown, match=f"{NAME}:4"):
        Notebook(tmp_path).add(Note(again, "否"))
    with pytest.raises(AlreadyKnown, match="售后.md:7"):
        Notebook(tmp_path, lambda question, channel: "售后.md:7").add(Note("别的", "否"))
    assert (tmp_path / NAME).read_bytes() == before


def test_a_channel_may_have_its_own_answer_beside_the_usual_one(tmp_path: Path) -> None:
    book = Notebook(tmp_path)
    book.add(SHIPPING)
    book.add(evolve(SHIPPING, answer="京东满 59 元包邮。", channel="jd"))
    for channel in ("", "jd"):
        with pytest.raises(AlreadyKnown):
            book.add(evolve(SHIPPING, channel=channel))
    assert book.add(evolve(SHIPPING, channel="douyin")) == 4
    [usual, *own] = reading.read(tmp_path).entries
    assert not usual.is_particular and [each.channels for each in own] == [("jd",), ("douyin",)]


@pytest.mark.parametrize("note", [
    Note("=1+1", "好"), Note("怎么算", "=HYPERLINK(1)"), Note("怎么算", " @SUM(1)"), Note("怎么算", "好", ("+1",)),
    Note("？！", "好"), Note("怎么算", " \n "),
])
def test_what_a_spreadsheet_would_run_and_what_says_nothing_is_refused(tmp_path: Path, note: Note) -> None:
    with pytest.raises(Refusal):
        Notebook(tmp_path).add(note)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("before", "after"), [
    ("答案,备注,问题,也问\n好,x,旧,\n".encode("gb18030"), "\ufeff答案,备注,问题,也问\n好,x,旧,\n满 99 元包邮。,,包邮吗,运费多少|邮费\n"),
    (b"question,alternatives,answer\r\na,,b", "\ufeffquestion,alternatives,answer\na,,b\n包邮吗,运费多少|邮费,满 99 元包邮。\n"),
])
def test_a_file_its_owner_has_saved_keeps_its_columns(tmp_path: Path, before: bytes, after: str) -> None:
    (tmp_path / NAME).write_bytes(before)
    Notebook(tmp_path).add(SHIPPING)
    assert (tmp_path / NAME).read_bytes().decode() == after


@pytest.mark.parametrize("broken", [b"a,b\n", b'question,alternatives,answer\na,,"b\n', b"\xff\xff\xff"])
def test_a_file_that_cannot_be_added_to_is_left_as_it_is(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / NAME).write_bytes(broken)
    with pytest.raises(CannotAdd, match=NAME):
        Notebook(tmp_path).add(SHIPPING)
    assert (tmp_path / NAME).read_bytes() == broken


def test_what_cannot_be_written_is_said_in_words_and_loses_nothing(tmp_path: Path, monkeypatch) -> None:
    Notebook(tmp_path).add(SHIPPING)
    before = (tmp_path / NAME).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(notebook.os, "fsync", full)
    with pytest.raises(CannotAdd, match="写不进去"):
        Notebook(tmp_path).add(Note("能退吗", "能"))
    assert (tmp_path / NAME).read_bytes() == before and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(CannotAdd, match="knowledge_dir"):
        Notebook(None).add(SHIPPING)
    monkeypatch.setattr(notebook, "LARGEST_FILE", len(before) + 10)
    with pytest.raises(CannotAdd, match="已满"):
        Notebook(tmp_path).add(Note("能退吗", "能"))


@pytest.mark.gen_test
async def test_whoever_may_adds_to_the_folder_and_none_is_lost_when_many_do(
    stage: Stage, with_assistant: Config, tmp_path: Path
) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "店主.md").write_text("## 怎么保养\n\n擦干净。\n", encoding="utf-8")
    assistant = evolve(with_assistant.assistant, knowledge_dir=folder)
    await stage.start(with_logins(evolve(with_assistant, assistant=assistant)))

    async def adds(who: str, question: str, **more: object) -> object:
        body = {"question": question, "answer": "好", **more}
        return await stage.http.post(f"{stage.base}/api/knowledge", json=body, headers=by(who))

    assert refused(await adds("wang", "包邮吗"), 403)
    answers = await asyncio.gather(*(adds("zhao", f"问题{number}") for number in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["data"]["line"] for answer in answers} == set(range(2, 22))
    assert {row["question"] for row in written(folder)} == {f"问题{number}" for number in range(20)}
    assert refused(await adds("zhao", "问题7"), 400, 4011)
    assert refused(await adds("zhao", "怎么保养？"), 400, 4011, place="店主.md:1")
    assert refused(await adds("zhao", "长" * 201), 400) and refused(await adds("zhao", "新", channel="taobao"), 400)

    await stage.stop()
    await stage.start(evolve(stage.settings, assistant=evolve(assistant, agents_add_knowledge=True)))
    assert (await adds("wang", "包邮吗", channel="jd", alternatives=["运费"])).status_code == 200
    assert stage.worker(Library).shelf.faults == ()
    stage.http.headers.update(by("wang"))
    chen = stage.customer()
    await chen.says("包邮吗")
    answer = await answer_in(stage, (await chen.session())["sessionId"])
    assert answer["content"] == "好" and answer["fields"]["assistant"]["sources"][0]["question"] == "包邮吗"
