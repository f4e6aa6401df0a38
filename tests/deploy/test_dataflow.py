"""The flex template: its parameters are the command line's options, and what they take is what it takes."""

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

from pipeline.cli import app

TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "deploy" / "dataflow"
METADATA: dict[str, Any] = json.loads((FOLDER / "metadata.json").read_text("utf-8"))
PARAMETERS = {one["name"]: one for one in METADATA["parameters"]}
# What concerns the command itself, or another place than the job.
ELSEWHERE = {"runner", "table", "catalog_uri", "strict", "as_json", "verbose"}
NAMES = {"inputs": "input", "source_format": "format"}

# google.dataflow.v1beta3.TemplateMetadata
SHAPE = {
    "type": "object",
    "required": ["name", "parameters"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "streaming": {"type": "boolean"},
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


def options() -> dict[str, Any]:
    group = typer.main.get_command(app)
    return {one.name: one for one in group.commands["run"].params}  # type: ignore[attr-defined]


def test_metadata_has_the_published_shape() -> None:
    jsonschema.validate(METADATA, SHAPE)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**METADATA, "parameter": []}, SHAPE)


def test_parameters_are_the_options_of_run() -> None:
    wanted = {NAMES.get(name, name) for name in options() if name not in ELSEWHERE}
    assert set(PARAMETERS) == wanted | {"sdk_container_image"}
    for name, option in options().items():
        if name in ELSEWHERE:
            continue
        parameter = PARAMETERS[NAMES.get(name, name)]
        assert parameter["isOptional"] is not option.required, name
        assert parameter.get("defaultValue") == (None if option.default is None else str(option.default)), (
            name
        )


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_default_is_one_that_is_allowed(name: str) -> None:
    parameter = PARAMETERS[name]
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
    ],
)
def test_values_are_validated(name: str, value: str, good: bool) -> None:
    assert all(bool(re.fullmatch(regex, value)) is good for regex in PARAMETERS[name]["regexes"])


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
    made = launch.command(given, launch.parameters(METADATA), "registry/wirebeam:1")
    cut = made.index("--")
    ours, beams = made[:cut], made[cut + 1 :]
    assert ours[:3] == ["run", "gs://wires/a/**", "gs://wires/b.zip"]
    assert sorted(ours[3:]) == [
        "--ner=off",
        "--output=gs://wires/news",
        "--partition-by=month",
        "--runner=DataflowRunner",
    ]
    known = {name for option in options().values() for name in option.opts}
    assert {word.partition("=")[0] for word in ours if word.startswith("--")} <= known
    assert sorted(beams) == [
        "--no_use_public_ips",
        "--project=wires",
        "--region=europe-west1",
        "--sdk_container_image=registry/wirebeam:1",
        "--template_location=gs://wires/jobs/1",
    ]
    other = launch.command(["--sdk_container_image=other/wirebeam:2"], launch.parameters(METADATA), "one:1")
    assert other[-1] == "--sdk_container_image=other/wirebeam:2"


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
    assert "--metadata-file deploy/dataflow/metadata.json" in build
