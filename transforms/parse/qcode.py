"""QCodes, the `alias:code` names of NewsML-G2, and the catalogs that say what an alias stands for.

Aliases are the provider's choice: `subj` is IPTC's by custom only. Where an item declares an alias, or
writes a concept's whole URI, IPTC's own schemes get the alias that IPTC recommends. Catalogs that are
only referred to are not fetched: there the alias stays as sent.
"""

from __future__ import annotations

import re

from lxml import etree

from transforms.parse import xml

_IPTC = "cv.iptc.org/newscodes/"
_SEPARATOR = re.compile(r"[/#:?=]")
_ALIASES = {  # https://cv.iptc.org/newscodes/ : last part of the scheme's URI -> recommended alias
    "mediatopic": "medtop",
    "subjectcode": "subj",
    "genre": "genre",
    "newsprovider": "nprov",
    "ninature": "ninat",
    "pubstatusg2": "stat",
    "pubstatus": "stat",
    "signal": "sig",
    "itemrelation": "irel",
    "conceptnature": "cpnat",
    "contentprodpartyrole": "cprole",
    "contentproductionpartyrole": "cprole",
    "descriptionrole": "drol",
    "rendition": "rnd",
    "scene": "scene",
    "worldregion": "wldreg",
    "mediatopics": "medtop",
}


class Catalog:
    """The aliases an item declares, those of its message included."""

    def __init__(self, *elements: etree._Element | None, outer: Catalog | None = None) -> None:
        """Args: elements whose `catalog` children are read, and the catalog of what is around them."""
        self._uris: dict[str, str] = dict(outer._uris) if outer else {}
        for element in elements:
            for catalog in xml.children(element, "catalog"):
                for scheme in xml.children(catalog, "scheme"):
                    if (alias := scheme.get("alias")) and (uri := scheme.get("uri")):
                        self._uris[alias.strip()] = uri.strip()
        self._aliases = {uri: alias for alias, uri in self._uris.items()}

    def split(self, qcode: str) -> tuple[str | None, str]:
        """(alias, code) of a QCode; the alias is None where there is none."""
        alias, colon, code = qcode.strip().partition(":")
        if not colon:
            return None, alias
        if uri := self._uris.get(alias):
            alias = _iptc(uri) or alias
        return alias, code

    def of_uri(self, uri: str) -> tuple[str | None, str]:
        """(alias, code) of a concept's URI; (None, URI) where no scheme is known that it belongs to."""
        uri = uri.strip()
        scheme, slash, code = uri.rpartition("/")
        if slash and code and (alias := _iptc(scheme)):
            return alias, code
        for end in [match.end() for match in _SEPARATOR.finditer(uri)][:-9:-1] if self._aliases else ():
            if known := self._aliases.get(uri[:end]):
                return known, uri[end:]
        return None, uri

    def concept(self, element: etree._Element) -> tuple[str | None, str | None]:
        """(scheme, code) of an element that names a concept by `qcode`, `uri` or `literal`."""
        if qcode := element.get("qcode"):
            return self.split(qcode)
        if uri := element.get("uri"):
            return self.of_uri(uri)
        return None, xml.attribute(element, "literal")


def _iptc(uri: str) -> str | None:
    _, found, name = uri.rstrip("/").rpartition(_IPTC)
    return _ALIASES.get(name) if found else None


def local(qcode: str | None) -> str:
    """The code of a QCode, folded, for comparing roles: `hld:subHeadline` -> `subheadline`."""
    return (qcode or "").rpartition(":")[2].rpartition("/")[2].strip().lower()
