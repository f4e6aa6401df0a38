"""The manifest for Flink's Kubernetes operator, held to the schema that the operator installs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.brokers.jars import fetched, needs
from tests.engines.flink import DEPLOY

pytestmark = pytest.mark.engines
HERE = Path(__file__).resolve().parent


def closed(schema: Any) -> Any:
    """The schema with no fields allowed but those it names, where it names any."""
    if isinstance(schema, dict):
        made = {key: closed(value) for key, value in schema.items()}
        if "properties" in made and not made.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
        return made
    return [closed(one) for one in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    needs("java", "mvn")
    jars = fetched(HERE / "operator-pom.xml", HERE / "operator.sha256")
    with zipfile.ZipFile(next(jars.glob("*.jar"))) as jar:
        crd = yaml.safe_load(jar.read("META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml"))
    versions = {one["name"]: one["schema"]["openAPIV3Schema"] for one in crd["spec"]["versions"]}
    schema = closed(versions["v1beta1"])
    schema["properties"] |= {"apiVersion": {"const": "flink.apache.org/v1beta1"}, "kind": {}, "metadata": {}}
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", ["flink.yaml", "stream-flink.yaml"])
def test_the_operator_knows_every_field(validator: jsonschema.Draft202012Validator, name: str) -> None:
    manifest = yaml.safe_load((DEPLOY.parent / "kubernetes" / name).read_text("utf-8"))
    assert [error.message for error in validator.iter_errors(manifest)] == []


def test_a_wrong_field_would_be_seen(validator: jsonschema.Draft202012Validator) -> None:
    manifest = yaml.safe_load((DEPLOY.parent / "kubernetes/stream-flink.yaml").read_text("utf-8"))
    manifest["spec"]["job"]["upgradeMode"] = "sometimes"
    manifest["spec"]["taskManager"]["slots"] = 2
    manifest["spec"]["flinkVersion"] = "v0_1"
    assert len(list(validator.iter_errors(manifest))) == 3
