"""What engines say when they fail, and the one line that people get."""

from __future__ import annotations

import pytest

from pipeline.failure import explained
from schemas.errors import WirebeamError

_JAVA = "\n\tat org.apache.flink.runtime.taskmanager.Task.run(Task.java:566)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
_SDK = (
    "Pipeline job-1 failed in state FAILED: java.util.concurrent.ExecutionException: java.lang.RuntimeException: "
    "Error received from SDK harness for instruction 3: Traceback (most recent call last):\n"
    '  File "sdk_worker.py", line 1, in _execute\n    response = task()\n'
)


@pytest.mark.parametrize(
    "raised, expected",
    [
        (
            _SDK
            + "schemas.errors.WirebeamError: /out/_staging: permission denied [while running 'Write']\n"
            + _JAVA,
            ["/out/_staging: permission denied", "nothing was committed"],
        ),
        (
            _SDK + "ModuleNotFoundError: No module named 'pipeline'\n" + _JAVA,
            ["no module pipeline", "worker-pool"],
        ),
        (
            _SDK + "AttributeError: Can't get attribute '_Read' on <module 'pipeline'>\n" + _JAVA,
            ["another version", "_Read"],
        ),
        (
            "StatusRuntimeException: UNAVAILABLE: io exception\nCaused by: finishConnect(..) failed: Connection "
            "refused: localhost/127.0.0.1:50000" + _JAVA,
            ["localhost/127.0.0.1:50000", "worker-pool", "--environment_config"],
        ),
        (
            "java.lang.ClassNotFoundException: org.apache.beam.runners.flink.FlinkPipelineRunner" + _JAVA,
            ["org.apache.beam.runners.flink.FlinkPipelineRunner", "same path"],
        ),
        (
            "NoResourceAvailableException: Could not acquire the minimum required resources." + _JAVA,
            ["free task slots", "--parallelism"],
        ),
        (
            "java.io.IOException: Insufficient number of network buffers: required 512, but only 491" + _JAVA,
            ["taskmanager.memory.network.min"],
        ),
        (
            _SDK + "ValueError: a bug of ours\nof two lines\n" + _JAVA,
            ["ValueError: a bug of ours", "--verbose"],
        ),
        ("something nobody has seen" + _JAVA, ["RuntimeError: something nobody has seen"]),
        ("", ["RuntimeError"]),
    ],
)
def test_one_line_says_what_to_do(raised: str, expected: list[str]) -> None:
    message = str(explained(RuntimeError(raised)))
    assert "\n" not in message
    assert len(message) < 400
    for part in expected:
        assert part in message


def test_our_own_errors_pass_as_they_are() -> None:
    error = explained(
        WirebeamError("/data/x: no space left [while running 'StageItems/ParDo(_StageItems)-ptransform-9']")
    )
    assert str(error) == "/data/x: no space left"
