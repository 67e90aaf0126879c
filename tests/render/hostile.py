"""Two hundred strings that a peer could send to harm whoever reads a report."""

# What must never reach a reader as it is: C0 and C1 controls but for the newline we write ourselves, DEL, and the
# characters that change the direction of text or hide in it (UAX 9, UTS 55).
CONTROLS = [chr(code) for code in (*range(10), *range(11, 32), *range(127, 160))]
DIRECTION = [chr(code) for code in (0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
SEPARATORS = ["\u2028", "\u2029", "\ufeff", "\u0085"]
FORBIDDEN = tuple(dict.fromkeys((*CONTROLS, *DIRECTION, *SEPARATORS)))

_MARKUP = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<svg/onload=alert(4)>",
    '"><iframe src=//example.org>',
    "' onmouseover='alert(5)",
    '" autofocus onfocus="alert(6)',
    "<a href=javascript:alert(7)>x</a>",
    "</style><style>*{display:none}</style>",
    "</title><h1>PASS</h1>",
    "</desc></svg><script>alert(8)</script>",
    "<!-- --><b>bold</b>",
    "<![CDATA[<b>]]>",
    "&lt;script&gt;alert(9)&lt;/script&gt;",
    "&#60;script&#62;",
    "{{ 7 * 7 }}{% raw %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<base href=//example.org>",
    "<form action=//example.org><button>Log in</button></form>",
    "<details open ontoggle=alert(10)>",
    "<math><mtext></mtext><mglyph><style><img src=x>",
)
_SCHEMES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(2)",
    "data:text/html,<b>x</b>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//example.org/x",
    "http:javascript:alert(3)",
    "blob:https://example.org/1",
    "ms-msdt:/id PCWDiagnostic",
    "https://user:word@example.org\\@example.net/",
    " javascript:alert(4)",
    'https://example.org/" onclick="alert(5)',
)
_CELLS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org","x")',
    "a,b;c\td",
    "| column | column |",
    "# PASS",
    "[x](javascript:alert(1))",
    "::error file=x::y",
    "%0d%0aSet-Cookie: a=b",
    "%s%n%x",
)
_TERMINAL = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x90q\x9c",
    "a\r\nPASS everything",
    "a\rPASS",
    "a\x08\x08\x08PASS",
    "\x00nul",
    "sbc\u202egpj.example",
    "\u2066isolate\u2069",
    "zero\u200bwidth",
    "line\u2028break",
    "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 20,
    "x" * 5000,
    "\ud7ff\ue000\uffff",
)
PAYLOADS = (
    *_MARKUP,
    *_SCHEMES,
    *_CELLS,
    *_TERMINAL,
    *(f"control{character}character" for character in FORBIDDEN),
    *(f"{character}=1+1" for character in FORBIDDEN),
)[:200]
