"""What a quick reply may consist of, whether it is typed in or comes in a table."""

from typing import Any

from attrs import frozen

CHANNELS = {"wechat": "微信", "douyin": "抖音", "jd": "京东"}

LONGEST_TITLE = 60          # characters, each
LONGEST_CONTENT = 2000
LONGEST_SHORTCUT = 20
LONGEST_FOLDER = 40


@frozen
class Wording:
    """What is given of one; None: nothing was said of it, and what was before stays."""

    title: str | None = None
    content: str | None = None
    shortcut: str | None = None
    folder: str | None = None
    channels: tuple[str, ...] | None = None

    @property
    def given(self) -> dict[str, Any]:
        values = {
            "title": self.title, "content": self.content, "shortcut": self.shortcut, "folder": self.folder,
            "channels": self.channels,
        }
        return {name: value for name, value in values.items() if value is not None}

    def faults(self) -> list[str]:
        """All that is wrong with it, in Chinese."""
        found = [
            f"{word}不能为空" for word, text in (("标题", self.title), ("内容", self.content)) if not (text or "").strip()
        ]
        for word, text, most in (
            ("标题", self.title, LONGEST_TITLE), ("内容", self.content, LONGEST_CONTENT),
            ("快捷码", self.shortcut, LONGEST_SHORTCUT), ("文件夹", self.folder, LONGEST_FOLDER),
        ):
            if text and len(text) > most:
                found.append(f"{word}不能超过 {most} 个字符")
            if text and word != "内容" and not text.isprintable():
                found.append(f"{word}不能换行，也不能有看不见的字符")
        if self.shortcut and any(each.isspace() for each in self.shortcut):
            found.append("快捷码里不能有空格")
        unknown = [each for each in self.channels or () if each not in CHANNELS]
        if unknown:
            found.append(f"没有“{unknown[0][:20]}”这个渠道，可以写 {'、'.join(CHANNELS.values())}")
        return found
