"""What the documents point at is there, and what they tell to type exists."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt

from auditor.cli import cli
from auditor.pipeline import FORMATS
from auditor.rules import all_rules

ROOT = Path(__file__).parents[1]
ELSEWHERE = {".venv", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", "node_modules", "tests"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not ELSEWHERE & {*path.relative_to(ROOT).parts})
_WORD = re.compile(r"[^\w\- ]")
_COMMENT = re.compile(r"\s#\s.*$")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    seen: dict[str, int] = {}
    found = set()
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"})
        slug = _WORD.sub("", text.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if slug in seen else slug)
        seen[slug] = seen.get(slug, 0) + 1
    return frozenset(found)


def links(path: Path) -> Iterator[str]:
    """Where the document's links and images lead, but for the web."""
    for token in MarkdownIt().enable("table").parse(path.read_text(encoding="utf-8")):
        for child in token.children or []:
            target = str(child.attrGet("href") or child.attrGet("src") or "")
            if target and not re.match(r"[a-z]+:", target):
                yield target


LINKING = {name(path): path for path in DOCUMENTS if any(links(path))}


def test_links_are_found_in_the_documents() -> None:
    assert len(LINKING) > 10


@pytest.mark.parametrize("document", LINKING)
def test_every_internal_link_leads_somewhere(document: str) -> None:
    path = LINKING[document]
    broken = []
    for link in links(path):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def blocks(path: Path) -> Iterator[str]:
    """The lines of every block of code in a document; a line that goes on ends with a backslash."""
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        if token.type in {"fence", "code_block"}:
            yield from token.content.replace("\\\n", " ").splitlines()


def commands(path: Path) -> Iterator[list[str]]:
    """The words after ``auditor`` of every line that is to be typed."""
    for line in blocks(path):
        if typed := re.search(r"(?:^|\| )\s*(?:\$ )?(?:docker run .* )?(?:\.venv/bin/)?auditor ((?!\.|\[).*)", line):
            words = _COMMENT.sub("", typed[1]).split(" 3<")[0]
            yield [word for word in shlex.split(words) if word != "…"]


TYPED = [
    pytest.param(words, id=f"{name(path)}: {' '.join(words)[:60]}")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "docs" / "recipes" / "README.md")
    if path.name != "cli.md"
    for words in commands(path)
]


def helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """The help of a command and of those below it."""
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            if inner := command.get_command(context, word):
                yield from helps(inner, click.Context(inner, parent=context, info_name=word))


EXAMPLES = [
    pytest.param(shlex.split(line)[1:], id=f"help: {line.strip()[:60]}")
    for text in helps(cli, click.Context(cli, info_name="auditor", terminal_width=200, max_content_width=200))
    for line in text.splitlines()
    if line.startswith("    auditor ")
]


def test_commands_are_found_in_the_documents() -> None:
    assert len(TYPED) > 30
    assert len(EXAMPLES) > 10


def found(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """The command that is meant, and the words behind its name."""
    command: click.Command = cli
    context, rest = click.Context(cli, info_name="auditor"), words
    while isinstance(command, click.Group) and rest:
        inner = command.get_command(context, rest[0])
        assert inner is not None, f"there is no command {rest[0]}"
        context = click.Context(inner, parent=context, info_name=rest[0])
        command, rest = inner, rest[1:]
    return command, context, rest


@pytest.mark.parametrize("words", [*TYPED, *EXAMPLES])
def test_every_command_that_is_shown_exists_with_its_options(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsed as the command line would, but files need not be there and nothing is run."""
    monkeypatch.setattr(click.Path, "convert", lambda _self, value, _param, _context: value)
    command, context, rest = found(words)
    command.parse_args(context, list(rest))
    assert words[0] != "explain" or words[1] in all_rules()


def test_the_changelog_names_every_rule_command_option_and_format() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    missing = [rule for rule in all_rules() if f"`{rule}`" not in text]
    for word in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), word)
        assert command is not None
        missing += [] if f"auditor {word}" in text else [word]
        inner = command.commands if isinstance(command, click.Group) else {word: command}
        missing += [name for name in inner if name not in text]
        missing += [
            option
            for command in inner.values()
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--") and not re.search(rf"{option}(?![\w-])", text)
        ]
    missing += [suffix for suffix in FORMATS.values() if f"`{suffix}`" not in text]
    assert missing == []


def named_commands(path: Path) -> Iterator[str]:
    """As ``auditor policy show``, in the sentences of a document."""
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        for child in token.children or []:
            if child.type == "code_inline" and child.content.startswith("auditor "):
                yield child.content


NAMED = [(name(path), command) for path in DOCUMENTS for command in dict.fromkeys(named_commands(path))]


def test_commands_are_found_in_sentences() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize(("document", "typed"), NAMED)
def test_every_command_that_is_named_in_a_sentence_exists(document: str, typed: str) -> None:
    """The words and the options, whatever is left out."""
    command, _, rest = found(typed.split()[1:])
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= {*options, "--help"}, f"{document}: {typed}"


def test_the_map_names_files_that_exist_and_functions_that_are_in_them() -> None:
    """docs/architecture.md: every file in its tables and its text, and the function beside it."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    steps = re.findall(r"\| `([a-z_/]+\.(?:py|yaml))` \| (?:`(\w+)` )?\|$", page, re.MULTILINE)
    assert len(steps) >= 10
    for file, function in steps:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not function or re.search(rf"\b(def|class) {function}\b", text), f"{file} has no {function}"
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", page))
    folders = (ROOT, ROOT / "auditor")
    assert not [file for file in named - {"_shared.py"} if not any((folder / file).is_file() for folder in folders)]
