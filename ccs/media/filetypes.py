"""What a file is, by its bytes, and what it may be called: what others say of it is only what they say."""

import re
import unicodedata

OCTETS = "application/octet-stream"

MAGIC: list[tuple[int, bytes, str]] = [        # where, what stands there, and what that makes it
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"#!AMR-WB\n", "audio/amr-wb"),
    (0, b"#!AMR\n", "audio/amr"),
    (0, b"\x02#!SILK_V3", "audio/silk"),
    (0, b"#!SILK_V3", "audio/silk"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
]
RIFF = {"image/webp", "audio/wav"}              # which stand in one

OFFICE = {              # zip files of a kind that only their name tells
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
SUFFIXES = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/bmp": "bmp",
    "image/heic": "heic", "audio/amr": "amr", "audio/amr-wb": "awb", "audio/silk": "silk", "audio/wav": "wav",
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "video/mp4": "mp4", "video/quicktime": "mov",
    "video/3gpp": "3gp", "application/pdf": "pdf", "application/zip": "zip", "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z", "text/plain": "txt",
}
KIND_NAMES = {
    "image": "图片", "user_local_image": "图片", "voice": "语音", "video": "视频", "user_local_video": "视频", "file": "文件",
}

SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4"}     # and all audio: nothing in them runs

LONGEST_NAME = 120          # characters; file systems take 255 bytes, which are 85 Chinese ones and a suffix
LONGEST_NAME_BYTES = 240
LONGEST_SUFFIX = 12
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)     # what Windows takes for no file


def mime_of(head: bytes, name: str = "") -> str:
    """By how it begins. Text is `text/plain` whatever it is the text of: nobody's HTML or SVG is a page of ours."""
    for place, magic, mime in MAGIC:
        if head.startswith(magic, place) and (mime not in RIFF or head.startswith(b"RIFF")):
            return OFFICE.get(_suffix(name), mime) if mime == "application/zip" else mime
    return "text/plain" if head and _is_text(head) else OCTETS


def is_shown(mime: str) -> bool:
    """Whether a browser may show it in place; everything else it is told to save."""
    return mime in SHOWN or mime.startswith("audio/")


def clean_name(told: str, mime: str, kind: str = "file") -> str:
    """A name that every file system takes and that hides nothing; made up where none was told."""
    name = unicodedata.normalize("NFC", told).replace("\\", "/").rpartition("/")[2]
    name = "".join(each if unicodedata.category(each)[0] != "C" else "" for each in name)   # controls, and what turns
    name = re.sub(r'[<>:"|?*\s]+', " ", name).strip(" .")                                   # the direction of reading
    if not name:
        return f"{KIND_NAMES.get(kind, '文件')}.{SUFFIXES.get(mime, 'bin')}"
    return _short(f"_{name}" if DEVICES.match(name) else name)


def _short(name: str) -> str:
    """The suffix stays, by which people and systems know what it is."""
    suffix = _suffix(name)
    stem, end = (name[:-len(suffix) - 1], f".{suffix}") if suffix else (name, "")
    stem = stem[:LONGEST_NAME - len(end)]
    while len(f"{stem}{end}".encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}{end}"


def _suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if stem and dot and suffix.isalnum() and len(suffix) <= LONGEST_SUFFIX else ""


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters, but for a character that was cut off at the end."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or error.reason != "unexpected end of data":
            return False
        text = head[:error.start].decode()
    return bool(text) and all(each.isprintable() or each in "\t\n\r\f\ufeff" for each in text)
