"""Day and time of day in the prose of an embargo, in the languages of the wires.

Where a day has two readings (`02/05/2024`), or a part of it cannot be read, the later end is taken: news
that is out too early cannot be called back.
"""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero gennaio januari tammikuuta tammikuun января "
            "janeiro stycznia",
            "february feb februar février febrero febbraio februari helmikuuta helmikuun февраля "
            "fevereiro lutego",
            "march mar märz maerz mrz mars marzo maart marts maaliskuuta maaliskuun марта março marca",
            "april apr avril abril aprile huhtikuuta huhtikuun апреля kwietnia",
            "may mai mayo maggio mei maj toukokuuta toukokuun мая maio maja",
            "june jun juni juin junio giugno junho kesäkuuta kesäkuun июня czerwca",
            "july jul juli juillet julio luglio julho heinäkuuta heinäkuun июля lipca",
            "august aug août aout agosto augustus augusti elokuuta elokuun августа sierpnia",
            "september sept sep septembre septiembre settembre setembro syyskuuta syyskuun сентября września",
            "october oct oktober okt octobre octubre ottobre outubro lokakuuta lokakuun октября października",
            "november nov novembre noviembre novembro marraskuuta marraskuun ноября listopada",
            "december dec dezember dez décembre diciembre dicembre dezembro desember joulukuuta joulukuun "
            "декабря grudnia",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag lundi lunes lunedì maandag måndag mandag maanantai maanantaina segunda-feira",
            "tuesday tue dienstag mardi martes martedì dinsdag tisdag tirsdag tiistai tiistaina terça-feira",
            "wednesday wed mittwoch mercredi miércoles mercoledì woensdag onsdag keskiviikko keskiviikkona",
            "thursday thu donnerstag jeudi jueves giovedì donderdag torsdag torstai torstaina quinta-feira",
            "friday fri freitag vendredi viernes venerdì vrijdag fredag perjantai perjantaina sexta-feira",
            "saturday sat samstag sonnabend samedi sábado sabato zaterdag lördag lørdag lauantai lauantaina",
            "sunday sun sonntag dimanche domingo domenica zondag söndag søndag sunnuntai sunnuntaina",
        )
    )
    for name in names.split()
}
_DAY_MONTH = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er|º|°)?\s*(?:of |de |di |d['’])?(?P<name>[^\W\d_]{3,14})\.?"
    r"(?:,?\s+(?:de |del )?(?P<year>\d{4}))?"
)
_MONTH_DAY = re.compile(
    r"(?<!\w)(?P<name>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d|[:.h]\d)(?:,?\s+(?P<year>\d{4}))?"
)
_NUMBERS = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[./])\s?(?P<month>\d{1,2})"
    r"(?:(?<=/\d)(?!\d)|(?<=/\d\d)(?!\d)|(?P=mark)(?:\s?(?P<year>\d{4}|\d{2}(?!\d|[.:]\d)))?)"
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_WORD = re.compile(r"[^\W\d_]{3,12}(?:-feira)?")
_ZONE = r"(?:\s*[,(]?\s*(?P<zone>[A-Z]{2,4}|[A-Za-z]+(?: York)?(?= time\b)|local)\b)?"
_CLOCKS = (
    re.compile(
        r"(?<![\d.:])(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap]\.?\s?m\b\.?|noon\b|midnight\b)"
        + _ZONE,
        re.I,
    ),
    re.compile(
        r"\b(?P<word>noon|midday|midnight|mittag|mitternacht|midi|minuit|mediodía|medianoche)\b" + _ZONE, re.I
    ),
    re.compile(
        r"(?<![\d.:])(?P<hour>[01]?\d|2[0-4])\s?[:.h]\s?(?P<minute>[0-5]\d)(?![\d.:]\d|\.\d)" + _ZONE, re.I
    ),
    re.compile(
        r"(?<![\d.:])(?P<hour>[01]?\d|2[0-4])\s?(?:uhr|hrs|hours|heures?|uur|h|ore|horas|klokken|tiden)\b"
        + _ZONE,
        re.I,
    ),
    re.compile(
        r"\b(?:alle|ore|las|kl\.?|klo|klokken|um|ab|à|at|godz\.?|om|till|until|по|в)\s+(?P<hour>[01]?\d|2[0-4])"
        r"(?![\d.:/]|\s?(?:de\s)?[^\W\d_]{3})" + _ZONE,
        re.I,
    ),
    re.compile(r"(?<![\d.:/-])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?![\d:/])(?!\s*$)" + _ZONE),
    re.compile(r"(?<![\d.:/-])(?P<hour>0\d)(?P<minute>[0-5]\d)(?![\d:/])" + _ZONE),
    re.compile(r"\b(?:alle|las|kl\.?|klo|um|à|godz\.?)\s+(?P<hour>[01]?\d|2[0-4])(?![\d.:/])" + _ZONE, re.I),
)
_OFFSETS = {  # minutes east of UTC
    **{"gmt": 0, "utc": 0, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120},
    **{"eest": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360},
    **{"pst": -480, "pdt": -420, "jst": 540, "msk": 180, "aest": 600, "aedt": 660},
}
_CITIES = {
    **{"et": "America/New_York", "ct": "America/Chicago", "pt": "America/Los_Angeles"},
    **{"eastern": "America/New_York", "pacific": "America/Los_Angeles", "new york": "America/New_York"},
    **{"london": "Europe/London", "uk": "Europe/London", "paris": "Europe/Paris", "berlin": "Europe/Berlin"},
    **{"brussels": "Europe/Brussels", "rome": "Europe/Rome", "madrid": "Europe/Madrid"},
    **{"tokyo": "Asia/Tokyo", "sydney": "Australia/Sydney", "moscow": "Europe/Moscow"},
}
_LATE = {"midnight", "mitternacht", "minuit", "medianoche"}


def day(text: str, today: dt.date) -> tuple[dt.date | None, str]:
    """The day that an embargo's prose names, and the text without it.

    Args:
        text: from the embargo's word on.
        today: the item's day where the text is read: a day without year is the nearest to it, a weekday the
            next one.
    """
    if match := _ISO.search(text):
        found = _date(int(match["year"]), int(match["month"]), int(match["day"]))
        return found, text[: match.start()] + "  " + text[match.end() :].removeprefix("T")
    named = sorted((*_named(_DAY_MONTH, text), *_named(_MONTH_DAY, text)), key=lambda match: match.start())
    for match in named:
        found = _nearest(match["year"], _MONTHS[match["name"].casefold()], int(match["day"]), today)
        return found, f"{text[: match.start()]}    {text[match.end() :]}"
    if match := _NUMBERS.search(text):
        first, second = int(match["day"]), int(match["month"])
        readings = [_nearest(match["year"], second, first, today)]
        if match["mark"] == "/":
            readings.append(_nearest(match["year"], first, second, today))
        if found := max(filter(None, readings), default=None):
            return found, f"{text[: match.start()]}    {text[match.end() :]}"
    for word in _WORD.findall(text):
        if (number := _WEEKDAYS.get(word.casefold())) is not None:
            return today + dt.timedelta(days=(number - today.weekday()) % 7), text
    return None, text


def clock(text: str) -> tuple[int, int, int | str | None] | None:
    """(hour, minute, zone) of the time of day in a text; hour 24 is the day's end.

    The zone is minutes east of UTC, an IANA name, or None where the text names none.
    """
    for pattern in _CLOCKS:
        if match := pattern.search(text):
            part = match.groupdict()
            said = (part.get("zone") or "").casefold()
            zone = _OFFSETS.get(said, _CITIES.get(said))
            if word := part.get("word"):
                return (24 if word.casefold() in _LATE else 12), 0, zone
            hour, minute = int(part["hour"]), int(part.get("minute") or 0)
            half = re.sub(r"[.\s]", "", (part.get("half") or "").casefold())
            if half == "midnight":
                hour = 24
            elif half == "pm" and hour < 12:
                hour += 12
            elif half == "am" and hour == 12:
                hour = 0
            return (hour, minute, zone) if hour <= 24 else None
    return None


def _named(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Matches whose word is a month, overlapping ones among them: `2 maggio` in `alle 10 del 2 maggio`."""
    found = []
    start = 0
    while match := pattern.search(text, start):
        if match["name"].casefold() in _MONTHS:
            found.append(match)
        start = match.start() + 1
    return found


def _nearest(year: str | None, month: int, number: int, today: dt.date) -> dt.date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, number)
    found = [date for shift in (-1, 0, 1) if (date := _date(today.year + shift, month, number))]
    return min(found, key=lambda date: abs(date - today), default=None)


def _date(year: int, month: int, number: int) -> dt.date | None:
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None
