"""A picture of the shop's becomes the attachment of a message, as files that agents send do."""

import shutil
from pathlib import Path

from ccs.fetcher import Files
from ccs.filetypes import clean_name, mime_of
from ccs.models import Attachment, Stage


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
