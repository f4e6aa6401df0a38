"""What deploy/ says is what the code and the published schemas say: names, ports, options, images."""

from __future__ import annotations

import configparser
import importlib.resources
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import promql_parser
import pytest
import typer
import yaml
from typer.core import TyperGroup

from pipeline import executable, flink, worker_pool
from pipeline.cli import app
from pipeline.metrics import Metrics

TOP = Path(__file__).resolve().parents[2]
DEPLOY = TOP / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KUBERNETES = "1.33"
METRICS_PORT = 9108
USER = 9999
SERVED = {
    f"{family.name}{suffix}"
    for family in Metrics().registry.collect()
    for suffix in ("", "_total", "_bucket")
}


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def containers() -> list[dict[str, Any]]:
    found = [one for path in MANIFESTS for document in documents(path) for one in walk(document)]
    return [one for one in found if str(one.get("image", "")).startswith("wirebeam:")]


def commands() -> list[list[str]]:
    """Every command line of Wirebeam that a file in deploy/ has."""
    found = [list(one["args"]) for one in containers()]
    compose = documents(DEPLOY / "compose.yaml")[0]
    for service in compose["services"].values():
        if str(service.get("image", "")).startswith("wirebeam:"):
            found.append(list(service["command"]))
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("ExecStart="):
                words = shlex.split(line.partition("=")[2])
                assert words[0] == "/opt/wirebeam/venv/bin/wirebeam", path
                found.append(words[1:])
    return found


def options(command: str) -> set[str]:
    """The options that a command of Wirebeam has."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    known = group.commands[command]
    return {name for parameter in known.params for name in (*parameter.opts, *parameter.secondary_opts)}


def test_every_command_line_is_one_that_wirebeam_knows() -> None:
    found = commands()
    assert {words[0] for words in found} >= {"run", "stream", "compact", "verify", "worker-pool"}
    for words in found:
        ours = words[: words.index("--")] if "--" in words else words
        known = options(words[0])
        for word in ours[1:]:
            if word.startswith("-"):
                assert word.partition("=")[0] in known, words
        if "--runner=FlinkRunner" in ours:
            engine = ("--flink_master=http://", f"--{executable.OPTION}=/")
            assert any(word.startswith(engine) for word in words[len(ours) :]), words


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_knows_every_field(path: Path) -> None:
    for document in documents(path):
        if document["apiVersion"].split("/")[0] in ("flink.apache.org", "kustomize.config.k8s.io"):
            continue
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_a_wrong_field_would_be_seen() -> None:
    document = documents(DEPLOY / "kubernetes/stream.yaml")[0]
    document["spec"]["replica"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_compose_has_the_published_shape() -> None:
    schema = importlib.resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    compose = documents(DEPLOY / "compose.yaml")[0]
    jsonschema.validate(compose, json.loads(schema.read_text("utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**compose, "service": {}}, json.loads(schema.read_text("utf-8")))


def test_kustomization_lists_every_manifest() -> None:
    named = documents(DEPLOY / "kubernetes/kustomization.yaml")[0]["resources"]
    # One dataset has one stream: of two ways the second one is applied by itself.
    assert sorted([*named, "kustomization.yaml", "stream-flink.yaml"]) == [path.name for path in MANIFESTS]


def test_claims_services_and_volumes_are_those_that_exist() -> None:
    everything = [document for path in MANIFESTS for document in documents(path)]
    claims = {one["metadata"]["name"] for one in everything if one["kind"] == "PersistentVolumeClaim"}
    used = {one["claimName"] for document in everything for one in walk(document) if "claimName" in one}
    assert used == claims
    clusters = [one for one in everything if one["kind"] == "FlinkDeployment"]
    names = {one["metadata"]["name"] for one in clusters if "job" not in one["spec"]}
    text = (DEPLOY / "kubernetes/batch.yaml").read_text("utf-8")
    assert set(re.findall(r"http://(\S+)-rest:8081", text)) == names
    for document in everything:
        for spec in walk(document):
            if "containers" in spec:
                volumes = {volume["name"] for volume in spec.get("volumes", ())}
                for container in [*spec["containers"], *spec.get("initContainers", ())]:
                    assert {mount["name"] for mount in container.get("volumeMounts", ())} <= volumes


def test_one_stream_writes_a_dataset() -> None:
    deployment = documents(DEPLOY / "kubernetes/stream.yaml")[0]
    assert deployment["spec"]["replicas"] == 1
    assert deployment["spec"]["strategy"]["type"] == "Recreate"
    compose = documents(DEPLOY / "compose.yaml")[0]
    outputs = [word for words in commands() for word in words if word.startswith("--output=")]
    streams = [one for one in compose["services"].values() if one.get("command", [""])[0] == "stream"]
    assert len(streams) == 1
    assert "--output=/data/news" in outputs


def test_the_stream_on_flink_is_the_jar_that_its_pod_makes() -> None:
    """Application mode: the operator begins what `wirebeam stream` writes, with as many slots as it has readers."""
    (deployment,) = documents(DEPLOY / "kubernetes/stream-flink.yaml")
    spec, job = deployment["spec"], deployment["spec"]["job"]
    pod = spec["jobManager"]["podTemplate"]["spec"]
    (maker,) = pod["initContainers"]
    told = dict(word.removeprefix("--").partition("=")[::2] for word in maker["args"])
    assert job["jarURI"] == f"local://{told[executable.OPTION]}"
    assert job["entryClass"] == executable.CLASS
    mounts = {mount["name"]: mount["mountPath"] for mount in maker["volumeMounts"]}
    assert told[executable.OPTION].startswith(mounts["job"] + "/")
    (main,) = pod["containers"]
    assert {"name": "job", "mountPath": mounts["job"]} in main["volumeMounts"]
    slots = spec["flinkConfiguration"]["taskmanager.numberOfTaskSlots"]
    assert (told["parallelism"], told["sdk_worker_parallelism"]) == (str(job["parallelism"]), slots)
    assert (job["upgradeMode"], job["state"]) == ("savepoint", "running")
    workers = spec["taskManager"]["podTemplate"]["spec"]["containers"]
    assert [one["name"] for one in workers] == ["flink-main-container", "worker-pool"]
    # Where the jar looks for workers is beside each TaskManager.
    options, _ = executable.wanted([f"--{executable.OPTION}=x", f"--flink_job_server_jar={__file__}"], "name")
    assert options.get_all_options()["environment_config"] == f"localhost:{worker_pool.PORT}"
    folders = [value for key, value in spec["flinkConfiguration"].items() if "dir" in key.lower()]
    assert all(folder.startswith("file:///data/") for folder in folders)
    assert f"--metrics-port={METRICS_PORT}" in maker["args"]
    assert workers[1]["ports"] == [{"name": "metrics", "containerPort": METRICS_PORT}]
    stream = documents(DEPLOY / "kubernetes/stream.yaml")[0]["spec"]["template"]["spec"]["containers"][0]
    assert maker["args"][:3] == stream["args"][:3]  # the same topic into the same dataset


def test_pods_run_without_rights() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert f"USER {USER}:{USER}" in text
    for container in containers():
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}


def test_ports_and_paths_are_those_of_the_code() -> None:
    assert worker_pool.PORT == 50000  # where the pool listens and the options look, unless told otherwise
    deployment, service = documents(DEPLOY / "kubernetes/stream.yaml")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert f"--metrics-port={METRICS_PORT}" in container["args"]
    assert container["ports"] == [{"name": "metrics", "containerPort": METRICS_PORT}]
    assert service["spec"]["ports"][0]["port"] == METRICS_PORT
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(METRICS_PORT)
    stream = documents(DEPLOY / "compose.yaml")[0]["services"]["stream"]
    assert f"--metrics-port={METRICS_PORT}" in stream["command"]
    assert stream["ports"] == [f"127.0.0.1:{METRICS_PORT}:{METRICS_PORT}"]
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert f"{flink.JARS}=/opt/wirebeam/flink-jars" in dockerfile
    assert dockerfile.count("COPY --from=jars /opt/wirebeam/flink-jars /opt/wirebeam/flink-jars") == 2


def test_versions_are_those_that_are_locked() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    beam = re.search(r"^apache-beam==(\S+)", (TOP / "requirements/base.txt").read_text("utf-8"), re.M)
    assert beam
    assert f"ARG BEAM={beam[1]}" in dockerfile
    version = re.search(r'^version = "(.+)"', (TOP / "pyproject.toml").read_text("utf-8"), re.M)
    assert version
    assert {one["image"] for one in containers()} == {f"wirebeam:{version[1]}"}
    for extra in re.findall(r'EXTRAS="(.+)"', dockerfile)[0].split():
        assert (TOP / f"requirements/{extra}.txt").is_file()
    pom = (DEPLOY / "flink/flink-pom.xml").read_text("utf-8")
    minor = re.findall(r"beam-runners-flink-(\d+\.\d+)<", pom)
    assert f"FROM flink:{minor[0]}-java17" in dockerfile
    for name in ("flink.yaml", "stream-flink.yaml"):
        flink_version = documents(DEPLOY / "kubernetes" / name)[0]["spec"]["flinkVersion"]
        assert flink_version == f"v{minor[0].replace('.', '_')}"


def expressions() -> list[str]:
    rules = documents(DEPLOY / "monitoring/rules.yaml")[0]
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((DEPLOY / "monitoring/dashboard.json").read_text("utf-8"))
    return found + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_every_metric_asked_for_is_served() -> None:
    asked = set()
    for expression in expressions():
        promql_parser.parse(expression.replace("$instance", "x"))
        asked |= set(re.findall(r"\bwirebeam_\w+", expression))
    assert asked <= SERVED, asked - SERVED
    counters = {name.removesuffix("_total") for name in asked if name.endswith("_total")}
    assert {"wirebeam_items", "wirebeam_rejects", "wirebeam_failures"} <= counters


def test_alerts_say_what_to_do() -> None:
    rules = [
        rule for group in documents(DEPLOY / "monitoring/rules.yaml")[0]["groups"] for rule in group["rules"]
    ]
    for rule in rules:
        assert ("alert" in rule) != ("record" in rule)
        if "alert" in rule:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"]


def test_dashboard_panels_do_not_overlap_and_have_a_source() -> None:
    dashboard = json.loads((DEPLOY / "monitoring/dashboard.json").read_text("utf-8"))
    cells: set[tuple[int, int]] = set()
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells
        assert place["x"] + place["w"] <= 24
        cells |= own
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


class Unit(configparser.ConfigParser):
    """A unit file: names of options have capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").iterdir()), ids=lambda path: path.name)
def test_units_are_whole(path: Path) -> None:
    unit = Unit(strict=False, interpolation=None)
    unit.read(path)
    assert unit["Unit"]["Description"]
    if path.suffix == ".timer":
        assert path.with_suffix(".service").is_file()
        assert unit["Install"]["WantedBy"] == "timers.target"
    else:
        assert unit["Service"]["User"] == "wirebeam"
        assert unit["Service"]["ProtectSystem"] == "strict"


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_shell(path: Path) -> None:
    shell = path.read_text("utf-8").splitlines()[0].split("/")[-1].split()[-1]
    subprocess.run([shell, "-n", path], check=True)
    assert path.stat().st_mode & 0o111


@pytest.mark.parametrize(
    "words, program",
    [
        (["--id=1-1", "--provision_endpoint=localhost:1"], "/opt/apache/beam/boot"),
        (["stream", "/feed", "-o", "/data"], "/opt/wirebeam/venv/bin/wirebeam"),
        (["/bin/echo", "hello"], "/bin/echo"),
    ],
)
def test_one_image_is_worker_command_and_more(words: list[str], program: str) -> None:
    """The shell says which program it would become: most are not on this machine."""
    script = (DEPLOY / "entrypoint.sh").read_text("utf-8").replace("exec ", "echo ")
    done = subprocess.run(
        ["sh", "-c", script, "entrypoint", *words], capture_output=True, text=True, check=True
    )
    given = words if program != words[0] else words[1:]
    assert done.stdout.split() == [program, *given]


def test_the_image_takes_only_what_is_needed() -> None:
    ignored = (TOP / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    for line in ignored:
        if line.startswith("!"):
            assert (TOP / line[1:]).exists(), line
    assert "!tests" not in ignored
