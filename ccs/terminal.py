"""Between the process and whoever started it: what she reads, and how she ends it."""

import asyncio
import signal
import sys


def say(text: str) -> None:
    """To a terminal that may not know Chinese."""
    encoding = sys.stdout.encoding
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def asked_to_stop() -> asyncio.Event:
    """Set when a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except NotImplementedError:                     # Windows
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop
