"""`wirebeam stream`: the loop, as a process that is started, told and stopped by signals."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import logging
import math
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import allocator, choices
from pipeline.progress import configure_logging
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipeline.continuous import ContinuousStream
    from pipeline.cycle import Feed
    from pipeline.feeds import FeedConfig
    from pipeline.options import Config
    from pipeline.repeated import Graph
    from pipeline.sinks.dataset import Dataset
    from pipeline.stream import Stream

streams = typer.Typer()

_LAST = 9.0  # seconds after which a stop no longer waits for the cycle at hand
_LAST_JOB = 120.0  # and for a job's savepoint and end


class LogFormat(StrEnum):
    """How events are logged."""

    TEXT = "text"
    JSON = "json"


class AfterCommit(StrEnum):
    """What becomes of a committed file: see `pipeline.sources.watch.After`."""

    LEAVE = "leave"
    MOVE = "move"
    DELETE = "delete"


@streams.command(
    epilog="Beam's own options follow `--`: `wirebeam stream ... --runner FlinkRunner -- --flink_master=...`."
    " With `--output_executable_path=FILE.jar` there, it writes the job as a jar for application mode."
)
def stream(
    output: choices.Output,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...",
            help="Folders, http(s)://, kafka://host/topic, pubsub://project/subscription.",
            show_default=False,
        ),
    ] = None,
    feeds: Annotated[
        Path | None, typer.Option(help="TOML file with a table a feed; read again on SIGHUP.")
    ] = None,
    every: Annotated[
        float, typer.Option(min=0.05, help="Seconds from one cycle to the next; fractions allowed.")
    ] = 2.0,
    max_items: Annotated[
        int, typer.Option(min=1, help="Files or messages a cycle; fewer where it would take too long.")
    ] = 4_000,
    max_bytes: Annotated[int, typer.Option(min=1, help="Bytes of files or messages a cycle.")] = 64 << 20,
    settle: Annotated[
        float,
        typer.Option(min=0, help="Seconds that a file must be unchanged, unless it is renamed into place."),
    ] = 0.5,
    after: Annotated[
        AfterCommit, typer.Option(help="What becomes of a file once it is committed.")
    ] = AfterCommit.LEAVE,
    done: Annotated[
        Path | None, typer.Option(help="Where `--after move` puts files; default: .done in their folder.")
    ] = None,
    silence: Annotated[
        str | None, typer.Option(help="Raise an alarm where a source says nothing for so long: 15m, 2h.")
    ] = None,
    stop_when_idle: Annotated[
        str | None, typer.Option(help="Stop when nothing came for so long: 30s, 5m.")
    ] = None,
    merge_files: Annotated[
        int, typer.Option(min=0, help="Small files of a partition that are merged into one; 0 for never.")
    ] = 16,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default=False,
            help="Processes that share large cycles, 250 MB each. Default: one a core, two at the most.",
        ),
    ] = None,
    runner: Annotated[
        str,
        typer.Option(
            help="Where it runs: FnApiRunner (here), or FlinkRunner: Kafka alone as one job that never ends, "
            "anything else by cycles, each a job; DataflowRunner: Kafka and Pub/Sub, sent, and not waited "
            "for; PrismRunner: Kafka alone, to try it on one machine."
        ),
    ] = "FnApiRunner",
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics (Prometheus) and /healthz there.")
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Address to serve metrics at.")] = "127.0.0.1",
    log_format: Annotated[LogFormat, typer.Option(help="How events are logged.")] = LogFormat.TEXT,
    provider: choices.Provider = None,
    source_format: choices.FormatName = None,
    ner: choices.Ner = "rules",
    ner_model: choices.NerModel = None,
    entities: choices.Entities = None,
    mediatopics: choices.Mediatopics = None,
    horizon: choices.Horizon = "72h",
    partition_by: choices.PartitionKeys = None,
    max_item_bytes: choices.MaxItemBytes = 32 << 20,
    max_members: choices.MaxMembers = 100_000,
    max_expansion: choices.MaxExpansion = 4 << 30,
    max_nesting: choices.MaxNesting = 3,
    max_depth: choices.MaxDepth = 200,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log each cycle, and Beam's own warnings.")
    ] = False,
) -> None:
    """Follow sources into a dataset until stopped (SIGTERM, Ctrl-C): seconds behind the wire, each item once.

    Where it stands is kept in the dataset, with every commit: killed at any moment, it goes on where it was.
    """
    configure_logging()
    allocator.keep_steady()  # before Arrow is loaded
    from pipeline import (
        arguments,
        dataflow,
        detached_stream,
        executable,
        flink,
        flink_job,
        monitor,
        prism,
        signals,
    )
    from pipeline import feeds as feeds_file
    from pipeline.cycle import Listeners, Pace
    from pipeline.dispatch import Dispatched
    from pipeline.engine import Engine
    from pipeline.options import LOCAL, duration
    from pipeline.shared import SharedGraph, worth_while
    from pipeline.sinks.storage import location
    from pipeline.sources.settings import KafkaSettings, PubsubSettings, SettingError
    from pipeline.sources.watch import FolderSettings
    from pipeline.stream import Stream
    from transforms.enrich.enricher import enricher

    monitor.configure(log_format, verbose)
    folder = location(output)
    if not sources and feeds is None:
        raise UsageError("name a source, or a file of feeds with --feeds")
    seconds = duration(silence) / 1e6 if silence else None
    config = choices.configured(
        [*(sources or []), *([str(feeds)] if feeds else [])],
        output,
        ingested_at=None,
        now=dt.datetime.now(dt.UTC),
        provider=provider,
        source_format=source_format,
        ner=ner,
        ner_model=ner_model,
        entities=entities,
        mediatopics=mediatopics,
        horizon=horizon,
        partition_by=partition_by,
        max_item_bytes=max_item_bytes,
        max_members=max_members,
        max_expansion=max_expansion,
        max_nesting=max_nesting,
        max_depth=max_depth,
    )

    def wanted() -> list[FeedConfig]:
        found = []
        for source in sources or []:
            settings = feeds_file.settings_for(source)()
            if isinstance(settings, FolderSettings):
                settings = replace(settings, settle=settle, after=str(after), done=str(done or ""))
            found.append(feeds_file.FeedConfig(source, settings, seconds))
        return [*found, *(feeds_file.read(feeds) if feeds else [])]

    followed: dict[str, tuple[FeedConfig, Feed]] = {}

    def opened() -> list[Feed]:
        """The feeds as they are wanted now; one that is followed as it is wanted stays."""
        new: dict[str, tuple[FeedConfig, Feed]] = {}
        for one in wanted():
            before = followed.get(one.name)
            new[one.name] = (
                before if before and before[0] == one else (one, feeds_file.open_feed(one, folder))
            )
        followed.clear()
        followed.update(new)
        return [feed for _, feed in new.values()]

    kinds = {type(one.settings) for one in wanted()}
    kafka = kinds <= {KafkaSettings}
    standing = kafka and runner in (flink.RUNNER, prism.RUNNER)
    alone = runner == dataflow.RUNNER or executable.wanted_by(runner, arguments.beam_options)
    if not isinstance(folder, Path) and not standing and not alone:
        raise UsageError(
            f"{output}: this stream writes to a folder, where it keeps what it has seen; Kafka goes there, "
            "by --runner FlinkRunner or, as Pub/Sub, DataflowRunner; or `wirebeam run`, as often as a timer "
            "starts it"
        )
    if runner == prism.RUNNER and not kafka:
        raise UsageError("PrismRunner follows Kafka alone: leave --runner away for other sources")
    pace = Pace(
        every=every,
        items=max_items,
        bytes=max_bytes,
        merge=merge_files,
        idle=duration(stop_when_idle) / 1e6 if stop_when_idle else None,
    )
    making: Callable[[Config, Dataset], Graph] = functools.partial(
        SharedGraph, processes=processes or worth_while()
    )
    if runner != LOCAL and processes is not None:
        raise UsageError("--processes are of this machine: --runner brings its own workers")
    if alone:
        what, known = "a jar follows Kafka alone", kafka
        if runner == dataflow.RUNNER:
            what, known = "Dataflow follows Kafka and Pub/Sub alone", kinds <= {KafkaSettings, PubsubSettings}
        if not known or pace.idle is not None:
            raise UsageError(f"{what}, and never stops: leave other sources and stops away")
        enricher(config.tagging)  # a missing model is said here, too
        metrics_at = None if metrics_port is None else (metrics_host, metrics_port)
        if runner != dataflow.RUNNER:
            typer.echo(executable.write(config, wanted(), pace, metrics_at, arguments.beam_options))
            return
        if metrics_at is not None:
            raise UsageError("--metrics-port: Dataflow shows the job's counters itself: leave it away")
        typer.echo(detached_stream.submit(config, wanted(), pace, arguments.beam_options))
        return
    if standing:
        given = tuple(arguments.beam_options)
        options = flink_job.arguments(given)[0] if runner == flink.RUNNER else given
        Engine.of(runner, options, config.run_id)  # what is wrong is said before anything runs
    elif runner != LOCAL:
        # A job costs seconds, however small: as much as there is goes into one.
        pace = replace(pace, first=max_items, longest=math.inf)
        making = functools.partial(Dispatched, runner=runner, arguments=tuple(arguments.beam_options))
        Engine.of(runner, arguments.beam_options, config.run_id)  # what is wrong is said before anything runs
    elif arguments.beam_options:
        raise UsageError("options after `--` are an engine's: name it with --runner")
    enricher(config.tagging)  # a missing model is said before anything runs
    try:
        first = opened()
    except SettingError as error:
        raise UsageError(str(error)) from error
    log = monitor.Log()
    listeners = Listeners([log])
    with contextlib.ExitStack() as stack:
        if metrics_port is not None:
            from pipeline.metrics import Metrics, serve

            metrics = Metrics()
            listeners.all.append(metrics)
            stack.callback(serve(metrics, metrics_port, metrics_host))
        loop: Stream | ContinuousStream
        if standing:
            from pipeline.prism_job import PrismJob
            from pipeline.standing import standing_job

            on = flink_job.FlinkJob if runner == flink.RUNNER else PrismJob
            loop = standing_job(config, wanted, functools.partial(on, given), pace, listeners)
        else:
            loop = Stream(config, first, pace, listeners, graph=making)
        stop = threading.Event()
        stack.enter_context(signals.handled(loop, stop, opened, _LAST_JOB if standing else _LAST))
        stack.callback(log.summary)
        stack.callback(loop.close)
        loop.open()
        names = ", ".join(feed.name for feed in loop.feeds)
        monitor.say(logging.INFO, "started", f"following {names} into {output}", feeds=len(loop.feeds))
        if sys.stderr.isatty() and log_format is LogFormat.TEXT:
            listeners.all.append(stack.enter_context(monitor.StatusLine()))
        loop.run(stop)
        monitor.say(logging.INFO, "stopping", "stopping; what is committed stays")
