"""`make demo`: a day of sample traffic through the main job, then a look at the result."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "data" / "samples"
FOLDER = ROOT / "demo-output"
FEED, NEWS = FOLDER / "feed", FOLDER / "news"
FERRIES = "urn:newsdesk:client:20261123-0017"
QUESTION = """
SELECT dateline.places[1].country AS country, count(*) AS stories, min(headline) AS one_of_them
FROM latest GROUP BY country ORDER BY stories DESC, country LIMIT 8
"""


def lay_out(target: Path) -> None:
    """Copy the samples with the times at which they were received, which git does not keep."""
    shutil.copytree(SAMPLES, target, ignore=shutil.ignore_patterns("received.tsv"))
    for line in (SAMPLES / "received.tsv").read_text("utf-8").splitlines():
        name, received = line.split("\t")
        moment = dt.datetime.fromisoformat(received).timestamp()
        os.utime(target / name, (moment, moment))


def say(text: str) -> None:
    """A line between the steps."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)


def wirebeam(*arguments: str) -> None:
    """Run one command as a user would."""
    command = [str(Path(sys.executable).with_name("wirebeam")), *arguments]
    shown = [argument.replace(f"{ROOT}/", "") for argument in arguments]
    print("$ wirebeam " + " ".join(shlex.quote(" ".join(argument.split())) for argument in shown), flush=True)
    subprocess.run(command, check=True)


def main() -> None:
    """The demonstration."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    lay_out(FEED)
    files = sum(path.is_file() for path in FEED.rglob("*"))
    say(f"A day of raw wire traffic: {files} files in {FEED.relative_to(ROOT)}, some broken on purpose")
    wirebeam("run", str(FEED), "-o", str(NEWS))
    say("The same again: nothing is added")
    wirebeam("run", str(FEED), "-o", str(NEWS))
    say("What the dataset holds")
    wirebeam("show", str(NEWS))
    say("One story, with its update and its copy")
    wirebeam("show", str(NEWS), "--story", FERRIES)
    say("A question in SQL: which countries is the day's news from?")
    wirebeam("sql", str(NEWS), QUESTION)
    say("The promises, checked from the files")
    wirebeam("verify", str(NEWS))
    say(
        f"Now your own feed: .venv/bin/wirebeam run FOLDER -o OUTPUT    (this result: {NEWS.relative_to(ROOT)})"
    )


if __name__ == "__main__":
    main()
