"""HTML to paragraphs: what is text, where it ends, and what hostile mark-up may cost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.processor import within
from transforms.parse import html


@pytest.mark.parametrize(
    ("markup", "paragraphs"),
    [
        ("<p>One &amp; two.</p><p>Three</p>", ["One & two.", "Three"]),
        ("<p>Unclosed<p>next", ["Unclosed", "next"]),
        ("Before<p>inside</p>after", ["Before", "inside", "after"]),
        ("<p>a<br>b<br/><br/>c</p>", ["a", "b", "c"]),
        ("<p>der<b> neue</b> Chef<script>var x = '<p>no</p>'</script></p>", ["der neue Chef"]),
        ("<style>p {}</style><p>caf&eacute;&nbsp;&#8211; &#x80;5</p>", ["café – €5"]),
        ("<ul><li>one</li><li>two <i>b</i></li></ul>", ["one", "two b"]),
        ("<h2>Sub-head</h2><p>Text</p>", ["Sub-head", "Text"]),
        ("<p>x</p><!-- <p>hidden</p> --><p>y</p>", ["x", "y"]),
        ("<p> </p><p>&nbsp;</p><p>x</p>", ["x"]),
        ("<p>line\none  wraps</p>", ["line one wraps"]),
        ("<![CDATA[<p>one</p><p>two</p>]]>", ["one", "two"]),
        ("&lt;p&gt;R&amp;amp;D&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;", ["R&D", "two"]),
        ('<p>x</p><img src="a.jpg" alt="a > b">', ["x"]),
        ("", []),
        ("<!-- only -->", []),
    ],
)
def test_paragraphs(markup: str, paragraphs: list[str]) -> None:
    assert html.read(markup).paragraphs == paragraphs


def test_table_rows_are_paragraphs() -> None:
    rows = html.read(
        "<table><tr><th>Club</th><th>Pts</th></tr><tr><td>Alba</td><td>12</td></tr></table>"
    ).paragraphs
    assert len(rows) == 2
    assert rows[1].split(" | ") == ["Alba", "12"]


def test_page_head_is_no_text_and_repeated_headline_is_dropped() -> None:
    page = "<html><head><title>T</title></head><body><h1>Harbour reopens</h1><p>Text.</p></body></html>"
    passages = html.read(page, titles=["Harbour reopens"])
    assert passages.paragraphs == ["Text."]
    assert passages.titles == ["Harbour reopens"]


@pytest.mark.parametrize("text", ["<P>One<P>Two", "One<BR><BR>Two", "One<br>Two", "<DIV>One</DIV>Two"])
def test_capitals_and_unclosed_elements_are_markup(text: str) -> None:
    assert html.paragraphs(text) == ["One", "Two"]


def test_plain_text_in_a_field_for_html() -> None:
    assert html.paragraphs("First paragraph.\n\nSecond, R&amp;D.") == ["First paragraph.", "Second, R&D."]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Metals firm <MFG.N> up 3 pct", "Metals firm <MFG.N> up 3 pct"),
        ("Agilent <A> and <B> swap places", "Agilent <A> and <B> swap places"),
        ("NAVAL YARD<NAV> AND CHEMIST <DD> SIGN", "NAVAL YARD<NAV> AND CHEMIST <DD> SIGN"),
        ("<b>Shares</b> rise &amp; fall", "Shares rise & fall"),
        ("<B>SHARES</B> RISE<BR/>AGAIN", "SHARES RISE AGAIN"),
        ('Shares <A HREF="x">rise', "Shares rise"),
        ("<p>Shares rise</p>", "Shares rise"),
        ("3 < 4 > 2", "3 < 4 > 2"),
        ("AT&T", "AT&T"),
        ("  \n ", None),
        ("&#99999999999999999999; x", "&#99999999999999999999; x"),
    ],
)
def test_line(text: str, line: str | None) -> None:
    assert html.line(text) == line


def test_endless_character_reference() -> None:
    assert html.unescape("a &#" + "9" * 6000 + "; b") == "a \ufffd b"


@pytest.mark.parametrize(
    "markup",
    [
        "<b>" * 300 + "kept" + "<p>end</p>",
        "<div>" * 50_000 + "kept" + "</div>" * 50_000 + "<p>end</p>",
        "<table><tr><td>" * 60 + "kept" + "</table>" * 60 + "<p>end</p>",
        "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">kept</p><p>end</p>",
        "<p>kept</p>" + "x" * 3_000_000 + "<p>end</p>",
        "<p>kept</p>" + "&" * 300_000 + "<p>end</p>",
        '<p>kept</p><img src="data:image/png;base64,' + "A" * 900_000 + '"><p>end</p>',
    ],
    ids=["inline", "blocks", "tables", "attributes", "text", "ampersands", "inline picture"],
)
def test_nothing_is_lost_and_nothing_is_slow(markup: str) -> None:
    with within(1):
        paragraphs = html.read(markup).paragraphs
    assert paragraphs[0].startswith("kept")
    assert paragraphs[-1] == "end"


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<td>",
        "<tr>",
        "<table>",
        "</table>",
        "<br",
        ">",
        "<!--",
        "-->",
        "<pre>",
        '"',
        "=",
        "&#x",
        "<figure class='x'>",
        "</figure>",
        "<script>",
        "<li>",
        "word",
        " ",
        "\n",
        "\x00",
        "\ud83d",
        "é",
        "<![CDATA[",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_any_text_is_read(markup: str) -> None:
    for paragraph in html.read(markup).paragraphs + html.paragraphs(markup):
        assert paragraph
        assert "\n" not in paragraph
    html.line(markup)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abc é<>&'\"", min_size=1).filter(str.strip), max_size=6))
def test_escaped_text_comes_back(texts: list[str]) -> None:
    import html as standard

    markup = "".join(f"<p>{standard.escape(text)}</p>" for text in texts)
    assert html.read(markup).paragraphs == [" ".join(text.split()) for text in texts]
