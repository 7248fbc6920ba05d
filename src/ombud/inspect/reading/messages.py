"""Where a document comes from, as its lines give away: a chat elsewhere, a printed web page, a translation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ombud.domain.said import Said
from ombud.inspect.reading.lines import Line

_DAY = r"[0-9]{1,4}[./\-][0-9]{1,2}[./\-][0-9]{2,4}"
_HOUR = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[APap]\.?[Mm]\.?)?"
_WHO = r"[^\[\]:]{1,60}"
_HEADERS = [
    ("whatsapp", re.compile(rf"^\[{_DAY},? {_HOUR}\] {_WHO}:")),  # exported on an iPhone
    ("whatsapp", re.compile(rf"^\[{_HOUR},? {_DAY}\] {_WHO}:")),  # copied out of WhatsApp Web
    ("whatsapp", re.compile(rf"^{_DAY},? {_HOUR} [\-–] {_WHO}:")),  # exported on an Android
    ("telegram", re.compile(rf"^{_WHO}, \[{_DAY},? {_HOUR}\]")),
    ("viber", re.compile(rf"^\[\s?{_DAY},? {_HOUR}\s?\],? {_WHO},? ?\+?[0-9]{{5,15}}")),
    ("wechat", re.compile(rf"^[^\[\]:0-9]{{1,40}}\s{{1,3}}{_DAY} (?:上午|下午)?\s?{_HOUR}$")),
]
_NAMES = [
    ("whatsapp", re.compile(r"whats\s?app|ватсап|вотсап|вацап", re.IGNORECASE)),
    ("telegram", re.compile(r"telegram|телеграм", re.IGNORECASE)),
    ("viber", re.compile(r"\bviber\b|вайбер", re.IGNORECASE)),
    ("wechat", re.compile(r"wechat|微信|вичат", re.IGNORECASE)),
    ("qq", re.compile(r"\bQQ\b")),
    ("vk", re.compile(r"вконтакте|\bvk\.com\b", re.IGNORECASE)),
    ("instagram", re.compile(r"instagram|инстаграм", re.IGNORECASE)),
]
_OF_A_CHAT = re.compile(
    r"\bчат|переписк|диалог|экспорт|истори|сквозн\w{0,8} шифрован|\bchats?\b|conversation|history|export|encrypt"
    r"|聊天|记录|对话",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s]{4,200}", re.IGNORECASE)
_PRINTED_PAGE = re.compile(r"^(?:https?://|file:///)[^\s]{4,200}\s{1,20}[0-9]{1,3}\s?/\s?[0-9]{1,3}$", re.IGNORECASE)
_PRINT_HEADER = re.compile(rf"^{_DAY},? {_HOUR}\s{{1,40}}[^\s\d].{{2,}}$")
_PRINT_WORDS = re.compile(
    r"печать страницы|распечатать страницу|версия для печати|распечатано с сайта"
    r"|print this page|printer[- ]friendly|打印本页",
    re.IGNORECASE,
)
_FROM_LANGUAGE = {
    "китайск": "zh", "английск": "en", "казахск": "kk", "немецк": "de", "турецк": "tr", "корейск": "ko",
    "японск": "ja", "итальянск": "it", "французск": "fr", "испанск": "es", "польск": "pl", "узбекск": "uz",
    "chinese": "zh", "english": "en", "mandarin": "zh", "kazakh": "kk", "german": "de", "turkish": "tr",
    "korean": "ko", "japanese": "ja", "中文": "zh", "英文": "en", "英语": "en", "汉语": "zh",
}  # fmt: skip
_LANGUAGES = "|".join(_FROM_LANGUAGE)
_TRANSLATION = re.compile(
    rf"(?:перевод|переведено)\s{{1,2}}(?:документа\s{{1,2}})?(?:\([^()]{{1,20}}\)\s)?со?\s{{1,2}}({_LANGUAGES})"
    rf"|(?:translation|translated)\s{{1,2}}(?:of the document\s{{1,2}})?from\s{{1,2}}(?:the\s)?({_LANGUAGES})"
    rf"|(?:译自|翻译自)\s?({_LANGUAGES})",
    re.IGNORECASE,
)


def origin(lines: Sequence[Line], *, numbered: bool) -> Iterator[Said]:
    """`outside_chat`, `screenshot_sign` and `translation_of`.

    numbered: the document carries ids of messages, as an export of a platform does; then the form of its headers alone
    does not make it a chat from elsewhere.
    """
    yield from _chats(lines, numbered)
    yield from _web_pages(lines)
    for line in lines:
        if found := _TRANSLATION.search(line.text):
            language = _FROM_LANGUAGE[next(filter(None, found.groups())).lower()]
            yield line.says("translation_of", language, found.start(), found.end())


def _chats(lines: Sequence[Line], numbered: bool) -> Iterator[Said]:
    headed: Counter[str] = Counter()
    first: dict[str, Line] = {}
    named: dict[str, Line] = {}
    for line in lines:
        for chat, header in _HEADERS:
            if header.match(line.text):
                headed[chat] += 1
                first.setdefault(chat, line)
                break
        for chat, name in _NAMES:
            if name.search(line.text) and _OF_A_CHAT.search(line.text) and len(line.text) <= 160:
                named.setdefault(chat, line)
    for chat in sorted({*headed, *named}):
        times, line = headed[chat], first.get(chat) or named[chat]
        if chat in named:
            sure = 0.95 if times else 0.6
        elif times < 2 or numbered:
            continue
        else:
            sure = 0.85 if chat != "wechat" else 0.6
        yield line.says("outside_chat", chat, 0, len(line.text), sure)


def _web_pages(lines: Sequence[Line]) -> Iterator[Said]:
    headers = footers = 0
    said: Line | None = None
    for line in lines:
        if _PRINTED_PAGE.match(line.text):
            footers += 1
            said = line
        elif _PRINT_HEADER.match(line.text):
            headers += 1
        elif _PRINT_WORDS.search(line.text):
            yield line.says("screenshot_sign", "browser", 0, len(line.text), 0.6)
            return
    if said is not None:
        yield said.says("screenshot_sign", "browser", 0, len(said.text), 0.95 if headers else 0.85)
        return
    # The bar of a browser: a link with a path alone in the first lines of what was seen.
    for line in lines[:2]:
        link = _LINK.search(line.text)
        if link and link.group().count("/") > 3 and len(line.text) - len(link.group()) < 20:
            yield line.says("screenshot_sign", "browser", link.start(), link.end(), 0.4)
            return
