"""Which language a document is in, and how much of it.

The script is counted, letter by letter; pycld2 then only tells the languages of one script apart, at which it is good
(Russian from Ukrainian, Bulgarian, Kazakh), and is not asked for shares, at which it is not. Words count and codes do
not: a waybill in Russian is full of numbers, links and brands, and none of these makes it less Russian.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version

import pycld2

from ombud.domain.said import Said, Source
from ombud.inspect.reading.lines import Line, read

FEW_LETTERS = 40
"""With fewer letters the language is a guess."""
_TOOL, _VERSION = "pycld2", version("pycld2")
_ADDRESS = re.compile(r"://|@|www\.|\.(?:com|ru|cn|net|org|kz|html?|pdf|jpe?g|mp4)\b", re.IGNORECASE)
_TOKEN = re.compile(r"\w+")
_SCRIPTS = {
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]"),
    "latin": re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]"),
}
_HAN_WORTH = 2  # one of them says as much as two or three letters of an alphabet
_LOOKALIKES = frozenset("ABCEHKMOPTXYaceopxykmhtb")
_ONLY_RUSSIAN = re.compile("[ыэё]")
_NOT_RUSSIAN = re.compile("[іїєґўәғқңөұүһђјљњћџѓќѕ]")
_CYRILLIC_BUT_RUSSIAN = {"uk", "be", "bg", "kk", "sr", "mk", "mn", "ky", "tg", "tt", "ba", "uz", "tk", "az", "cv"}
_KANA = re.compile("[\u3041-\u30fa]")


def language(lines: Sequence[Said]) -> list[Said]:
    """`language` of the whole document and a `language_share` for each language of it, the greatest first.

    A share is of the letters that stand in words; those of all languages sum to 1. Of a document without letters
    nothing is said. The source is `text_layer` where at least nine in ten letters come from one.
    """
    read_lines = read(lines)
    letters: Counter[str] = Counter()
    sources: Counter[Source] = Counter()
    sure = 0.0
    words: dict[str, list[str]] = {script: [] for script in (*_SCRIPTS, "other")}
    for line in read_lines:
        for word, script, worth in _words(line):
            words[script].append(word)
            letters[script] += worth
            sources[line.said.source] += worth
            sure += worth * line.said.confidence
    total = letters.total()
    if not total:
        return []
    source: Source = "text_layer" if sources["text_layer"] >= 0.9 * total else _other_source(sources)
    few = 0.5 if total < FEW_LETTERS else 1.0
    shares: dict[str, tuple[float, float]] = {}  # language: its share, how sure that it is this language
    for script, count in letters.most_common():
        with_kana = script == "han" and any(map(_KANA.search, words["other"]))
        name, surely = ("ja", 1.0) if with_kana else _of_script(script, words[script])
        shares[name] = (shares.get(name, (0.0, surely))[0] + count / total, surely)
    pages = {line.said.page for line in read_lines}
    page = pages.pop() if len(pages) == 1 else None

    def says(field: str, value: str, surely: float) -> Said:
        confidence = round(sure / total * few * surely, 2)
        return Said(field, value, source, page=page, confidence=confidence, tool=_TOOL, version=_VERSION)

    first = max(shares, key=lambda name: shares[name])
    return [
        says("language", first, shares[first][1]),
        *(
            says("language_share", f"{name} {share:.2f}", surely)
            for name, (share, surely) in sorted(shares.items(), key=lambda each: -each[1][0])
        ),
    ]


def _other_source(sources: Counter[Source]) -> Source:
    return next(source for source, _ in sources.most_common() if source != "text_layer")


def _words(line: Line) -> Iterable[tuple[str, str, int]]:
    """(word, script, what it counts) for each word of `line`; links, addresses and whatever has a digit left out."""
    text = " ".join(part for part in line.text.split() if not _ADDRESS.search(part))
    tokens = [token for token in _TOKEN.findall(text.replace("_", " ")) if not any(c.isdigit() for c in token)]
    counted = [(token, _count(token)) for token in tokens]
    here: Counter[str] = Counter()
    for _, of_token in counted:
        here.update(of_token)
    with_cyrillic = any(of_token["cyrillic"] >= 3 for _, of_token in counted)
    for token, of_token in counted:
        if not of_token:
            continue
        script = max(of_token, key=lambda name: of_token[name])
        if script == "latin" and with_cyrillic:
            if set(token) <= _LOOKALIKES and here["cyrillic"] >= here["latin"]:
                script = "cyrillic"  # Вес, read as Bec
            elif token[0].isupper() or len(token) < 3:
                continue  # a name after its label, a brand, a unit, the form's second language beside the Russian
        yield token, script, of_token.total()


def _count(token: str) -> Counter[str]:
    """Letters of `token` by script; a Han character counts as two."""
    found: Counter[str] = Counter()
    for script, pattern in _SCRIPTS.items():
        if count := len(pattern.findall(token)):
            found[script] = count * _HAN_WORTH if script == "han" else count
    if rest := sum(c.isalpha() for c in token) - sum(found.values()) + found["han"] // _HAN_WORTH:
        found["other"] = max(rest, 0)
    return +found


def _of_script(script: str, words: Sequence[str]) -> tuple[str, float]:
    """The language of `words`, all of one script, and how sure that is; `und` where nothing tells."""
    text = " ".join(words)[:20_000]
    hint = {"cyrillic": "ru", "han": "zh", "latin": "en"}.get(script)
    reliable, _, (best, *_) = pycld2.detect(text, isPlainText=True, bestEffort=True, hintLanguage=hint)
    code, percent = best[1], best[2]
    match script:
        case "cyrillic":
            small = text.lower()
            foreign = len(_NOT_RUSSIAN.findall(small))
            russian = len(_ONLY_RUSSIAN.findall(small))
            if code not in _CYRILLIC_BUT_RUSSIAN or russian > foreign * 4 + 1 or not (reliable or foreign):
                return "ru", 1.0 if code == "ru" else 0.7
            return code, 1.0 if reliable and percent >= 80 else 0.7
        case "han":
            return "zh", 1.0
        case "latin":
            return (code, 1.0) if reliable and code != "un" else ("en" if code == "un" else code, 0.6)
        case _:
            return ("ja" if _KANA.search(text) else "und" if code == "un" else code), 0.8
