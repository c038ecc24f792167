"""Looking at the page: pictures of it for people, in `build/screens`, and what axe finds in it."""

import zlib
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser import PHONE, Workbench

SCREENS = Path(__file__).parents[1] / "build" / "screens"
LOOKS: dict[str, dict[str, Any]] = {
    "office": {"color_scheme": "light"},
    "phone": {"color_scheme": "light", "viewport": PHONE, "has_touch": True, "is_mobile": True},
}
PICTURES = {"office": ("light", "dark"), "phone": ("phone",)}       # as they are named
GRAVE = ("serious", "critical")


async def look_at(agent: Workbench, look: str, state: str) -> list[str]:
    """Takes the pictures; what axe finds grave.

    In the office both in light and in dark, where she stands: what is dark is the same page with other colours.
    """
    found = await look_once(agent.page, PICTURES[look][0], state)
    for scheme in PICTURES[look][1:]:
        await agent.page.emulate_media(color_scheme=scheme)
        found += await look_once(agent.page, scheme, state)
        await agent.page.emulate_media(color_scheme="light")
    return found


async def look_once(page: Page, name: str, state: str) -> list[str]:
    picture = await page.screenshot(animations="disabled", caret="hide")
    SCREENS.mkdir(parents=True, exist_ok=True)
    (SCREENS / f"{name}-{state}.png").write_bytes(picture)
    assert not is_blank(picture), state
    return [
        f"{name}-{state}: {fault['id']}, {fault['nodes'][0]['html']}"
        for fault in await faults(page) if fault["impact"] in GRAVE
    ]


async def faults(page: Page) -> list[dict[str, Any]]:
    """All that axe finds. It is half a megabyte, and stays in the page; of what is well we want no report."""
    if await page.evaluate("!window.axe"):
        await page.evaluate(Axe().axe_script)
    return await page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)")


def is_blank(picture: bytes) -> bool:
    """Whether a PNG has hardly two lines of pixels that differ."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    place, data = 8, b""
    while place < len(picture):
        size, kind = int.from_bytes(picture[place:place + 4], "big"), picture[place + 4:place + 8]
        if kind == b"IHDR":
            width, height = (int.from_bytes(picture[start:start + 4], "big") for start in (place + 8, place + 12))
        if kind == b"IDAT":
            data += picture[place + 8:place + 8 + size]
        place += size + 12
    pixels = zlib.decompress(data)
    line = len(pixels) // height
    return len({pixels[start:start + line] for start in range(0, len(pixels), line)}) < height // 10
