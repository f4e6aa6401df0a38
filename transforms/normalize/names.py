"""Names of people and organisations as bylines and sign-offs write them."""

from __future__ import annotations

import functools
import re

from schemas.folding import DATA
from transforms.normalize import provider
from transforms.normalize.text import vocabulary

_PARTICLES = vocabulary(
    "a al af ap av abu ben bin bint da dal dalla de degli dei del della den der des di do dos du e el en "
    "het ibn la las le los of och op 't ten ter the to van vom von y zu zum zur і и"
)
_LINKS = _PARTICLES | vocabulary(
    "and und et og ja in at for för für per på från from special with i o à aus em "
    "agência agencia agence agenzia агентство корр корреспондент"
)
# Stand before the name of who employs: `da agência Lusa`, `корр. ТАСС`.
_EMPLOYED = re.compile(
    r"(?:(?:d[aeo]|della|de la|de l['’]|of) )?(?:agência|agencia|agence|agenzia|агентство|корр\.?"
    r"|корреспондент)\s+(?=\S)",
    re.I,
)
_JOBS = vocabulary(
    "writer writers editor editors correspondent correspondents reporter reporters columnist columnists "
    "analyst photographer photographers critic producer staff bureau journalist journalists stringer "
    "contributor contributors commentator redakteur redakteurin korrespondent korrespondentin reporterin "
    "fotograf correspondant correspondante journaliste envoyé envoyée rédacteur rédactrice corresponsal "
    "enviado enviada redactor redactora periodista inviato inviata corrispondente giornalista "
    "korrespondenten toimittaja medewerker verslaggever verslaggeefster redacteur корреспондент корр chief"
)
_BEATS = vocabulary(
    "business political politics economics economic economy financial finance sports sport science "
    "medical health foreign diplomatic national international senior special staff chief assistant deputy "
    "executive managing white house white-house parliamentary home affairs legal court religion "
    "technology tech education environment entertainment arts fashion travel food film movie television "
    "tv music royal crime defence defense military agriculture energy auto aviation racing football "
    "soccer golf tennis cricket rugby basketball baseball hockey south north east west central europe "
    "european asia asian africa african middle-east regional city night associated the our own lead video "
    "photo data investigative features feature former world"
)
_BODIES = vocabulary(
    "press news agency service times post herald tribune bulletin journal gazette chronicle observer "
    "guardian telegraph mail magazine network online media radio television tv broadcasting wire "
    "newspapers newspaper agence agentur agencia agenzia agentschap presse prensa stampa "
    "nachrichtenagentur nieuwsdienst byrå website institute university association company corp "
    "corporation inc ltd llc gmbh group foundation ministry"
)
_WORD = re.compile(r"[^\W\d_][^\W\d_.'’‘`-]*(?:[.'’‘`-]+[^\W\d_]*)*")
_TIED = re.compile(r"[^\W\d_]{1,4}['’-](?:[^\W\d_]+-)*[A-ZÀ-ÞА-Я]")  # d'Amato, al-Assad, de-la-Cruz
_PIECE = re.compile(r"[^\W\d_]+")
_INNER = re.compile(r"(?<![^\W\d_])(Mc|Mac|De|Di|La|Le|Van|Fitz)([A-ZÀ-Þ]{3,})(?![^\W\d_])")  # McLEAN
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_KEPT = frozenset(["ii", "iii", "iv", "vi", "vii"])


@functools.lru_cache(maxsize=4096)
def normal_case(name: str) -> str:
    """A name in capitals as it is usually written: particles small, `Mc`, `O'`, `d'` and hyphens minded.

    Names that are not in capitals come back as they are, but for a surname in capitals after a first name.
    """
    words = [_INNER.sub(lambda match: match[1] + match[2].capitalize(), word) for word in name.split()]
    name = " ".join(words)
    if name == name.lower() or not any(len(word) > 1 and word.isupper() for word in words):
        return name
    whole = name.isupper()
    done = []
    for number, word in enumerate(words):
        if not word.isupper() or len(word) < 2:
            done.append(word)
        elif number and word.casefold() in _PARTICLES:
            done.append(word.lower())
        elif (
            word.casefold() in _KEPT
            or re.fullmatch(r"(?:[^\W\d_]\.-?)+", word)
            or (not whole and len(word) < 4)
            or (whole and number == 0 and len(words) > 1 and _is_initial_pair(word))
        ):
            done.append(word)
        else:
            done.append(_PIECE.sub(_capital, word))
    return " ".join(done)


def _is_initial_pair(word: str) -> bool:
    """`JP`, `TJ`, `AJ`: two letters that no first name has."""
    return len(word) == 2 and (word[1] == "J" or not set(word) & set("AEIOUYÄÖÜÅØÆÉ"))


def _capital(match: re.Match[str]) -> str:
    piece = match.group()
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    if before in ("'", "’", "`") and len(piece) == 1:
        return piece.lower()
    folded = piece.lower()
    if folded.startswith("mc") and len(folded) > 4:
        return "Mc" + folded[2:].capitalize()
    return folded[:1].upper() + folded[1:]


@functools.cache
def given_names() -> frozenset[str]:
    """Given names of many countries, casefolded (`schemas/data/first_names.txt`)."""
    lines = (DATA / "first_names.txt").read_text("utf-8").casefold().splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def is_organisation(name: str) -> bool:
    """Whether a name is an organisation's: a known agency, or one of its words says so."""
    if provider.named(name):
        return True
    words = name.casefold().split()
    return len(words) > 1 and (words[-1] in _BODIES or (words[0] == "the" and len(words) < 7))


def is_name(text: str) -> bool:
    """Whether a text can be one person's name: a few words, each with a capital but for particles."""
    words = text.split()
    if not 0 < len(words) <= 7 or len(text) > 60 or any(c.isdigit() for c in text):
        return False
    if not _LATIN.search(text) and text.upper() == text.lower():
        return all(_WORD.fullmatch(word) for word in words)  # a script without capitals
    small = [word for word in words if not (word[0].isupper() or _TIED.match(word))]
    return len(small) < len(words) and all(word.casefold() in _PARTICLES for word in small)


def only_names(text: str) -> bool:
    """Whether a line holds names, titles and what links them, and no prose."""
    words = _WORD.findall(text)
    if not 0 < len(words) <= 18:
        return False
    for word in words:
        small = word.casefold().rstrip(".")
        if word[0].isupper() or small in _LINKS or _TIED.match(word) or provider.named(word):
            continue
        return not _LATIN.match(word) and word == word.upper()
    return True


def is_title(text: str) -> bool:
    """Whether a line is a job title and no more, with its organisation or without (`AP Business Writer`)."""
    return (
        len(text) < 60
        and text[-1:] not in ".!?:"
        and split_title(text)[0] is None
        and split_title(text)[2] is not None
    )


def without_employment(text: str) -> str:
    """An organisation without what stands before it: `da agência Lusa`, `корр. ТАСС`."""
    match = _EMPLOYED.match(text)
    return text[match.end() :] if match else text


def split_title(text: str) -> tuple[str | None, str | None, str | None]:
    """A name with its organisation and job title glued to it, taken apart.

    Returns:
        (name, organisation, job title), each None where it is missing: `Ann Lee AP Business Writer` gives
        `Ann Lee`, `AP`, `Business Writer`; `Science Writer` a job title alone, `PA Wales Correspondent` an
        organisation and a job title.
    """
    words = text.split()
    folded = [word.casefold().strip(".,") for word in words]
    job = len(words)
    if folded and folded[-1] in _JOBS:
        job -= 1
        while job > 0 and (folded[job - 1] in _BEATS or folded[job - 1] in _JOBS):
            job -= 1
    if 1 < job < len(words):
        for end in range(job - 1, 0, -1):
            # `PA Wales Correspondent`: what stands between the agency and the job is part of the job.
            if provider.named(" ".join(words[:end])):
                return None, " ".join(words[:end]), " ".join(words[end:])
    start, organisation = _organisation(words, folded, job)
    title = " ".join(words[job:]) or None
    return " ".join(words[:start]) or None, organisation, title


def _organisation(words: list[str], folded: list[str], end: int) -> tuple[int, str | None]:
    """Where an organisation begins that ends a text before `end`, and its name."""
    for start in range(max(0, end - 6), end):
        name = " ".join(words[start:end])
        if (start or end < len(words)) and provider.named(name):
            return start, name
    shouted = "".join(words[:end]).isupper()
    for start in range(2, end):
        word = words[start]
        ends_as_body = folded[end - 1] in _BODIES or (end - start > 1 and folded[end - 1] == "online")
        if folded[start] == "the" and end - start > 1:
            return start, " ".join(words[start:end])
        if not shouted and ends_as_body and word.isupper() and len(word) > 2:
            return start, " ".join(words[start:end])
    return end, None
