"""Bytes to text: marks, declarations that lie, undeclared charsets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from transforms.parse import charset, encoding

GERMAN = "Die Fähre fährt täglich – größer als früher – zu 5 € über die Ostsee."
SAMPLES = {
    "cp1251": "МОСКВА, 24 ноября. Паромная линия открыта между двумя портами, сообщили в министерстве.",
    "koi8-r": "МОСКВА, 24 ноября. Паромная линия открыта между двумя портами, сообщили в министерстве.",
    "cp866": "МОСКВА, 24 ноября. Паромная линия открыта между двумя портами, сообщили в министерстве.",
    "cp1253": "Η γραμμή του πορθμείου άνοιξε ανάμεσα στα δύο λιμάνια, ανακοίνωσε το υπουργείο.",
    "cp1255": "קו מעבורת חדש נפתח בין שני הנמלים, כך הודיע משרד התחבורה ביום שלישי.",
    "cp1256": "افتتح خط العبارات الجديد بين الميناءين يوم الثلاثاء، حسبما أعلنت وزارة النقل.",
    "cp874": "เรือข้ามฟากสายใหม่เปิดให้บริการระหว่างสองท่าเรือเมื่อวันอังคาร",
    "euc_kr": "두 항구를 잇는 새 여객선 노선이 화요일에 열렸다고 교통부가 밝혔다.",
    "shift_jis": "二つの港を結ぶ新しいフェリー航路が火曜日に開設されたと運輸省が発表した。",
    "euc_jp": "二つの港を結ぶ新しいフェリー航路が火曜日に開設されたと運輸省が発表した。",
    "gb18030": "两港之间的新渡轮航线24日开通,交通部门的人士说,这是第三条航线。",
    "big5": "兩港之間的新渡輪航線今天開通,交通部的人士說,這是第三條航線,將在明年一月擴大。",
}


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8"])
def test_marks_and_wide_encodings(name: str) -> None:
    decoded = encoding.decode(GERMAN.encode(name))
    assert decoded.text == GERMAN
    assert decoded.warnings == ()


@pytest.mark.parametrize(
    ("said", "real", "warnings"),
    [
        ("ISO-8859-1", "utf-8", ("encoding_repaired",)),
        ("UTF-8", "cp1252", ("encoding_repaired",)),
        ("ISO-8859-1", "cp1252", ()),
        ("windows-1252", "cp1252", ()),
        ("UTF-8", "utf-8", ()),
        ("no-such-charset", "utf-8", ()),
    ],
)
def test_a_declaration_is_checked(said: str, real: str, warnings: tuple[str, ...]) -> None:
    data = f'<?xml version="1.0" encoding="{said}"?><a>{GERMAN}</a>'.encode(real)
    decoded = encoding.decode(data)
    assert GERMAN in decoded.text
    assert decoded.warnings == warnings


@pytest.mark.parametrize("name", ["iso8859-2", "koi8-r", "shift_jis"])
def test_a_declaration_that_holds_is_followed(name: str) -> None:
    text = {"iso8859-2": "Prom pływa przez Bałtyk", "koi8-r": "Паром", "shift_jis": "フェリー航路"}[name]
    decoded = encoding.decode(f'<?xml version="1.0" encoding="{name}"?><a>{text}</a>'.encode(name))
    assert text in decoded.text
    assert decoded.encoding == name


def test_undeclared_western_text_is_cp1252() -> None:
    decoded = encoding.decode(GERMAN.encode("cp1252"))
    assert (decoded.text, decoded.encoding) == (GERMAN, "cp1252")
    assert decoded.warnings == ("encoding_guessed",)


@pytest.mark.parametrize(("name", "text"), SAMPLES.items())
def test_undeclared_charsets_of_other_scripts(name: str, text: str) -> None:
    decoded = encoding.decode(text.encode(name))
    assert (decoded.encoding, decoded.text) == (name, text)
    assert decoded.warnings == ("encoding_guessed",)
    # The head for the sniffer may end inside a character.
    assert encoding.decode_head(text.encode(name)[:-1]).startswith(text[:20])


def test_bytes_that_cp1252_lacks_are_kept() -> None:
    assert encoding.decode(b"Abc \x81\x8d\x8f\x90\x9d").encoding == "latin-1"


def test_a_mark_that_is_not_kept_is_broken() -> None:
    with pytest.raises(ItemError) as caught:
        encoding.decode(b"\xff\xfea\xd8a\xd8x")
    assert caught.value.code is Code.ENCODING_BROKEN


def test_too_little_is_no_ground_for_a_guess() -> None:
    assert charset.guess("Паром".encode("cp1251")) is None
    assert charset.guess(GERMAN.encode("cp1252")) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_an_item_error(data: bytes) -> None:
    head = encoding.decode_head(data)
    assert head.encode().decode() == head
    try:
        decoded = encoding.decode(data)
    except ItemError as error:
        code = error.code
        assert code is Code.ENCODING_BROKEN
    else:
        assert decoded.text.encode().decode() == decoded.text, "no half of a surrogate pair"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_utf8_comes_back(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    if data.startswith((b"\xef\xbb\xbf",)) or (len(data) >= 4 and b"\x00" in data[:4]):
        return
    assert encoding.decode(data).text == data.decode()


@pytest.mark.parametrize("said", ["UTF-8", "ISO-8859-1", None])
def test_a_few_wrong_bytes_do_not_spoil_the_rest(said: str | None) -> None:
    head = f'<?xml version="1.0" encoding="{said}"?>' if said else ""
    data = f"{head}<a>{GERMAN}".encode() + "für".encode("latin-1") + b"\x81</a>"
    decoded = encoding.decode(data)
    assert decoded.text == f"{head}<a>{GERMAN}für</a>"
    assert (decoded.encoding, decoded.warnings) == ("utf-8", ("encoding_repaired",))


def test_latin_1_with_a_sequence_that_could_be_utf_8_is_latin_1() -> None:
    text = "Ã¤ é è ü ö ß"
    assert encoding.decode(text.encode("cp1252")).text == text
