"""Whatever customers are called and write, and whatever comes with it, is text on the page and nothing else."""

import re
from itertools import cycle
from typing import Any

import pytest
from attrs import Factory, define
from playwright.async_api import expect
from tornado.ioloop import IOLoop

from ccs.demo.gateway import Gateway
from ccs.beside import PREVIEW
from tests.browser import Office, Workbench
from tests.conftest import until
from tests.platforms import gateway_message

HACK = "window.__hacked=1"
PAYLOADS = [
    # Markup that runs
    f"<script>{HACK}</script>", f"<ScRiPt>{HACK}</sCrIpT>", f"<script src=data:text/javascript,{HACK}></script>",
    f"<img src=x onerror={HACK}>", f"<img src=x onerror=\"{HACK}\"/>", f"<svg onload={HACK}>",
    f"<svg/onload={HACK}//", f"<svg><script>{HACK}</script></svg>", f"<svg><animate onbegin={HACK} attributeName=x>",
    f"<body onload={HACK}>", f"<details open ontoggle={HACK}>", f"<input autofocus onfocus={HACK}>",
    f"<video><source onerror={HACK}></video>", f"<audio src=x onerror={HACK}>", f"<marquee onstart={HACK}>",
    f"<math><mtext></mtext><img src=x onerror={HACK}></math>", f"<template><img src=x onerror={HACK}></template>",
    f"<iframe srcdoc=\"<script>parent.{HACK}</script>\"></iframe>", f"<iframe src=\"javascript:parent.{HACK}\">",
    f"<object data=\"javascript:{HACK}\">", f"<embed src=\"javascript:{HACK}\">", "<base href=https://evil.example/>",
    f"<a href=\"javascript:{HACK}\">点我</a>", f"<form action=\"javascript:{HACK}\"><button>去</button></form>",
    f"<meta http-equiv=refresh content=\"0;url=javascript:{HACK}\">", "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{display:none}</style>",
    "<div style=\"position:fixed;inset:0;background:url(//evil.example/x)\">盖住</div>",
    f"<noscript><p title=\"</noscript><img src=x onerror={HACK}>\">", f"<!--><img src=x onerror={HACK}>-->",
    f"<x onclick={HACK} tabindex=0 autofocus onfocus={HACK}>", f"<button popovertarget=x onbeforetoggle={HACK}>",
    # Ways out of where a text stands
    f"\"><script>{HACK}</script>", f"' onmouseover='{HACK}", f"</textarea><script>{HACK}</script>",
    f"</title><script>{HACK}</script>", f"]]><script>{HACK}</script>", f"</script><script>{HACK}</script>",
    f"\\\";{HACK};//", f"'-({HACK})-'", f"${{{HACK}}}", f"{{{{constructor.constructor('{HACK}')()}}}}",
    f"<%= {HACK} %>", f"#{{{HACK}}}", "{name} {n} {why} {time}", "$& $1 $` $'", "%s %d %c %o", "\\u003cscript\\u003e",
    f"javascript:{HACK}", f"JaVaScRiPt&#58;{HACK}", f"data:text/html,<script>{HACK}</script>", "vbscript:x",
    "&lt;b&gt;粗&lt;/b&gt; &amp; &nbsp;", "&#60;script&#62;", "+ADw-script+AD4-", "＜script＞",
    "{\"type\":\"resync_required\"}",
    "'; DROP TABLE sessions; --", "#/s/x", "../../../etc/passwd", "//evil.example/x", "https://evil.example/?a=1#b",
    # Names that mean something to the language
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "null", "undefined", "NaN", "0", "false",
    "[object Object]", "[图片]", "[]", "{}", "-1", "1e309",
    # Letters that do not behave
    "\u202e陈女士\u202c abc", "\u202eevil\u2066x", "\u2067\u2067\u2067右", "مرحبا 123 שלום",
    "Z̴̡͚͇̀̈́͝ą̶̛̈́l̵̢̛͠g̸̨̀ő̴" * 3, "e" + "\u0301" * 60,
    "\u200b陈\u200d女\u2060士\ufeff", "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳", "𠮷𠀀𪚥", "\u3164", "\u00ad软\u00ad",
    "陈\u2028女\u2029士", "\ufffd\ufffe", "\U000e0041\U000e0042",
    "A" * 200, "陈" * 200, "a b " * 60, "ﷺ" * 60, "\u0430dmin",
]
SPACE = "[\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"        # as JavaScript has it

WATCH = """
    window.__violations = [];
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        window.__violations.push(`${violatedDirective} ${blockedURI}`));
"""
OWN = "() => { window.__own = new Set(document.querySelectorAll('*')); }"
FOREIGN = """() => [...document.querySelectorAll("*")].filter((node) => !window.__own.has(node)).flatMap((node) => {
    const made = node.matches("li, ol, ul, div, span, a, button, time, p, progress, svg.icon, svg.icon > path, img")
        || node.matches(".row > input[type=checkbox], section.handoff, section.handoff > dl")
        || node.matches("#panel :is(section, h3, dl, dt, dd)")
        || node.matches("#panel :is(form:is(.person-form, .attribute-form), input[maxlength], textarea[maxlength])");
    const odd = [...node.attributes].filter(({ name, value }) =>
        /^on|^srcdoc$|^form/i.test(name) || /^\\s*(javascript|data|vbscript|https?):/i.test(value)
        || (["src", "href"].includes(name) && !/^(#|\\/api\\/sessions)\\//.test(value)));
    return made && !odd.length ? [] : [node.outerHTML.slice(0, 200)];
})"""

TO_THE_START = """async () => {
    const log = document.querySelector("[role=log]");
    while (!log.textContent.includes("会话开始")) {
        log.scrollTop = 0;
        await new Promise(requestAnimationFrame);
    }
}"""


@define(slots=False)
class Watched:
    """A page with everything noticed that hostile text could bring about."""

    agent: Workbench
    noticed: list[str] = Factory(list)

    async def begins(self) -> None:
        """Before anything hostile is shown."""
        page, base = self.agent.page, self.agent.stage.base
        page.on("dialog", lambda dialog: self.noticed.append(f"dialog {dialog.message}"))
        page.on("popup", lambda popup: self.noticed.append(f"window {popup.url}"))
        page.on("download", lambda file: self.noticed.append(f"download {file.url}"))
        page.on("frameattached", lambda frame: self.noticed.append(f"frame {frame.url}"))
        page.on("request", lambda request: request.url.startswith(f"{base}/") or self.noticed.append(request.url))
        await page.context.add_init_script(WATCH)
        await page.reload()
        await self.agent.is_connected()
        await expect(page.get_by_role("button", name="渠道状态")).to_be_visible()     # which the server is asked for
        await page.evaluate(OWN)

    async def nothing_happened(self) -> None:
        page = self.agent.page
        assert await page.evaluate("[window.__hacked, window.__violations]") == [None, []]
        assert await page.evaluate(FOREIGN) == []
        assert await page.locator("html").evaluate("html => html.scrollWidth <= innerWidth")
        assert self.noticed == []


@pytest.fixture
def watched(office: Office, io_loop: IOLoop) -> Watched:
    async def open_page() -> Watched:
        watched = Watched(await office.agent("wang"))
        await watched.begins()
        return watched

    return io_loop.run_sync(open_page)


async def writes(office: Office, customer_id: str, name: str, text: str, **message: Any) -> None:
    envelope = gateway_message(customer_id, text, office.stage.new_id(), **message)
    envelope["customer"] |= {"nickname": name, "avatar": text}
    answer = await office.stage.envelope(envelope)
    assert answer.status_code == 200, (name, answer.text)


@pytest.mark.gen_test(timeout=60)
async def test_a_name_is_text(office: Office, watched: Watched) -> None:
    for number, payload in enumerate(PAYLOADS):
        await writes(office, f"c{number}", payload, payload)
    page = watched.agent.page
    await expect(watched.agent.rows).to_have_count(len(PAYLOADS))
    assert sorted(await page.locator(".row-name").all_text_contents()) == sorted(PAYLOADS)
    previews = sorted(re.sub(SPACE, " ", payload)[:PREVIEW] for payload in PAYLOADS)
    assert sorted(await page.locator(".row-preview-text").all_text_contents()) == previews
    opened = await page.evaluate(OPEN_EACH)
    assert [name for name, heading, *_ in opened if heading != name] == []
    assert [name for name, _, said, author in opened if said != name or author != name] == []
    assert sorted(name for name, *_ in opened) == sorted(PAYLOADS)
    await watched.nothing_happened()


OPEN_EACH = """async () => {
    const opened = [];
    const find = (selector) => document.querySelector(selector)?.textContent;
    for (const link of document.querySelectorAll(".row-link")) {
        const name = link.querySelector(".row-name").textContent;
        link.click();
        const here = () => location.hash.startsWith(link.hash);
        const shown = () => here() && find("#thread h2") === name && find(".message .content");
        for (let tries = 0; tries < 200 && !shown(); tries++) await new Promise(requestAnimationFrame);
        opened.push([name, find("#thread h2"), find(".message .content"), find(".message .author")]);
    }
    return opened;
}"""


@pytest.mark.gen_test(timeout=120)
async def test_what_is_written_is_text_in_both_directions(office: Office, watched: Watched, gateway: Gateway) -> None:
    wang = watched.agent
    for payload in PAYLOADS:
        await writes(office, "c1", "陈女士", payload)
    await wang.accepts("陈女士")
    for payload in PAYLOADS:
        await wang.replies(payload)
    replies = [re.sub(f"^{SPACE}|{SPACE}$", "", payload) for payload in PAYLOADS]
    await until(lambda: len(gateway.said) == len(PAYLOADS), 20)
    assert [said["message"]["text"] for said in gateway.said] == replies
    mine, hers = wang.thread.locator("[data-from=me] .content"), wang.thread.locator("[data-from=customer] .content")
    await expect(mine.last).to_have_text(replies[-1])
    await wang.page.evaluate(TO_THE_START)          # of a long history only a window is made; all of this fits into one
    await expect(wang.thread.locator("[data-delivery=sent]")).to_have_count(len(PAYLOADS))
    assert await mine.all_text_contents() == replies
    assert await hers.all_text_contents() == PAYLOADS
    await watched.nothing_happened()

    await wang.thread.evaluate("log => { log.scrollTop = log.scrollHeight; }")     # to where a reload leads back
    await expect(wang.page).not_to_have_url(re.compile(r"[?&]m="))
    await wang.page.reload()                # and the same when it is read from history
    await expect(mine.last).to_have_text(replies[-1])
    assert await wang.page.evaluate("window.__hacked") is None
    await wang.writes(PAYLOADS[0])          # drafts are kept in the browser
    await wang.page.reload()
    await expect(wang.composer).to_have_value(PAYLOADS[0])
    assert await wang.page.evaluate("[window.__hacked, window.__violations]") == [None, []]


@pytest.mark.gen_test(timeout=60)
async def test_what_comes_beside_the_words_is_text(office: Office, watched: Watched, gateway: Gateway) -> None:
    wang, kinds = watched.agent, [payload for payload in PAYLOADS if payload.isprintable() and not payload.isspace()]
    for payload in kinds:
        more = {"mediaUrl": payload, "sku": {"title": payload, "image": payload}, "order": {"id": payload}}
        await writes(office, "c1", "陈女士", payload, msgType=payload, **more)
    for kind, payload in zip(cycle(["image", "product", "order", "voice", "link"]), kinds):
        more = {"mediaUrl": payload, "sku": {"title": payload, "image": payload}, "order": {"id": payload}}
        await writes(office, "c1", "陈女士", payload, msgType=kind, **more)
    await wang.accepts("陈女士")
    await wang.page.evaluate(TO_THE_START)
    await expect(wang.thread.locator(".message")).to_have_count(2 * len(kinds))

    def refuse(request: Any) -> bool:
        request.finish({"code": 2001, "message": PAYLOADS[0], "data": {"reason": PAYLOADS[3]}})
        return True

    gateway.moods.append(refuse)
    await wang.replies("马上处理")
    await expect(wang.message("马上处理")).to_contain_text("失败")
    await watched.nothing_happened()


@pytest.mark.gen_test
async def test_an_address_is_text(watched: Watched) -> None:
    page = watched.agent.page
    for fragment in ADDRESSES:
        await page.goto("about:blank")
        await page.goto(f"{watched.agent.stage.base}/#/s/{fragment}")
        await expect(page.get_by_text("会话不存在或无权查看"), fragment).to_be_visible()
        await watched.agent.is_connected()
        assert await page.evaluate("[window.__hacked, window.__violations]") == [None, []]
    assert watched.noticed == []


ADDRESSES = [
    f"<img src=x onerror={HACK}>", f"javascript:{HACK}", "..%2F..%2Fapi%2Flogout", "%00", "null",
    "hasOwnProperty", "toString", "constructor", "__proto__", "%", "%E0%A4%A",
]
