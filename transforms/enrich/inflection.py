"""Names in another case than the one in which tables have them: `Москве`, `Helsingissä`, `Warszawie`.

By endings alone, tried in order: what comes out counts only where it is a name that the tables know.
"""

from __future__ import annotations

import functools

from transforms.enrich.gazetteer import Known, gazetteer
from transforms.enrich.span import PERSON

# language -> `ending>what stands there in the nominative`; the grammars' regular declensions.
_DECLENSIONS = {
    "ru": (
        "ии>ия ию>ия ией>ия ой>а ей>я ом> ем>й ем>ь ем> е>а ы>а у>а и>ь и>я ю>я я>й ю>й е>й я>ь ю>ь е> а> "
        "у> е>я ью>ь"
    ),
    "uk": "ії>ія ію>ія ією>ія ою>а і>а и>а у>а ом> і> а> у> єві>їв єва>їв єву>їв ові>ів ова>ів",
    "pl": "ji>ja ję>ja ją>ja ii>ia ię>ia ią>ia ie>a y>a ę>a ą>a u> em> a> ie> owi>",
    "cs": "ze>ha y>a ě>a u>a ou>a e>o u>o em>o u> a>o",
    "fi": (
        "eella>e eessa>e eesta>e ssä> ssa> stä> sta> llä> lla> ltä> lta> lle> na> nä> ngissä>nki ngin>nki "
        "ngistä>nki n> an> än> on> en> in> issa>at ssa>t ain>at lassa>ti kiin>ki een>e aan>a ään>ä oon>o "
        "uun>u"
    ),
    "et": "s> st> sse> le> l> lt>",
    "hu": "ban> ben> ból> ből> ba> be> nak> nek> en> on> ön> ről> ról> ra> re>",
    "de": "s>",
    "sv": "s>",
    "no": "s>",
    "nb": "s>",
    "nn": "s>",
    "da": "s>",
}
_ENDINGS = {
    language: [pair.partition(">")[::2] for pair in listed.split()]
    for language, listed in _DECLENSIONS.items()
}
_SHORTEST = 2
_SURE = 0.9  # a small town's name may be made of any word


def declines(language: str) -> bool:
    """Whether names have endings in a language (primary subtag, small letters) that we know."""
    return language in _ENDINGS


@functools.lru_cache(maxsize=20_000)
def nominative(word: str, language: str) -> tuple[str, Known] | None:
    """The name of a place or an organisation that a word is another case of, and what is known of it.

    Args:
        word: with a capital.
        language: primary subtag, small letters.

    Returns:
        The nominative; None where no ending fits, or nothing known comes out.
    """
    for ending, instead in _ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            name = word[: len(word) - len(ending)] + instead
            known = gazetteer().names.get(name)
            if known is not None and known.type != PERSON and known.confidence >= _SURE:
                return name, known
    return None
