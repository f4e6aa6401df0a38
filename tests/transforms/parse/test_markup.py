"""Marked-up text to paragraphs: blocks, tables, breaks, what stands apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas.item import Association
from transforms.parse import headings, markup


def read(source: str, *titles: str) -> markup.Passages:
    return markup.read(etree.fromstring(f"<body>{source}</body>"), titles=titles)


@pytest.mark.parametrize(
    ("source", "paragraphs"),
    [
        ("<p>One\n  two.</p>\n<p>Three.</p>", ["One two.", "Three."]),
        ("<P>Upper</P><Div>case<div>nested</div>tail</Div>", ["Upper", "case", "nested", "tail"]),
        ("loose<p>in</p>loose too", ["loose", "in", "loose too"]),
        ("<p>a <b>bold</b><i>er</i> <a href='u'>link</a>.</p>", ["a bolder link."]),
        ("<p>\xa0</p><p/><p>x</p>", ["x"]),
        ("<p>it&amp;#39;s &amp;quot;so&amp;quot; &amp;amp; R&amp;D;</p>", ['it\'s "so" & R&D;']),
        ("<p>one <img src='dot.gif'/>par<script>x</script>agraph</p>", ["one paragraph"]),
        ("<p>One.<br/><br/>Two.</p>", ["One.", "Two."]),
        ("<p>12 Long Street<br/>Oldtown</p>", ["12 Long Street", "Oldtown"]),
        ("<ul><li>one</li><li><p>two</p><p>three</p></li></ul>", ["one", "two", "three"]),
        ("<dl><dt>term</dt><dd>meaning</dd></dl>", ["term", "meaning"]),
        ("<blockquote>said</blockquote><hr/><p>end</p>", ["said", "end"]),
        ("<p><h3>Heading in a paragraph</h3></p><p>x</p>", ["Heading in a paragraph", "x"]),
        (
            "<pre>First line\nof a poem\n\nSecond\nstanza</pre>",
            ["First line", "of a poem", "Second", "stanza"],
        ),
        ("First.\n\nSecond\n   \nThird", ["First.", "Second", "Third"]),
        ("<script>x</script><style>y</style><p hidden=''>z</p><p>w</p>", ["w"]),
        ("<p>in <person>Jane Roe</person> of <org>Acme</org>'s</p>", ["in Jane Roe of Acme's"]),
        (
            "<table><thead><tr><th>Team</th><th>W</th></tr></thead><tr><td><p>Reds</p></td><td>3</td></tr></table>",
            ["Team | W", "Reds | 3"],
        ),
        (
            "<table><tr><td><p>One.</p><p>Two.</p><p>Three.</p></td><td>side</td></tr></table>",
            ["One.", "Two.", "Three.", "side"],
        ),
        (
            "<nitf-table><nitf-table-metadata>meta</nitf-table-metadata><tr><td>a</td></tr></nitf-table>",
            ["a"],
        ),
    ],
)
def test_paragraphs(source: str, paragraphs: list[str]) -> None:
    assert read(source).paragraphs == paragraphs


def test_first_headings_that_repeat_the_headline_are_dropped() -> None:
    source = "<h1>Port opens</h1><h2>Third of its kind</h2><p>Text.</p><h2>Port opens</h2>"
    assert read(source, "PORT  OPENS", "third of its kind").paragraphs == ["Text.", "Port opens"]
    passages = read("<h1>Port opens</h1><h2>Deck</h2><p>Text.</p>")
    assert (passages.titles, passages.paragraphs) == (["Port opens"], ["Deck", "Text."])


def test_what_class_and_element_set_apart() -> None:
    passages = read(
        "<header><time class='publicationDate'>1 May</time><ul class='slugline'><li>Ports</li></ul>"
        "<h1>Port opens</h1>"
        "<strong class='embargoed'>Hold until noon.</strong><p class='byline'>By Jane Roe</p></header>"
        "<section class='main'><p class='teaser'>In short.</p>"
        "<p><span class='dateline'>ROME (X) - </span>Text.</p>"
        "</section><section class='notepad'><h3>Notes</h3><p>Call 555.</p>"
        "<p class='closingline'>x jr</p></section>"
        "<block style='EXTERNAL-LINKS'><p><a href='http://a.example'>More</a></p></block>"
    )
    assert passages.titles == ["Port opens"]
    assert passages.byline == "By Jane Roe"
    assert passages.summary == "In short."
    assert passages.paragraphs == ["ROME (X) - Text."]
    assert passages.notes == ["Hold until noon.", "Notes", "Call 555."]
    assert passages.sign_off == "x jr"
    assert passages.media == [Association("link", "http://a.example", None, "More")]


def test_pictures_are_references_not_text() -> None:
    passages = read(
        "<p>a</p><img src='i.jpg' alt='alt'/><p>b</p>"
        "<figure><img src='f.jpg'/><figcaption>A <b>ship</b></figcaption></figure>"
        "<media media-type='image'><media-reference source='m.jpg' mime-type='image/jpeg'/>"
        "<media-caption><p>Caption.</p></media-caption></media>"
    )
    assert passages.paragraphs == ["a", "b"]
    assert [(m.uri, m.title) for m in passages.media] == [
        ("i.jpg", "alt"),
        ("f.jpg", "A ship"),
        ("m.jpg", "Caption."),
    ]


def test_notes_are_text_unless_they_are_for_editors() -> None:
    passages = read("<note><p>Read on.</p></note><note type='npa'><p>Desk only.</p></note>")
    assert (passages.paragraphs, passages.notes) == (["Read on."], ["Desk only."])


def test_a_long_byline_is_text() -> None:
    assert read(f"<p class='byline'>{'word ' * 100}</p>").byline is None
    assert len(read(f"<p class='byline'>{'word ' * 100}</p>").paragraphs) == 1


@pytest.mark.parametrize(
    "name", ["table", "tr", "td", "note", "byline", "header", "figure", "abstract", "p", "b"]
)
def test_nesting_costs_no_text_and_no_stack(name: str) -> None:
    passages = read(f"<{name}>" * 190 + "word" + f"</{name}>" * 190 + "<p>end</p>")
    assert passages.paragraphs[-1] == "end"


NAMES = [
    "p",
    "div",
    "b",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "br",
    "pre",
    "h1",
    "h2",
    "note",
    "span",
    "header",
    "blockquote",
]

tree = st.recursive(
    st.text("ab \n&<é", max_size=8),
    lambda inner: st.tuples(
        st.sampled_from(NAMES),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


def build(parent: etree._Element, node: object) -> None:
    if isinstance(node, str):
        last = parent[-1] if len(parent) else None
        if last is None:
            parent.text = (parent.text or "") + node
        else:
            last.tail = (last.tail or "") + node
        return
    assert isinstance(node, tuple)
    element = etree.SubElement(parent, node[0])
    for child in node[1]:
        build(element, child)


@settings(max_examples=200, deadline=None)
@given(st.lists(tree, max_size=5))
def test_every_letter_comes_out_once(nodes: list[object]) -> None:
    body = etree.Element("body")
    for node in nodes:
        build(body, node)
    passages = markup.read(body)
    out = [*passages.titles, *passages.paragraphs, *passages.notes]
    letters = sorted(c for c in "".join(map(str, body.itertext())) if c.isalnum())
    assert sorted(c for c in "".join(out) if c.isalnum()) == letters
    for paragraph in out:
        assert paragraph
        assert paragraph == " ".join(paragraph.split())


def test_titles() -> None:
    assert headings.same("Port: opens", "PORT OPENS")
    assert not headings.same(None, None)
    assert headings.is_slug("PORTS OPENING", "Port opens")
    assert not headings.is_slug("PORTS OPENING", "PORT OPENS")
    assert not headings.is_slug("Third of its kind", "Port opens")
