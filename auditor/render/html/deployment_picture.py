"""The declared deployment as a picture: sites on the left, service regions on the right, their connections between.

Each defect is marked in place, with a colour and a sign; a hint names the rules.  Every connection is named in a
separate row next to its site, so lines cross only lines.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from auditor.model.deployment import Deployment
from auditor.model.report import Report
from auditor.render.html.deployment_marks import Noted, marks_of, noted
from auditor.render.html.deployment_scene import Connection, Crossing, Node, Scene, SiteScene, scene, short
from auditor.render.html.deployment_sheet import CIRCUIT, GAP, LINK, PADDING, REGION, SITE, Columns, Line, Sheet, height
from auditor.render.html.drawing import Box, Picture, Stroke
from auditor.render.wording import number

_LANE = 20
"""The distance between the lines of cross-connects."""
_TOP = 30
_BETWEEN = 30
_ROW = 34


@dataclass(frozen=True)
class DeploymentPicture:
    """The picture, and what is listed below it."""

    picture: Picture
    marked: tuple[Noted, ...]
    elsewhere: tuple[Noted, ...]
    """What the picture does not show."""


@dataclass(frozen=True)
class _Arrival:
    """What arrives at a region, and from which height."""

    y: float
    kind: str


def deployment_picture(report: Report, declared: Deployment) -> DeploymentPicture:
    """The picture of a deployment, with what the report's findings say of it."""
    marks = marks_of(report, declared)
    shown = scene(report, declared, marks)
    sheet = Sheet(marks)
    sheet.sentences.append(f"{number(len(declared.sites), 'site')}, {number(len(declared.regions), 'service region')}.")
    lanes = max((one.lane + 1 for one in shown.crossings), default=0)
    circuits = any(one.circuit for site in shown.sites for one in site.connections)
    columns = Columns(1 + _LANE * lanes, circuits)
    _headings(sheet, columns)
    spans: list[tuple[float, float]] = []
    wires: dict[str, list[_Arrival]] = defaultdict(list)
    y: float = _TOP
    for site in shown.sites:
        spans.append((y, y + _site(sheet, columns, site, y, 26 + 12 * lanes, shown, wires)))
        y = spans[-1][1] + _BETWEEN
    if not declared.sites:
        y = _nothing(sheet, columns.site, y, SITE, "No site is declared") + _BETWEEN
    _crossings(sheet, columns, spans, shown.crossings)
    y = _regions(sheet, columns, shown.regions, wires, y - _BETWEEN)
    y = _below(sheet, columns, shown, y)
    picture = Picture(
        width=columns.end + 1,
        height=round(y + 1),
        title="The declared deployment",
        description=" ".join(sheet.sentences),
        boxes=tuple(sheet.boxes),
        strokes=tuple(sheet.strokes),
        texts=tuple(sheet.texts),
    )
    drawn = frozenset(sheet.drawn)
    return DeploymentPicture(picture, noted(marks, drawn, inside=True), noted(marks, drawn, inside=False))


def _headings(sheet: Sheet, columns: Columns) -> None:
    """What each column holds, marked with what is wrong with all of it together."""
    headed = [("sites", "Sites", columns.site, SITE), ("links", "Links", columns.link, LINK)]
    headed += [("circuits", "Circuits", columns.circuit, CIRCUIT)] if columns.with_circuits else []
    for kind, words, x, width in (*headed, ("regions", "Service regions", columns.region, REGION)):
        element = (kind,)
        sheet.drawn.add(element)
        if sheet.marks.words(element):
            sheet.boxes.append(Box(x, 0, width, _TOP - 8, "spot", sheet.describe(element, words)))
        sheet.write(x, 15, "label", words, width, element)


def _site(
    sheet: Sheet,
    columns: Columns,
    site: SiteScene,
    y: float,
    least: float,
    shown: Scene,
    wires: dict[str, list[_Arrival]],
) -> float:
    """A site with its endpoints, and the connections beside it; how high that is."""
    node = site.node
    words = f"Site {node.name}{''.join(f', {one}' for one in node.details)}" if node.element else node.name
    hint = sheet.describe(node.element, words)
    lines = _named(sheet, node, SITE)
    lines += [sheet.spot(short(element[1]), SITE - 2 * PADDING, element) for element in site.endpoints]
    lines += [line for text in site.more for line in sheet.lines("small", text, SITE - 2 * PADDING)]
    sheet.sentences += [f"{text}." for text in site.more]
    tall = max(height(lines), _ROW * len(site.connections) + 8, least)
    sheet.box(columns.site, y, SITE, tall, sheet.kind("box", node.element), hint, lines)
    first = y + (tall - _ROW * len(site.connections)) // 2
    for position, one in enumerate(site.connections):
        _connection(sheet, columns, one, site.node.name, first + _ROW * position + _ROW // 2, wires)
    rows = enumerate(site.connections)
    for circuit, carried in groupby(rows, key=lambda row: row[1].circuit):
        if circuit:
            positions = [position for position, _ in carried]
            top, bottom = first + _ROW * positions[0] + 4, first + _ROW * (positions[-1] + 1) - 4
            _circuit(sheet, columns.circuit, top, bottom - top, shown.circuits[circuit])
    return tall


def _connection(
    sheet: Sheet, columns: Columns, one: Connection, site: str, y: float, wires: dict[str, list[_Arrival]]
) -> None:
    """A line that leaves its site, and the words on it."""
    kind = sheet.kind("wire absent" if one.missing else "wire", one.element)
    words = f"{one.words} from {site} to {short(one.region)}"
    hint = sheet.describe(one.element, f"{words}, circuit {short(one.circuit[1])}" if one.circuit else words)
    sheet.strokes.append(Stroke(columns.site + SITE, y, columns.fan, y, kind))
    sheet.boxes.append(
        Box(columns.link, y - 13, LINK, 26, sheet.kind("box absent" if one.missing else "box", one.element), hint)
    )
    sheet.write(columns.link + 8, y + 4, "label", f"{one.words} to {short(one.region)}", LINK - 16, one.element)
    wires[one.region].append(_Arrival(y, kind))


def _named(sheet: Sheet, node: Node, width: float) -> list[Line]:
    """The lines a box begins with."""
    inside = width - 2 * PADDING
    lines = sheet.lines("name", node.name, inside, node.element)
    return lines + [line for text in node.details for line in sheet.lines("small", text, inside)]


def _circuit(sheet: Sheet, x: float, y: float, tall: float, node: Node) -> None:
    """The circuit that the connections beside it run over."""
    words = f"ExpressRoute circuit {node.name}{''.join(f', {one}' for one in node.details)}"
    hint = sheet.describe(node.element, words)
    sheet.boxes.append(Box(x, y, CIRCUIT, tall, sheet.kind("box", node.element), hint))
    middle = y + tall // 2 + 4
    detailed = tall > _ROW and node.details
    sheet.write(x + 8, middle - (8 if detailed else 0), "label", node.name, CIRCUIT - 16, node.element)
    if detailed:
        sheet.write(x + 8, middle + 9, "small", node.details[0], CIRCUIT - 16)


def _crossings(
    sheet: Sheet, columns: Columns, spans: Sequence[tuple[float, float]], crossings: Sequence[Crossing]
) -> None:
    """A bracket on the left for every two sites that are cross-connected or should be, each in its lane."""
    for one in crossings:
        x = columns.site - 10 - _LANE * one.lane
        top, bottom = spans[one.upper][1] - 13 - 6 * one.lane, spans[one.lower][0] + 13 + 6 * one.lane
        kind = sheet.kind("wire absent" if one.missing else "wire", one.element)
        for y in (top, bottom):
            sheet.strokes.append(Stroke(x, y, columns.site, y, kind))
        sheet.strokes.append(Stroke(x, top, x, bottom, kind))
        words = "No cross-connect" if one.missing else "Cross-connect"
        hint = sheet.describe(one.element, f"{words} between {short(one.element[1])} and {short(one.element[2])}")
        middle, half = (top + bottom) // 2, 8 if sheet.marks.outcome(one.element) else 4
        sheet.boxes.append(Box(x - half, middle - half, 2 * half, 2 * half, sheet.kind("box", one.element), hint))
        sheet.write(x - 5, middle + 4, "label", "", 16, one.element)
        if one.lower == one.upper + 1:
            sheet.write(columns.site + PADDING, spans[one.upper][1] + 20, "small", words, SITE)


def _regions(
    sheet: Sheet, columns: Columns, regions: Sequence[Node], wires: dict[str, list[_Arrival]], bottom: float
) -> float:
    """The regions, spread over the height of the sites, and the lines that arrive at them; where all of it ends."""
    lines = [_named(sheet, node, REGION) for node in regions]
    tall = [max(height(of), 10 * len(wires[node.element[1]]) + 16) for node, of in zip(regions, lines, strict=True)]
    room = bottom - _TOP - sum(tall)
    space = max(room // len(regions), _BETWEEN) if regions else 0
    y = _TOP + (space // 2 if room > 0 else 0)
    for node, of, high in zip(regions, lines, tall, strict=True):
        words = f"Service region {node.name}{''.join(f', {one}' for one in node.details)}"
        hint = sheet.describe(node.element, words)
        sheet.box(columns.region, y, REGION, high, sheet.kind("box", node.element), hint, of)
        arriving = sorted(wires[node.element[1]], key=lambda wire: wire.y)
        for position, wire in enumerate(arriving, 1):
            port = round(y + high * position / (len(arriving) + 1))
            sheet.strokes.append(Stroke(columns.fan, wire.y, columns.region, port, wire.kind))
        y += high + space
    if not regions:
        y = _nothing(sheet, columns.region, y, REGION, "No service region is declared")
    return max(bottom, y - space + 1)


def _nothing(sheet: Sheet, x: float, y: float, width: float, words: str) -> float:
    """A dashed box where something should be; where it ends."""
    lines = sheet.lines("small", words, width - 2 * PADDING)
    sheet.sentences.append(f"{words}.")
    sheet.box(x, y, width, height(lines), "box absent", "", lines)
    return y + height(lines)


def _below(sheet: Sheet, columns: Columns, shown: Scene, y: float) -> float:
    """Draw what no link names, and list what is not drawn; return where all of it ends."""
    across = int((columns.end - columns.site + GAP) / (CIRCUIT + 60 + GAP))
    for begin in range(0, len(shown.loose), across):
        row = shown.loose[begin : begin + across]
        lines = [_named(sheet, node, CIRCUIT + 60) for node in row]
        y += _BETWEEN
        tall = max(map(height, lines))
        for position, (node, of) in enumerate(zip(row, lines, strict=True)):
            x = columns.site + position * (CIRCUIT + 60 + GAP)
            hint = sheet.describe(node.element, f"{node.details[0]} {node.name}")
            sheet.box(x, y, CIRCUIT + 60, tall, sheet.kind("box", node.element), hint, of)
        y += tall
    for text in shown.more:
        y += 24
        sheet.sentences.append(f"{text}.")
        sheet.write(columns.site, y, "label", text, columns.end - columns.site)
    return y + 8 if shown.more else y
