"""Workers for an engine: a service beside each TaskManager that starts Python processes at its request.

Beam has such a pool (`--environment_type=EXTERNAL`), which starts a fresh interpreter for every stage of a
job: seconds of imports and tables each time, and workers that stop once they have printed 64 KiB to a pipe
that nobody reads. This one forks them from a process that has everything loaded.
"""

from __future__ import annotations

import logging
import multiprocessing
import multiprocessing.process
import os
import signal
import sys
import threading
from concurrent import futures

import grpc
from apache_beam.portability.api import beam_fn_api_pb2 as fn_api
from apache_beam.portability.api import beam_fn_api_pb2_grpc as fn_api_grpc

from schemas.errors import WirebeamError

PORT = 50000
_PATIENCE = 10.0  # seconds until a worker that was told to stop is killed
_PRELOADED = "pipeline.worker"
_LOGGER = logging.getLogger(__name__)


class WorkerPool(fn_api_grpc.BeamFnExternalWorkerPoolServicer):
    """Starts and stops workers as Beam's `BeamFnExternalWorkerPool` service asks for.

    Args:
        host: the address it listens on. Whoever reaches it runs code here: keep to the loopback or a pod.
        port: the port, 0 for any that is free.
        verbose: workers log all that Beam has to say.

    Attributes:
        address: `host:port`, for `--environment_config`.

    Raises:
        WirebeamError: when made: the port is taken.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = PORT, *, verbose: bool = False) -> None:
        self._verbose = verbose
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([_PRELOADED])
        self._workers: dict[str, multiprocessing.process.BaseProcess] = {}
        self._lock = threading.Lock()
        # Engines ping idle connections more often than gRPC likes by default.
        options = [("grpc.http2.max_pings_without_data", 0), ("grpc.http2.max_ping_strikes", 0)]
        self._server = grpc.server(futures.ThreadPoolExecutor(), options=[*options, ("grpc.so_reuseport", 0)])
        fn_api_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(self, self._server)
        try:
            bound = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError:
            bound = 0
        if not bound:
            raise WirebeamError(
                f"cannot listen on {host}:{port}: the port is taken, or the address not ours; choose --port"
            )
        self.address = f"{host}:{bound}"

    def StartWorker(
        self, request: fn_api.StartWorkerRequest, context: grpc.ServicerContext
    ) -> fn_api.StartWorkerResponse:
        """Start one worker, which connects to the engine by itself."""
        arguments = (request.control_endpoint.url, request.worker_id, self._verbose)
        worker = self._context.Process(target=_work, args=arguments, name=request.worker_id, daemon=True)
        try:
            worker.start()
        except OSError as error:
            return fn_api.StartWorkerResponse(error=f"no worker could be started: {error}")
        with self._lock:
            before = self._workers.pop(request.worker_id, None)
            self._workers[request.worker_id] = worker
            for name in [name for name, one in self._workers.items() if not one.is_alive()]:
                self._workers.pop(name).join()
        if before is not None:
            _end(before)
        _LOGGER.info("worker %s started as process %s", request.worker_id, worker.pid)
        return fn_api.StartWorkerResponse()

    def StopWorker(
        self, request: fn_api.StopWorkerRequest, context: grpc.ServicerContext
    ) -> fn_api.StopWorkerResponse:
        """Stop a worker; one that is not there is stopped already."""
        with self._lock:
            worker = self._workers.pop(request.worker_id, None)
        if worker is not None:
            _end(worker)
            _LOGGER.info("worker %s stopped", request.worker_id)
        return fn_api.StopWorkerResponse()

    def start(self) -> None:
        """Listen."""
        self._server.start()

    def stop(self) -> None:
        """Stop listening, and end every worker."""
        self._server.stop(None).wait()
        with self._lock:
            workers, self._workers = list(self._workers.values()), {}
        for worker in workers:
            _end(worker)

    def workers(self) -> int:
        """How many workers run."""
        with self._lock:
            return sum(worker.is_alive() for worker in self._workers.values())


def _end(worker: multiprocessing.process.BaseProcess) -> None:
    worker.terminate()
    worker.join(_PATIENCE)
    if worker.is_alive():
        worker.kill()
        worker.join()


def _work(control: str, worker_id: str, verbose: bool) -> None:
    """A worker: runs until the engine closes the connection."""
    from apache_beam.runners.worker.sdk_worker import SdkHarness

    from pipeline.progress import configure_logging

    configure_logging(verbose)
    signal.signal(signal.SIGTERM, _stopped)
    try:
        SdkHarness(control, worker_id=worker_id, data_buffer_time_limit_ms=-1).run()
    except (grpc.RpcError, grpc.FutureTimeoutError) as error:
        # The engine went away, or was killed: its next attempt asks for new workers.
        print(f"wirebeam: worker {worker_id} lost its engine at {control}: {error}", file=sys.stderr)
        sys.exit(1)
    finally:
        _let_go()


def _stopped(*_: object) -> None:
    _let_go()
    os._exit(0)


def _let_go() -> None:
    """A worker that commits leaves the dataset to the next one."""
    if "pipeline.tenure" in sys.modules:
        sys.modules["pipeline.tenure"].end_all()


def serve(host: str, port: int, *, verbose: bool = False) -> None:
    """Run a pool until SIGTERM or SIGINT, and end its workers with it.

    Raises:
        WirebeamError: the port is taken.
    """
    pool = WorkerPool(host, port, verbose=verbose)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    pool.start()
    print(f"wirebeam: workers for --environment_config={pool.address}", file=sys.stderr, flush=True)
    stopped.wait()
    pool.stop()
