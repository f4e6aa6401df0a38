"""The flex templates: their parameters are the command line's options, and what they take is what it takes."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import typer
from typer.core import TyperGroup

from pipeline.cli import app

TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "deploy" / "dataflow"
FILES = {"run": "metadata.json", "stream": "metadata-stream.json"}
METADATA: dict[str, dict[str, Any]] = {
    command: json.loads((FOLDER / name).read_text("utf-8")) for command, name in FILES.items()
}
PARAMETERS = {
    command: {one["name"]: one for one in metadata["parameters"]} for command, metadata in METADATA.items()
}
EACH = [(command, name) for command, parameters in PARAMETERS.items() for name in parameters]
# What concerns the command itself, another source, or another place than the job.
ELSEWHERE = {
    "run": {"runner", "table", "catalog_uri", "strict", "as_json", "verbose"},
    "stream": {
        *("runner", "verbose", "log_format", "metrics_port", "metrics_host", "processes", "stop_when_idle"),
        *("max_bytes", "settle", "after", "done"),
    },
}
NAMES = {"inputs": "input", "sources": "source", "source_format": "format"}

# google.dataflow.v1beta3.TemplateMetadata
SHAPE = {
    "type": "object",
    "required": ["name", "parameters"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "streaming": {"type": "boolean"},
        "supportsAtLeastOnce": {"type": "boolean"},
        "supportsExactlyOnce": {"type": "boolean"},
        "defaultStreamingMode": {"enum": ["UNSPECIFIED", "EXACTLY_ONCE", "AT_LEAST_ONCE"]},
        "parameters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "label", "helpText", "isOptional", "regexes"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                    "label": {"type": "string", "minLength": 3},
                    "helpText": {"type": "string", "minLength": 20},
                    "isOptional": {"type": "boolean"},
                    "regexes": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "regex"},
                    },
                    "defaultValue": {"type": "string"},
                },
            },
        },
    },
}


def launcher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("launch", FOLDER / "launch.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options(command: str) -> dict[str, Any]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return {one.name: one for one in group.commands[command].params if one.name}


@pytest.mark.parametrize("command", FILES)
def test_metadata_has_the_published_shape(command: str) -> None:
    jsonschema.validate(METADATA[command], SHAPE)
    assert METADATA[command]["streaming"] is (command == "stream")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**METADATA[command], "parameter": []}, SHAPE)


@pytest.mark.parametrize("command", FILES)
def test_parameters_are_the_options_of_the_command(command: str) -> None:
    told, elsewhere, parameters = options(command), ELSEWHERE[command], PARAMETERS[command]
    assert elsewhere <= set(told)
    wanted = {NAMES.get(name, name) for name in told if name not in elsewhere}
    assert set(parameters) == wanted | {"sdk_container_image"}
    for name, option in told.items():
        if name in elsewhere:
            continue
        parameter = parameters[NAMES.get(name, name)]
        assert parameter["isOptional"] is not option.required, name
        assert parameter.get("defaultValue") == (None if option.default is None else str(option.default)), (
            name
        )


@pytest.mark.parametrize(("command", "name"), EACH)
def test_a_default_is_one_that_is_allowed(command: str, name: str) -> None:
    parameter = PARAMETERS[command][name]
    for regex in parameter["regexes"]:
        assert not re.fullmatch(regex, "")
        if "defaultValue" in parameter:
            assert re.fullmatch(regex, parameter["defaultValue"])


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("input", "gs://wires/feed/**/*.xml", True),
        ("input", "gs://wires/a s3://wires/b.zip", True),
        ("input", "/srv/feed", False),
        ("output", "gs://wires/news", True),
        ("output", "gs://wires", False),
        ("output", "/data/news", False),
        ("horizon", "1d12h", True),
        ("horizon", "soon", False),
        ("partition_by", "month,provider", True),
        ("partition_by", "city", False),
        ("ner_model", "de=my_german_model", True),
        ("ner_model", "my_german_model", False),
        ("max_item_bytes", "0", False),
        ("sdk_container_image", "europe-docker.pkg.dev/wires/images/wirebeam:0.1.0", True),
        ("sdk_container_image", "wirebeam; rm", False),
        ("source", "kafka://broker-1:9093,broker-2:9093/wire", True),
        ("source", "kafka://broker:9092/wire,sport kafka://other:9092/wire", True),
        ("source", "kafka://broker:9092", False),
        ("source", "pubsub://news-project/wire-sub", True),
        ("source", "pubsub://news-project/wire-sub kafka://broker:9092/wire", True),
        ("source", "pubsub://news-project", False),
        ("source", "https://feeds.example.com/world.xml", False),
        ("feeds", "/opt/wirebeam/feeds.toml", True),
        ("feeds", "gs://wires/feeds.toml", False),
        ("every", "0.5", True),
        ("every", "2s", False),
        ("silence", "15m", True),
        ("merge_files", "-1", False),
    ],
)
def test_values_are_validated(name: str, value: str, good: bool) -> None:
    for parameters in PARAMETERS.values():
        if name in parameters:
            assert all(bool(re.fullmatch(regex, value)) is good for regex in parameters[name]["regexes"])


def launched(launch: Any, given: list[str], command: str) -> tuple[list[str], list[str]]:
    """Wirebeam's arguments, all of them known to it, and Beam's."""
    made = launch.command(given, launch.parameters(METADATA[command]), "registry/wirebeam:1")
    cut = made.index("--")
    ours, beams = made[:cut], made[cut + 1 :]
    known = {name for option in options(command).values() for name in option.opts}
    assert {word.partition("=")[0] for word in ours if word.startswith("--")} <= known
    return ours, beams


def test_the_launcher_makes_a_command_line_that_wirebeam_takes() -> None:
    launch = launcher()
    given = [
        "--input=gs://wires/a/** gs://wires/b.zip",
        "--output=gs://wires/news",
        "--partition_by=month",
        "--provider=",
        "--ner=off",
        "--runner=DataflowRunner",
        "--project=wires",
        "--region",
        "europe-west1",
        "--no_use_public_ips",
        "--template_location=gs://wires/jobs/1",
    ]
    assert launch.template(given) == FOLDER / FILES["run"]
    ours, beams = launched(launch, given, "run")
    assert ours[:3] == ["run", "gs://wires/a/**", "gs://wires/b.zip"]
    assert sorted(ours[3:]) == [
        "--ner=off",
        "--output=gs://wires/news",
        "--partition-by=month",
        "--runner=DataflowRunner",
    ]
    assert sorted(beams) == [
        "--no_use_public_ips",
        "--project=wires",
        "--region=europe-west1",
        "--sdk_container_image=registry/wirebeam:1",
        "--template_location=gs://wires/jobs/1",
    ]
    other = launch.command(
        ["--sdk_container_image=other/wirebeam:2"], launch.parameters(METADATA["run"]), "one:1"
    )
    assert other[-1] == "--sdk_container_image=other/wirebeam:2"


def test_the_launcher_of_the_other_template_makes_a_stream() -> None:
    launch = launcher()
    given = [
        "--source=kafka://broker:9092/wire kafka://other:9092/sport",
        "--output=gs://wires/news",
        "--max_items=2000",
        "--feeds=",
        "--num_workers=2",
        "--streaming",
        "--template_location=gs://wires/jobs/1",
    ]
    assert launch.template(given) == FOLDER / FILES["stream"]
    ours, beams = launched(launch, given, "stream")
    assert ours[:3] == ["stream", "kafka://broker:9092/wire", "kafka://other:9092/sport"]
    assert sorted(ours[3:]) == ["--max-items=2000", "--output=gs://wires/news", "--runner=DataflowRunner"]
    assert sorted(beams) == [
        "--num_workers=2",
        "--sdk_container_image=registry/wirebeam:1",
        "--streaming",
        "--template_location=gs://wires/jobs/1",
    ]


def test_one_image_launches_and_works() -> None:
    dockerfile = (TOP / "deploy/Dockerfile").read_text("utf-8")
    stage = dockerfile.partition("FROM wirebeam AS dataflow\n")[2].partition("\nFROM ")[0]
    program = "/opt/google/dataflow/python_template_launcher"
    assert f"COPY --from=launcher {program} {program}" in stage
    assert "FLEX_TEMPLATE_PYTHON_PY_FILE=/opt/wirebeam/dataflow/launch.py" in stage
    assert f"{launcher().IMAGE}=${{IMAGE}}" in stage
    assert f'CMD ["{program}"]' in stage  # the entry point starts any program by its path, and Beam's boot
    assert dockerfile.rstrip().endswith("\nFROM wirebeam")  # without a target it is the image of before
    build = (FOLDER / "build.sh").read_text("utf-8")
    assert "--target dataflow" in build
    for name in FILES.values():
        assert f"deploy/dataflow/{name} " in stage
        assert f"--metadata-file deploy/dataflow/{name}\n" in build
    assert "kafka" in build.partition("EXTRAS:-")[2].partition("}")[0]  # the stream's source
