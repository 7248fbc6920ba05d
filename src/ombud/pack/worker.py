"""A worker that makes one file and ends: it confines itself first, like those that read (`ombud.inspect.worker`).

Its task comes as one message on standard input, the files lie in its scratch. It answers with one message, and after it
the bytes of the new file; whatever a library prints goes nowhere.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ombud.inspect import confine
from ombud.inspect.worker import receive, send
from ombud.pack.making import Done, UnmakableError

TOO_LARGE = "too_large"


def main(scratch: str, address_space: str, parent: str) -> None:
    """Answers the one task there is."""
    asks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    with asks, answers:
        confine.confine(Path(scratch), address_space=int(address_space), parent=int(parent))
        task = receive(asks)
        if task is None:
            return
        confine.allow(task["cpu_s"], task["wall_s"])
        try:
            content, said = made(task)
        except UnmakableError as error:
            send(answers, {"reason": str(error.args[0])})
        except MemoryError:
            send(answers, {"reason": "too_much_memory"})
        else:
            if len(content) > task["most"]:
                send(answers, {"reason": TOO_LARGE})
                return
            send(answers, {"size": len(content), "said": dict(said)})
            answers.write(content)


def made(task: dict[str, Any]) -> Done:
    """What `task` asks for. Raises UnmakableError, and what a library raises on what is broken."""
    from ombud.pack.making import pdfs, pictures, scans, videos  # heavy, and only what is confined loads them

    paths, forms = [Path(each) for each in task["paths"]], task["forms"]
    match task["what"]:
        case "pdf":
            return pdfs.merged(paths, forms)
        case "jpeg":
            return pictures.jpeg(paths[0], forms[0], task["quality"], task["longest"])
        case "png" | "webp":
            return pictures.same_pixels(paths[0], forms[0], task["what"])
        case "smaller_pdf":
            return scans.smaller(paths[0], task["quality"], task["dpi"], fresh=bool(task["fresh"]))
        case "mp4":
            return videos.remuxed(paths[0], forms[0])
        case "smaller_mp4":
            return videos.smaller(paths[0], forms[0], task["bytes"])
    raise ValueError(task["what"])


if __name__ == "__main__":
    main(*sys.argv[1:])
