"""Know what only looks like a secret: by the header, the field or the address it stands in.

Rules: each shape says what is kept; a reference (`secret://…`) is no secret. No shape may take more
than linear time on a long line.
"""

import re

MASK = "***"
_WORD = r"(?<![\w-])(?:[a-z0-9]{1,20}[_-]){0,4}"
_HEADERS = r"api[-_]?key|api[-_]?sign|authorization|x[-_]signature|api[-_]?secret|private[-_]?key"
_LINES = r"api-key|api-sign|authorization|x-signature"
_FIELDS = r"token|secret|password|otp"
_BARE = r"[^\s\"',;&#)}\]*]+"
SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), put)
    for pattern, put in (
        # The user part of an address: redis://:word@host, https://name:word@host.
        (r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,30}://)[^/\s@\"'<>?#]{1,512}@", rf"\1{MASK}@"),
        # A chat bot's token, with or without the word before it.
        (r"(?<![a-z0-9])(bot)?[0-9]{6,12}:[a-z0-9_-]{30,}", rf"\1{MASK}"),
        # Headers in a mapping or in the pairs an HTTP library shows, and as lines.
        (
            rf"(?<![\w-])((?:{_HEADERS})[\"']?\s*[:=,]\s*b?)([\"'])(?!secret://)(?:(?!\2).){{1,4096}}\2",
            rf"\1\2{MASK}\2",
        ),
        (
            rf"(?<![\w.-])((?:{_LINES})\s*[:=]\s*)(?:(?:bearer|basic|token)\s+)?{_BARE}",
            rf"\1{MASK}",
        ),
        (rf"(?<![\w-])((?:{_HEADERS})=)(?!secret://){_BARE}", rf"\1{MASK}"),
        (r"\b(bearer|basic)\s+[a-z0-9._~+/-]{16,}=*", rf"\1 {MASK}"),
        # Fields of a query or a form, and the same words as quoted fields of a mapping.
        (rf"([?&](?:[\w-]{{1,40}}[_-])?(?:key|{_FIELDS})=){_BARE}", rf"\1{MASK}"),
        (rf"({_WORD}(?:key|{_FIELDS})=){_BARE}(?=&)", rf"\1{MASK}"),
        (rf"({_WORD}(?:{_FIELDS})=)(?!secret://){_BARE}", rf"\1{MASK}"),
        (
            rf"((?<![a-z0-9])(?:{_FIELDS})(?:=|[\"']\s*:\s*))([\"'])(?!secret://)(?:(?!\2).){{1,4096}}\2",
            rf"\1\2{MASK}\2",
        ),
        # 64 hexadecimal digits beside a word that says what they are.
        (
            r"((?:key|secret|private)[^\n]{0,20}?(?:0x)?)(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])",
            rf"\1{MASK}",
        ),
        (
            r"(?<![0-9a-f])(?:0x)?[0-9a-f]{64}(?![0-9a-f])([^\n]{0,12}?(?:key|secret|private))",
            rf"{MASK}\1",
        ),
    )
)
