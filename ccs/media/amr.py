"""AMR, the voice messages of phones (RFC 4867): how long a recording lasts, and the same as WAV for browsers.

Reading the frames is ours, decoding them is FFmpeg's, by PyAV. It runs as a process of its own, `python amr.py IN OUT`:
what strangers send is decoded where it can break nothing, and the server keeps none of the memory. FFmpeg's decoder
knows no pauses (the descriptions of silence that phones send while nobody speaks), so those are 20 ms of silence each.
"""

import asyncio
import os
import sys
import wave
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

NARROW, WIDE = 8000, 16000  # samples a second
MAGIC = {b"#!AMR-WB\n": WIDE, b"#!AMR\n": NARROW}
SPEECH = {                  # bytes after the first, by the frame's type from 0
    NARROW: (12, 13, 15, 17, 19, 20, 26, 31),
    WIDE: (17, 23, 32, 36, 40, 46, 50, 58, 60),
}
PAUSE = {NARROW: {8: 5}, WIDE: {9: 5}}      # the same of descriptions of silence
FRAME_SECONDS = 0.02
PATIENCE = 30.0             # seconds for the conversion; a minute of speech takes a second
LONGEST = 10 * 60 * 50      # frames, ten minutes: nothing longer is a voice message
LARGEST = 4 << 20           # bytes, nor is anything larger


class NotPlayable(Exception):
    """It cannot be made playable here."""


def frames(content: bytes) -> tuple[int, Iterator[bytes]]:
    """The sample rate, and the frames with their first byte; as many as are whole. Rate 0: it is no AMR."""
    for magic, rate in MAGIC.items():
        if content.startswith(magic):
            return rate, _frames(content[len(magic):], dict(enumerate(SPEECH[rate])) | PAUSE[rate])
    return 0, iter(())


def seconds(content: bytes) -> float | None:
    """How long a recording lasts; None if it is none, or longer than any voice message."""
    rate, found = frames(content)
    number = sum(1 for _ in islice(found, LONGEST + 1))
    return round(number * FRAME_SECONDS, 2) if rate and number <= LONGEST else None


def seconds_of(path: Path) -> float | None:
    with open(path, "rb") as file:
        return seconds(file.read(LARGEST))


async def to_wav(source: Path, target: Path) -> None:
    """Writes the recording as WAV, whole or not at all. Raises NotPlayable."""
    if find_spec("av") is None:
        raise NotPlayable("PyAV is not installed")
    unfinished = target.with_name(f"{target.name}.part")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", __file__, str(source), str(unfinished), env=_without_secrets(),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, complaint = await asyncio.wait_for(process.communicate(), PATIENCE)
        if process.returncode:
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise NotPlayable(last or f"exit code {process.returncode}")
        unfinished.replace(target)
    except TimeoutError:
        raise NotPlayable("it took too long") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        unfinished.unlink(missing_ok=True)


def _without_secrets() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CCS_")}


def _frames(content: bytes, sizes: dict[int, int]) -> Iterator[bytes]:
    place = 0
    while place < len(content):
        end = place + 1 + sizes.get(content[place] >> 3 & 15, 0)
        if end > len(content):
            return
        yield content[place:end]
        place = end


# In its own process


def main(source: str, target: str) -> int:
    rate, found = frames(Path(source).read_bytes())
    voice = list(islice(found, LONGEST + 1))
    if not 0 < len(voice) <= LONGEST:
        print("this is no voice message", file=sys.stderr)
        return 1
    with wave.open(target, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        for piece in _decoded(rate, voice):
            out.writeframes(piece)
    with open(target, "rb+") as written:
        os.fsync(written.fileno())
    return 0


def _decoded(rate: int, found: list[bytes]) -> Iterator[bytes]:
    """Samples of 16 bits, exactly as many as the frames last."""
    import av                   # which the server itself never loads
    from av.audio.codeccontext import AudioCodecContext

    decoder = av.CodecContext.create("amrnb" if rate == NARROW else "amrwb", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate = rate
    decoder.layout = "mono"
    plain = av.AudioResampler(format="s16", layout="mono", rate=rate)
    length = round(rate * FRAME_SECONDS) * 2
    for frame in found:
        samples = b""
        if frame[0] >> 3 & 15 < len(SPEECH[rate]):
            try:
                for heard in decoder.decode(av.Packet(frame)):
                    samples += b"".join(bytes(each.planes[0])[:2 * each.samples] for each in plain.resample(heard))
            except av.FFmpegError:
                pass            # a damaged frame is a short gap
        yield samples[:length].ljust(length, b"\0")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
