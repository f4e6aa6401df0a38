"""Prism, Beam's own small engine: where its program is, and the options that keep jobs out of trouble.

Every option set here is a default: what the user writes after `--` stands.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import apache_beam

from schemas.errors import UsageError, WirebeamError

RUNNER = "PrismRunner"
LOCATION = "prism_location"
INSTALL = f"go install github.com/apache/beam/sdks/v2/go/cmd/prism@v{apache_beam.__version__}"
_DEFAULTS = {
    # Seconds after which Beam's client gives a job up, whatever it is at; 300 by default.
    "job_server_timeout": "1000000",
    "prism_log_level": "warn",
}


def binary(given: Mapping[str, str]) -> str:
    """Path of Prism: what the user named, else `prism` on the PATH or where Go installs.

    Args:
        given: the user's options by their names, without dashes.

    Raises:
        UsageError: an address is named: that would be fetched.
        WirebeamError: there is no such file. Nothing is fetched at run time.
    """
    told = given.get(LOCATION, "")
    if "://" in told:
        raise UsageError(f"--{LOCATION}: name a file of this machine, which `{INSTALL}` makes")
    go = os.environ.get("GOBIN") or str(Path(os.environ.get("GOPATH") or Path.home() / "go") / "bin")
    found = told or shutil.which("prism") or shutil.which("prism", path=go)
    if not found or not Path(found).is_file():
        what = f"{told}: no such file" if told else f"no prism on the PATH or in {go}"
        raise WirebeamError(f"{what}: get it by `{INSTALL}`, or name it with -- --{LOCATION}=PATH")
    return str(Path(found).absolute())


def defaults(given: Mapping[str, str]) -> list[str]:
    """The options that the user has not set.

    Raises:
        UsageError, WirebeamError: as `binary`.
    """
    path = binary(given)
    ours = [] if LOCATION in given else [f"--{LOCATION}={path}"]
    ours += [f"--{name}={value}" for name, value in _DEFAULTS.items() if name not in given]
    # Prism splits what a reader is at whenever it is slow, and Beam 2.77's Python counts the bytes behind the
    # element at hand as a mean of none then: "cannot convert float NaN to integer", and the job has failed.
    return [*ours, "--experiments=prism_disable_sdf_split"]
