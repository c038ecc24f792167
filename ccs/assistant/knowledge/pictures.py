"""What goes with an entry's words: its picture, kept as agents' files are, and its card."""

import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from ccs.assistant.knowledge.entries import Entry
from ccs.channels.base import readable
from ccs.errors import CCSError
from ccs.media.fetcher import Files
from ccs.media.filetypes import clean_name, mime_of
from ccs.models import Attachment, Outgoing, Stage

log = logging.getLogger(__name__)

Attach = Callable[[Path], Awaitable[Attachment]]


async def belongings(entry: Entry, attach: Attach) -> tuple[Outgoing, ...]:
    """To be said after its words. `attach` keeps a picture so that a message can have it."""
    more = []
    if entry.picture:
        try:
            picture = await attach(entry.picture)
        except (OSError, CCSError) as error:        # the words alone are better than nothing
            log.warning("the picture of entry %s cannot be sent: %s", entry.id, error)
        else:
            more.append(Outgoing(readable("image", None), "image", attachment=picture))
    return (*more, *([entry.card] if entry.card else []))


async def attached(files: Files, picture: Path) -> Attachment:
    """A copy of it, kept with the other files. Raises OSError or NoRoom."""
    size = (await files.apart(picture.stat)).st_size
    part = files.part(size)
    try:
        await files.apart(shutil.copyfile, picture, part)
        kept = await files.keep(part)
    finally:
        files.drop(part)
    mime = mime_of(kept.head, picture.name)
    return Attachment(Stage.READY, clean_name(picture.name, mime, "image"), mime, kept.size, kept.digest)
