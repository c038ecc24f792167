"""Voice messages as a browser plays them: converted when somebody first listens, and kept beside the recording."""

import asyncio
import logging
from pathlib import Path
from typing import Protocol

from ccs.errors import FileNotHere
from ccs.media import amr

log = logging.getLogger(__name__)

AMR = {"audio/amr", "audio/amr-wb"}
UNPLAYABLE = "这条语音无法转换为浏览器能播放的格式，请下载后播放"


class Folder(Protocol):
    def path(self, digest: str) -> Path: ...


class Voices:
    """One conversion at a time, however many listen."""

    def __init__(self, files: Folder) -> None:
        self._files = files
        self._one = asyncio.Lock()

    async def wav(self, digest: str) -> Path:
        """Where the recording lies as WAV. Raises FileNotHere if it cannot be made one."""
        path = self._files.path(digest).with_suffix(".wav")
        async with self._one:
            if not path.is_file():
                try:
                    await amr.to_wav(self._files.path(digest), path)
                except amr.NotPlayable as error:
                    log.warning("the voice %s cannot be converted: %s", digest, error)
                    raise FileNotHere(UNPLAYABLE) from error
        return path
