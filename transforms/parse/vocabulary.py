"""What elements and classes of marked-up text mean: XHTML, NITF, TT's own, and classes agencies set."""

from __future__ import annotations

import functools
from enum import Enum


class Kind(Enum):
    """What a reader of text does with an element."""

    INLINE = 0
    BLOCK = 1  # text between its children stands for itself
    PARAGRAPH = 2
    HEADING = 3
    BREAK = 4
    PRE = 5
    TABLE = 6
    MEDIA = 7
    NOTE = 8
    HEADER = 9
    SKIP = 10
    BYLINE = 11
    DATELINE = 12
    SUMMARY = 13
    SIGN_OFF = 14
    NOTICE = 15
    LINKS = 16


_NAMES = {
    Kind.BLOCK: "body body.content block div section article main center form fieldset blockquote bq aside "
    "address dl ul ol dir menu footer details html note.body nitf-table text ingress brodtext",
    Kind.PARAGRAPH: "p li dt dd summary legend caption credit hr figcaption datasource citat",
    Kind.HEADING: "h1 h2 h3 h4 h5 h6 hl1 hl2 hedline rubrik mellis",
    Kind.BREAK: "br",
    Kind.PRE: "pre listing xmp plaintext",
    Kind.TABLE: "table tbody thead tfoot tr",
    Kind.MEDIA: "media figure picture img video audio object embed iframe",
    Kind.NOTE: "note",
    Kind.HEADER: "header hgroup",
    Kind.SKIP: "head title script style meta link base template nav noscript button select textarea map "
    "canvas svg math nitf-table-metadata colgroup col nitf-col nitf-colgroup param track source area",
    Kind.BYLINE: "byline",
    Kind.DATELINE: "dateline dat",
    Kind.SUMMARY: "abstract",
    Kind.SIGN_OFF: "tagline",
    Kind.NOTICE: "copyrite",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}

# What the value of `class` says a block is: one token, lower case.
_ROLES = {
    **dict.fromkeys(("byline", "by-line", "author", "authors"), Kind.BYLINE),
    "dateline": Kind.DATELINE,
    **dict.fromkeys(("teaser", "abstract", "standfirst", "deck"), Kind.SUMMARY),
    **dict.fromkeys(("closingline", "signoff", "sign-off", "tagline"), Kind.SIGN_OFF),
    **dict.fromkeys(
        (
            *("notepad", "np-nonpublic", "nonpublic", "non-public", "nonpublishable", "not-for-publication"),
            *("embargo", "embargoed"),
            *("ednote", "editorsnote", "editors-note", "editorial-note", "editornote", "note-to-editors"),
        ),
        Kind.NOTE,
    ),
    **dict.fromkeys(("external-links", "externallinks", "related-links"), Kind.LINKS),
    **dict.fromkeys(("slugline", "keywords", "genre", "publicationdate", "hidden"), Kind.SKIP),
}


@functools.lru_cache(maxsize=4096)
def kind(tag: str) -> Kind:
    """What an element is, by its tag (any namespace, any case); unknown ones are inline."""
    return _KINDS.get(tag.rpartition("}")[2].lower(), Kind.INLINE)


@functools.lru_cache(maxsize=4096)
def role(classes: str) -> Kind | None:
    """What the value of a `class` attribute makes of a block, None where it says nothing."""
    return next((found for token in classes.lower().split() if (found := _ROLES.get(token))), None)


def rank(tag: str) -> int:
    """The rank of a heading, by its tag: 1 for an item's title, 2 to 6 below."""
    name = tag.rpartition("}")[2].lower()
    if name[-1:].isdigit():
        return int(name[-1])
    return 2 if name == "mellis" else 1
