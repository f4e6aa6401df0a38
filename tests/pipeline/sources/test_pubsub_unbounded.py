"""Beam's own Pub/Sub source: what it hands over, and the way from a server that speaks Google's gRPC to rows."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import apache_beam as beam
import duckdb
import pytest
from apache_beam.io.gcp.pubsub import PubsubMessage
from apache_beam.options.pipeline_options import PipelineOptions
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coverage import QUEUE, origin
from pipeline.cycle import Pace
from pipeline.feeds import FeedConfig
from pipeline.options import Config
from pipeline.sinks.storage import location
from pipeline.sources.pubsub_unbounded import ReadSubscription, received
from pipeline.sources.settings import PubsubSettings, SettingError
from pipeline.tenure import Application, Tenure
from pipeline.unbounded import stages
from pipeline.verify import verify
from pipeline.workers import Terms
from schemas.raw import Attribute
from tests.brokers.pubsub import FakePubsub

URI = "pubsub://news-project/wire-sub"
DESK = PubsubSettings(name="desk", provider="upi", format="text")
AT = dt.datetime(2026, 11, 25, 10, 0, 1, 123456, tzinfo=dt.UTC)
SECONDS = 120.0


def test_attributes_times_and_the_feeds_word_are_kept() -> None:
    attributes = {"desk": "WLD", "Content-Type": "text/xml"}
    got = received(PubsubMessage(b"\xff no news", attributes, "17", AT, "slot"), URI, DESK)
    assert (got.job, got.feed, got.topic, got.number) == ("", "desk", "17", QUEUE)
    found = got.resource
    assert found is not None
    assert (found.uri, found.data, found.size, found.received_at) == (
        f"{URI}/17",
        b"\xff no news",
        9,
        1_795_600_801_123_456,
    )
    assert (found.provider, found.source_format, found.media_type) == ("upi", "text", "text/xml")
    assert found.attributes == (
        Attribute("pubsub.ordering_key", "slot"),
        Attribute("Content-Type", "text/xml"),
        Attribute("desk", "WLD"),
    )


texts = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
bodies = st.builds(
    PubsubMessage,
    st.binary(min_size=1, max_size=20),
    st.dictionaries(texts, texts, max_size=3),
    st.sampled_from(["", None]),
    st.sampled_from([AT, AT + dt.timedelta(seconds=1)]),
)


@given(bodies, bodies)
def test_messages_without_an_id_are_told_apart_by_what_they_hold(
    one: PubsubMessage, other: PubsubMessage
) -> None:
    """Else all of them would be taken for one, and all but the first be absorbed."""
    same = (one.data, one.attributes, one.publish_time) == (other.data, other.attributes, other.publish_time)
    first, second = received(one, URI, DESK), received(other, URI, DESK)
    assert (first.topic == second.topic) is same
    for message in (first, second):
        assert message.resource is not None
        assert origin(f"{message.resource.uri}!member.xml#2") == (message.topic, QUEUE, 0)


def test_a_server_other_than_googles_is_refused() -> None:
    with pytest.raises(SettingError, match="Google's Pub/Sub alone"):
        ReadSubscription(URI, PubsubSettings(endpoint="pubsub.example.com:443"))


def test_messages_become_rows_with_their_attributes_and_are_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beam's local runner of the kind that knows its Pub/Sub source, beside the committer of a real job."""
    server = FakePubsub(lease=600.0)  # what a slow machine is given once is given once
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{server.port}")
    for number in range(25):
        text = (
            f"Harvest report {number}\n\nROME, Nov 23 (ANSA) - Item {number} has {number * 7} words to say."
        )
        server.publish(text.encode(), desk=f"D{number}")
    server.publish(b"\x89PNG\r\n\x1a\n\0\0")
    settings = PubsubSettings(name="desk")
    feed = FeedConfig(URI, settings)
    config = Config(str(tmp_path / "news"), "run", None, (URI,))
    pipeline = beam.Pipeline(options=PipelineOptions(["--runner=BundleBasedDirectRunner", "--streaming"]))
    queues = [ReadSubscription(URI, settings)]
    stages(pipeline, config, [], location(config.output), Terms.of_versions(), queues=queues)
    running = pipeline.run()  # whoever comes first makes the dataset
    holder = Tenure(Application("job", config, (feed,), Pace(every=0.0, ceiling=0.05)))
    read, end = 0, time.monotonic() + SECONDS
    try:
        while read < 26 or len(server.acknowledged) < 26:
            assert time.monotonic() < end, f"{read} of 26, acknowledged {len(server.acknowledged)}"
            time.sleep(min(0.02, holder.turn()))
            while (cycle := holder.told()) is not None:
                read += cycle.counts["read"]
                assert {feed for feed, _, _ in cycle.account.items} == {"desk"}
    finally:
        running.cancel()
        holder.end()
        server.close()
    assert sorted(server.acknowledged, key=int) == [str(number) for number in range(1, 27)]
    assert verify(config.output) == []
    rows = duckdb.execute(
        f"SELECT source, dateline.places[1].name, attributes FROM '{config.output}/stories/**/*.parquet'"
    ).fetchall()
    assert sorted(source for source, _, _ in rows) == sorted(f"{URI}/{number}" for number in range(1, 26))
    assert {place for _, place, _ in rows} == {"Rome"}
    assert {f"D{number}" for number in range(25)} == {
        one["value"] for _, _, attributes in rows for one in attributes if one["name"] == "desk"
    }
    ((code,),) = duckdb.execute(f"SELECT code FROM '{config.output}/rejects/**/*.parquet'").fetchall()
    assert code == "format_unknown"
