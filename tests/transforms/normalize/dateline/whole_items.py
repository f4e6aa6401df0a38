"""Whole items around a dateline: a story as an agency of a language sends it, parsed and normalized."""

from __future__ import annotations

import json

from schemas.item import Item, ParsedItem
from schemas.raw import RawItem
from transforms.normalize.item import normalize
from transforms.parse.transform import parse

SENT = "2021-03-04T09:30:00+00:00"
INGESTED = 1_614_900_000_000_000

# How agencies of a language write; the last of each is one that the table does not know.
FORMS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Reuters", "{place}, March 3 (Reuters) - "),
        ("AP", "{place} (AP) — "),
        ("AFP", "{place}, March 3, 2021 (AFP) - "),
        ("Xinhua", "{place}, March 3 (Xinhua) -- "),
        ("UPI", "{place}, March 3 (UPI) -- "),
        ("Kyodo", "{place}, March 3 Kyodo - "),
        ("TASS", "{place}, March 3. /TASS/. "),
        ("Interfax", "{place}. March 3 (Interfax) - "),
        ("Yonhap", "By Kim Min-ji {place}, March 3 (Yonhap) -- "),
        ("PTI", "{place}, Mar 3 (PTI) "),
        ("PR Newswire", "{place}, March 3, 2021 /PRNewswire/ -- "),
        ("Business Wire", "{place}--(BUSINESS WIRE)--"),
        ("", "{place}, March 3 (Newport Wire) - "),
        ("", "{place}, March 3 - "),
    ),
    "de": (
        ("dpa", "{place} (dpa) - "),
        ("AFP", "{place}, 3. März (AFP) - "),
        ("APA", "{place} (APA/dpa) - "),
        ("sda", "{place} (sda) - "),
        ("SID", "{place} (SID) - "),
        ("epd", "{place} (epd). "),
        ("", "{place}, 3. März 2021 (nordfunk) - "),
    ),
    "fr": (
        ("AFP", "{place}, 3 mars 2021 (AFP) - "),
        ("ATS", "{place} (ats) - "),
        ("Belga", "{place} (Belga) - "),
        ("Xinhua", "{place}, 3 mars (Xinhua) -- "),
        ("La Presse Canadienne", "{place} — "),
        ("", "{place}, 3 mars (Agence Lagune) - "),
    ),
    "es": (
        ("EFE", "{place}, 3 mar (EFE).- "),
        ("Europa Press", "{place}, 3 Mar. (EUROPA PRESS) - "),
        ("AFP", "{place}, 3 Mar 2021 (AFP) - "),
        ("Xinhua", "{place}, 3 mar (Xinhua) -- "),
        ("Prensa Latina", "{place}, 3 mar (Prensa Latina) "),
        ("", "{place}, 3 de marzo (Agencia Ribera) - "),
    ),
    "pt": (
        ("Lusa", "{place}, 03 mar 2021 (Lusa) - "),
        ("AFP", "{place}, 3 Mar 2021 (AFP) - "),
        ("Agência Brasil", "{place}, 3 mar (Agência Brasil) - "),
        ("", "{place}, 3 de março (Agência Norte) - "),
    ),
    "it": (
        ("ANSA", "(ANSA) - {place}, 03 MAR - "),
        ("Adnkronos", "{place}, 3 mar. (Adnkronos) - "),
        ("AGI", "(AGI) - {place}, 3 mar. - "),
        ("", "{place}, 3 marzo (Agenzia Ponente) - "),
    ),
    "nl": (
        ("ANP", "{place} (ANP) - "),
        ("Belga", "{place} (BELGA) - "),
        ("", "{place}, 3 maart (Polderpers) - "),
    ),
    "sv": (("TT", "{place} (TT) - "), ("", "{place}, 3 mars (Nordnytt) - ")),
    "no": (("NTB", "{place} (NTB): "), ("", "{place}, 3. mars (Nordnytt) - ")),
    "da": (("Ritzau", "{place} /ritzau/ - "), ("", "{place}, 3. marts (Nordnyt) - ")),
    "fi": (("STT", "{place} (STT) - "), ("", "{place}, 3. maaliskuuta (Uutiset) - ")),
    "ru": (
        ("ТАСС", "{place}, 3 марта. /ТАСС/. "),
        ("Интерфакс", "{place}. 3 марта. ИНТЕРФАКС - "),
        ("РИА Новости", "{place}, 3 мар — РИА Новости. "),
        ("", "{place}, 3 марта (Волга-Пресс) - "),
    ),
    "zh": (
        ("新华社", "新华社{place}3月3日电（记者张三、李四）"),
        ("中新社", "中新社{place}3月3日电 "),
        ("中央社", "（中央社記者王小明{place}3日電）"),
    ),
    "ja": (("共同通信", "【{place}共同】"), ("時事通信", "【{place}時事】")),
    "ar": (
        ("واس", "{place} 3 مارس 2021 واس - "),
        ("أ ف ب", "{place}, 3-3-2021 (أ ف ب) - "),
        ("كونا", "{place} - 3 مارس (كونا) -- "),
        ("", "{place} 3 مارس (نبأ) - "),
    ),
}
LEADS = {
    "en": "The two sides agreed on Wednesday to build a second bridge across the river.",
    "de": "Die beiden Seiten haben sich am Mittwoch auf den Bau einer zweiten Brücke geeinigt.",
    "fr": "Les deux parties se sont mises d'accord mercredi pour construire un second pont.",
    "es": "Las dos partes acordaron este miércoles construir un segundo puente sobre el río.",
    "pt": "As duas partes acordaram esta quarta-feira construir uma segunda ponte sobre o rio.",
    "it": "Le due parti hanno deciso mercoledì di costruire un secondo ponte sul fiume.",
    "nl": "De twee partijen zijn het woensdag eens geworden over een tweede brug over de rivier.",
    "sv": "De båda parterna enades på onsdagen om att bygga en andra bro över älven.",
    "no": "De to partene ble onsdag enige om å bygge en ny bro over elva.",
    "da": "De to parter blev onsdag enige om at bygge en ny bro over åen.",
    "fi": "Osapuolet sopivat keskiviikkona toisen sillan rakentamisesta joen yli.",
    "ru": "Стороны договорились в среду построить второй мост через реку.",
    "zh": "双方周三同意在河上修建第二座大桥，工程将于明年春天开始。",
    "ja": "双方は水曜日、川に二つ目の橋を架けることで合意した。",
    "ar": "اتفق الجانبان يوم الأربعاء على بناء جسر ثان فوق النهر.",
}
MORE = {
    "en": "Work is to begin in spring and to take three years, officials said.",
    "de": "Die Arbeiten sollen im Frühjahr beginnen und drei Jahre dauern, teilten die Behörden mit.",
    "fr": "Les travaux doivent commencer au printemps et durer trois ans, selon les autorités.",
}


def whole(dateline: str, language: str, provider: str, *, marked: str | None = None) -> Item:
    """A story that begins with a dateline, or whose mark-up has it apart, from its bytes to the end.

    Args:
        dateline: text before the lead.
        language: BCP 47.
        provider: the agency as the item names it, empty where it names none.
        marked: dateline in the item's own mark-up.
    """
    lead = dateline + LEADS[language]
    record = {
        "uri": "urn:example:1",
        "type": "text",
        "language": language,
        "versioncreated": SENT,
        "headline": LEADS[language].rstrip(".。"),
        "body_text": f"{lead}\n\n{MORE.get(language, LEADS[language])}",
    }
    if provider:
        record["source"] = provider
    if marked:
        record["dateline"] = marked
    data = json.dumps(record, ensure_ascii=False).encode()
    raw = RawItem(source="item.json", data=data)
    (parsed,) = parse(raw)
    assert isinstance(parsed, ParsedItem)
    return normalize(parsed, ingested_at=INGESTED)
