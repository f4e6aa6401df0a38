"""Workers that lack something say so, before they read or write anything."""

from __future__ import annotations

import dataclasses
import pickle
import shutil
from pathlib import Path

import pytest

from pipeline.workers import Terms
from schemas.errors import WirebeamError


@pytest.fixture
def terms(tmp_path: Path, feed: Path) -> Terms:
    made = Terms.of(tmp_path / "news" / "_staging" / "run", [str(feed), str(tmp_path / "*.xml"), "gs://b/x"])
    assert made.inputs == (str(feed),)
    sent: Terms = pickle.loads(pickle.dumps(made))
    return sent


def test_a_worker_like_the_driver_passes(terms: Terms) -> None:
    terms.check()


def test_another_version_is_said(terms: Terms) -> None:
    older = tuple((name, "0.0" if name == "Beam" else version) for name, version in terms.versions)
    with pytest.raises(WirebeamError, match=r"runs Beam \d.*this command 0\.0.*worker-pool"):
        dataclasses.replace(terms, versions=older).check()


def test_an_output_out_of_sight_is_said(terms: Terms, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "news")
    with pytest.raises(WirebeamError, match=f"does not see the output at {tmp_path / 'news'}: mount it"):
        terms.check()
    assert not (tmp_path / "news").exists()


def test_an_input_out_of_sight_is_said(terms: Terms, tmp_path: Path) -> None:
    with pytest.raises(WirebeamError, match=f"does not see the input {tmp_path / 'gone'}"):
        dataclasses.replace(terms, inputs=(str(tmp_path / "gone"),)).check()


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WirebeamError, match="not a folder"):
        Terms.of(tmp_path / "file" / "_staging" / "run", [])
