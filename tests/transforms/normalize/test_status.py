"""May it be used?"""

import pytest

from transforms.normalize import status


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("stat:usable", "usable"),
        ("Usable", "usable"),
        ("embargoed", "usable"),
        (None, "usable"),
        ("odd", "usable"),
        ("stat:withheld", "withheld"),
        ("Hold", "withheld"),
        ("stat:canceled", "canceled"),
        ("CANCELLED", "canceled"),
        ("http://cv.iptc.org/newscodes/pubstatusg2:canceled", "canceled"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/withheld", "withheld"),
        ("KILL", "canceled"),
    ],
)
def test_the_mark_ups_word(said: str | None, found: str) -> None:
    assert status.read(said, (), "Minister resigns", ("A minister resigned.",)) == found


def test_a_cancelling_signal_counts() -> None:
    assert status.read(None, ("sig:cancel",), None, ()) == "canceled"


@pytest.mark.parametrize(
    ("headline", "first", "found"),
    [
        ("KILL-Minister resigns", "", "canceled"),
        ("STORY WITHDRAWN: minister", "", "canceled"),
        ("MANDATORY KILL", "", "canceled"),
        ("MANDATORY KILL Minister resigns", "", "canceled"),
        ("KILL KILL KILL", "", "canceled"),
        ("ACHTUNG STORNO: Minister", "", "canceled"),
        ("Annulation de la dépêche Ministre", "", "canceled"),
        ("Attention: Ministre", "", "usable"),
        ("BC-Minister", "Editors: Please kill BC-Minister. It is wrong.", "canceled"),
        ("Stornierung: Minister tritt zurück", "", "canceled"),
        ("ANNULE - le ministre", "", "canceled"),
        ("WITHHOLD", "", "withheld"),
        ("HOLD FOR RELEASE - budget", "", "withheld"),
        ("Minister", "Please kill the story headlined Minister, sent at 10:00 GMT.", "canceled"),
        ("Minister", "The story Minister resigns has been withdrawn.", "canceled"),
        ("Rebels kill five in raid", "Rebels killed five.", "usable"),
        ("KILLING FIELDS FILM WINS PRIZE", "A film won.", "usable"),
        ("Troops withdrawn from border", "Troops were withdrawn.", "usable"),
        ("Story of a withdrawn child", "A story.", "usable"),
        ("Hold the line, says coach", "Do not panic.", "usable"),
        ("Kill Bill actor returns", "He returned.", "usable"),
    ],
)
def test_words_of_the_text(headline: str, first: str, found: str) -> None:
    assert status.read(None, (), headline, (first,) if first else ()) == found
