"""Which of the parts that recognition needs are here."""

from __future__ import annotations

from ombud.inspect.recognise import neural, tesseract


def parts() -> dict[str, str | None]:
    """Part -> its version, None where it is missing. For a language of Tesseract the version is the path of its data.

    `tesserocr` and all of `tesseract-ocr-*` make `lines`; `rapidocr` makes `watermark` and `words`.
    """
    data = tesseract.data()
    languages = {f"tesseract-ocr-{name}": str(data[name]) if name in data else None for name in tesseract.LANGUAGES}
    return {"tesserocr": tesseract.installed() or None, **languages, "rapidocr": neural.installed() or None}


def warm() -> None:
    """Loads all models that are here: three seconds of CPU at the most, once in a process."""
    tesseract.warm()
    neural.warm()
