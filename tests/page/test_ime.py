"""Half a word is never sent, whichever input method, browser and system an agent has, and Enter is one reply.

The orders of events are those that browsers are known for, told to the page as they would tell them; the last one is
Chromium's own, by its real composition.
"""

from typing import Any

import pytest
from attrs import frozen
from playwright.async_api import Page, expect

from ccs.demo.gateway import Gateway
from tests.browser import Office, Workbench
from tests.conftest import until

Told = tuple[str, dict[str, Any]]

# What a browser tells of one Enter while a candidate is chosen
START: Told = ("compositionstart", {"data": ""})
UPDATE: Told = ("compositionupdate", {"data": "zai"})
END: Told = ("compositionend", {"data": "在"})
TYPED: Told = ("input", {"value": "zai", "isComposing": True, "inputType": "insertCompositionText"})
TAKEN: Told = ("input", {"value": "在", "isComposing": True, "inputType": "insertCompositionText"})
DONE: Told = ("input", {"value": "在", "isComposing": False, "inputType": "insertText"})
FROM: Told = ("input", {"value": "在", "isComposing": False, "inputType": "insertFromComposition"})
UP: Told = ("keyup", {"key": "Enter", "keyCode": 13})


def down(key: str = "Enter", code: int = 229, composing: bool = True) -> Told:
    return "keydown", {"key": key, "keyCode": code, "isComposing": composing}


ORDERS: dict[str, list[Told]] = {
    "Chrome, Windows": [START, UPDATE, TYPED, down("Process"), UPDATE, TAKEN, END, UP],
    "Chrome, Windows, older": [START, UPDATE, TYPED, down("Process", composing=False), UPDATE, TAKEN, END, UP],
    "Chrome, macOS": [START, UPDATE, TYPED, down("Enter"), UPDATE, TAKEN, END, UP],
    "Chrome, Linux": [START, UPDATE, TYPED, down("Unidentified"), UPDATE, TAKEN, END, UP],
    "Chrome, Android": [START, UPDATE, TYPED, down("Unidentified", composing=False), TAKEN, END, UP],
    "Edge, Windows": [START, UPDATE, TYPED, down("Process"), TAKEN, END, UP],
    "Edge, macOS": [START, UPDATE, TYPED, down("Enter"), TAKEN, END, UP],
    "Edge before Chromium": [START, UPDATE, TYPED, down("Enter", composing=False), END, TAKEN, UP],
    "Firefox, Windows": [START, UPDATE, TYPED, down("Process"), END, DONE, UP],
    "Firefox, macOS": [START, UPDATE, TYPED, down("Enter"), END, DONE, UP],
    "Firefox, Linux": [START, UPDATE, TYPED, down("Process"), UPDATE, END, DONE, UP],
    "Firefox, by the key alone": [START, UPDATE, TYPED, down("Enter", 13), END, DONE, UP],
    "Firefox before 65": [START, UPDATE, TYPED, END, DONE, UP],
    "Safari, macOS": [START, UPDATE, TYPED, FROM, END, down("Enter", composing=False), UP],
    "Safari, iOS": [START, UPDATE, TYPED, FROM, END, down("Enter", 13, composing=False), UP],
    "raw letters, macOS": [START, UPDATE, TYPED, END, TAKEN, down("Enter", 13, composing=False), UP],
    "by the key code alone": [DONE, down("Enter", composing=False), UP],
    "two words in a row": [
        START, UPDATE, TYPED, down("Process"), TAKEN, END, START, UPDATE, TYPED, down("Process"), TAKEN, END, UP,
    ],
    "numpad": [START, UPDATE, TYPED, ("keydown", {**down("Enter")[1], "code": "NumpadEnter"}), TAKEN, END, UP],
}
TELL = """(node, told) => told.map(([type, { value, ...more }]) => {
    if (value !== undefined) node.value = value;
    const how = { code: "Enter", bubbles: true, cancelable: true, ...more };
    const event = type.startsWith("key") ? new KeyboardEvent(type, how)
        : type === "input" ? new InputEvent(type, how) : new CompositionEvent(type, how);
    return node.dispatchEvent(event);
})"""
WAIT = """async (ms) => {
    const from = performance.now();
    while (performance.now() - from < ms) await new Promise(requestAnimationFrame);
}"""
AFTER = 100         # ms; the page takes what follows the end of composing more closely for the input method's


@frozen
class Writer:
    """An agent with a session open, who types."""

    agent: Workbench
    gateway: Gateway

    @property
    def page(self) -> Page:
        return self.agent.page

    async def hears(self, *told: Told) -> list[bool]:
        """The page is told these; whether the browser goes on with each as usual."""
        return await self.agent.composer.evaluate(TELL, list(told))

    async def waits(self) -> None:
        """As people do before they press Enter once more."""
        await self.page.evaluate(WAIT, AFTER)

    async def has_said(self, *texts: str) -> None:
        """These and nothing else, once each."""
        await until(lambda: len(self.gateway.said) >= len(texts))
        await expect(self.agent.thread.locator("[data-from=me][data-delivery=sent]")).to_have_count(len(texts))
        assert [said["message"]["text"] for said in self.gateway.said] == list(texts)


@pytest.fixture
def opens(office: Office, gateway: Gateway) -> Any:
    async def open_session() -> Writer:
        wang = await office.agent("wang")
        await office.stage.customer().says("在吗")
        await wang.accepts("陈女士")
        return Writer(wang, gateway)

    return open_session


@pytest.mark.gen_test
async def test_an_enter_that_takes_a_candidate_never_sends_and_the_next_does(opens: Any) -> None:
    writer = await opens()
    for number, (name, order) in enumerate(ORDERS.items()):
        await writer.hears(*order)
        await expect(writer.agent.composer, name).to_have_value("在")
        await expect(writer.agent.thread.locator("[data-from=me]"), name).to_have_count(number)
        await writer.waits()
        await writer.agent.composer.fill(name)
        await writer.agent.composer.press("Enter")
        await expect(writer.agent.composer, name).to_have_value("")
    await writer.has_said(*ORDERS)


@pytest.mark.gen_test
async def test_a_composition_that_is_given_up_or_left_does_not_keep_enter_for_good(opens: Any) -> None:
    writer = await opens()
    given_up: Told = ("compositionend", {"data": ""})
    escape: Told = ("keydown", {"key": "Escape", "keyCode": 229, "isComposing": True})
    await writer.hears(START, UPDATE, TYPED, escape, given_up)
    await expect(writer.agent.composer).to_be_focused()
    await writer.waits()
    await writer.agent.replies("一")
    await writer.hears(START, UPDATE, TYPED, given_up, ("blur", {}))          # a click elsewhere ends it
    await writer.waits()
    await writer.agent.replies("二")
    await writer.has_said("一", "二")


@pytest.mark.gen_test
async def test_words_of_an_input_method_survive_what_happens_meanwhile(office: Office, opens: Any) -> None:
    writer = await opens()
    await writer.hears(START, UPDATE, TYPED)
    await office.stage.customer().says("还在吗")
    await writer.agent.sees("还在吗")
    await expect(writer.agent.composer).to_have_value("zai")
    await writer.hears(down("Process"), TAKEN, END)
    await expect(writer.agent.composer).to_have_value("在")
    await writer.has_said()


@pytest.mark.gen_test
async def test_shortcuts_are_left_to_an_input_method_that_composes(office: Office, opens: Any) -> None:
    writer = await opens()
    await writer.hears(START, UPDATE, TYPED)
    alt_e: Told = ("keydown", {"key": "e", "code": "KeyE", "altKey": True, "isComposing": True, "keyCode": 229})
    await writer.hears(alt_e, ("keydown", {"key": "?", "code": "Slash", "isComposing": True, "keyCode": 229}))
    await expect(writer.agent.state).to_have_text("人工 · 我")
    await expect(writer.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.gen_test
async def test_enter_sends_once_and_only_by_itself(opens: Any) -> None:
    writer = await opens()
    composer, keyboard = writer.agent.composer, writer.page.keyboard

    await composer.press_sequentially("一")
    await keyboard.press("Shift+Enter")
    await composer.press_sequentially("行")
    await expect(composer).to_have_value("一\n行")
    await keyboard.press("Enter")
    await expect(composer).to_have_value("")

    await composer.fill("二")
    await keyboard.press("NumpadEnter")

    await composer.fill("三")
    await keyboard.down("Enter")
    for text in ("四", "五"):                    # a key that is held says so, and more may be typed meanwhile
        await keyboard.down("Enter")
        await composer.fill(text)
        await keyboard.down("Enter")
    await keyboard.up("Enter")
    await expect(composer).to_have_value("五")

    for key in ("Control+Enter", "Meta+Enter"):
        await composer.fill("六")
        await keyboard.press(key)
        await expect(composer).to_have_value("六")

    for nothing in ("", " ", "\n \n", "\u3000"):
        await composer.fill(nothing)
        await keyboard.press("Enter")
    await writer.has_said("一\n行", "二", "三")


@pytest.mark.gen_test
async def test_what_is_pasted_waits_for_enter_with_its_lines(opens: Any) -> None:
    writer = await opens()
    await writer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await writer.page.evaluate("navigator.clipboard.writeText('第一行\\r\\n第二行\\n')")
    await writer.agent.composer.focus()
    await writer.page.keyboard.press("Control+V")
    await expect(writer.agent.composer).to_have_value("第一行\n第二行\n")
    await writer.has_said()
    await writer.page.keyboard.press("Enter")
    await writer.has_said("第一行\n第二行")
    await expect(writer.agent.message("第一行").locator(".content")).to_have_css("white-space-collapse", "preserve")


@pytest.mark.gen_test
async def test_chromiums_own_composition_is_told_and_waits_for_enter(opens: Any) -> None:
    writer = await opens()
    await writer.agent.composer.focus()
    chromium = await writer.page.context.new_cdp_session(writer.page)
    for text in ("z", "za", "zai"):
        end = len(text)
        await chromium.send("Input.imeSetComposition", {"text": text, "selectionStart": end, "selectionEnd": end})
    await expect(writer.agent.composer).to_have_value("zai")
    for key in ({"key": "Process", "windowsVirtualKeyCode": 229}, {"key": "Enter", "windowsVirtualKeyCode": 13}):
        await chromium.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "code": "Enter", **key})
    await chromium.send("Input.insertText", {"text": "在"})
    await expect(writer.agent.composer).to_have_value("在")
    await writer.has_said()
    await writer.waits()
    await writer.page.keyboard.press("Enter")
    await writer.has_said("在")
