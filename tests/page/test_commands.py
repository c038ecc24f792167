"""What can be done by name and by key: one table, in which no key means two things and every word is there."""

import pytest

from tests.model import Model

TABLE = """async () => {
    const [{COMMANDS, FIXED, keysOf}, {commandText, words}, {initial}] = await Promise.all(
        ["state/commands", "texts/texts", "state/state"].map((name) => import(`/static/js/${name}.js`)));
    return {
        keys: COMMANDS.flatMap((each) => keysOf({}, each)),
        texts: ["zh-CN", "en"].map((lang) => [
            ...COMMANDS.map((each) => commandText(words(lang), each, initial)),
            ...FIXED.map(({id}) => words(lang)(`commands.${id}`)),
        ]),
    };
}"""


@pytest.mark.gen_test
async def test_no_key_means_two_things_and_each_command_has_its_words(model: Model) -> None:
    table = await model.page.evaluate(TABLE)
    assert len(table["keys"]) == len(set(table["keys"])) > 20
    assert all(len(texts) == len(set(texts)) for texts in table["texts"])


@pytest.mark.gen_test
@pytest.mark.parametrize("command, key, kind", [
    ("next", "Alt+KeyM", None), ("next", "Alt+KeyE", "taken"), ("next", "Mod+KeyT", "browser"),
    ("next", "KeyN", "plain"), ("next", "Shift+KeyN", "plain"), ("help", "F1", None), ("next", "Alt+KeyN", None),
])
async def test_a_key_that_cannot_be_had_is_refused_with_the_reason(model: Model, command, key, kind) -> None:
    fault = await model.calls("commands", "conflict", {}, command, key)
    assert (fault and fault["kind"]) == kind


@pytest.mark.gen_test
async def test_a_key_taken_from_another_command_is_no_longer_that_ones(model: Model) -> None:
    keys = await model.calls("commands", "rebound", {}, "next", "Alt+KeyE")
    assert keys == {"next": ["Alt+KeyE"], "close": []}
    assert await model.calls("commands", "restored", {"keys": keys}, "next") == {"close": []}
    assert await model.calls("commands", "rebound", {"keys": {"close": []}}, "close", "Alt+KeyE") is None     # as usual


@pytest.mark.gen_test
@pytest.mark.parametrize("text, typed, found", [
    ("接入下一个等待的客户", "jrxyg", True), ("接入下一个等待的客户", "下一个", True), ("接入下一个等待的客户", "xyz", False),
    ("陈女士", "cns", True), ("周航", "zh", True), ("Ms Green", "grn", True), ("陈女士", "", True),
])
async def test_a_few_letters_of_the_name_or_its_pinyin_find_it(model: Model, text, typed, found) -> None:
    assert (await model.calls("matching", "fit", text, typed) > 0) is found


@pytest.mark.gen_test
async def test_keys_are_told_by_where_they_lie(model: Model) -> None:
    pressed = {"key": "ñ", "code": "KeyN", "altKey": True, "ctrlKey": False, "metaKey": False, "shiftKey": False}
    assert await model.calls("commands", "keyOf", pressed, True) == "Alt+KeyN"
    command = {**pressed, "altKey": False, "metaKey": True, "key": "k", "code": "KeyK"}
    assert await model.calls("commands", "keyOf", command, True) == "Mod+KeyK"
    assert await model.calls("commands", "keyOf", command, False) == "Meta+KeyK"
    assert await model.calls("commands", "keyOf", {**command, "key": "Meta"}, False) is None
