# Two commands for everybody: `make demo` and `make test`. Each sets up .venv by itself.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := requirements/dev.txt

.PHONY: setup demo test test-engines test-prism test-gcs test-spark test-dataflow lint bench bench-queries dictionary bench-engines bench-stream bench-scale fuzz soak soak-flink lock clean

setup: $(READY)

$(READY): $(LOCK) pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

demo: setup
	$(BIN)/python -m tests.demo

test: setup lint
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

# Against a real Flink and a real broker, each of one worker's; needs Java 17 and Maven, and fetches pinned jars once.
# At most 8 minutes and 6 GB on two cores.
test-engines: setup
	$(BIN)/python -m pytest -q -m engines -n 2 --dist loadscope --durations=15

# The unbounded graph on Beam's Prism; builds it with Go (a minute or two, 66 MB in the cache), needs Java and Maven.
test-prism: setup
	$(BIN)/python -m tests.brokers.go prism
	$(BIN)/python -m pytest -q -m prism

# Google Cloud Storage, as fake-gcs-server plays it; builds that with Go (a minute or two, 700 MB of modules).
test-gcs: setup
	$(BIN)/python -m tests.brokers.go gcs
	$(BIN)/python -m pytest -q -m engines tests/pipeline/sinks/test_gcs.py

# Spark reads a dataset; needs Java 17, and installs the extra spark (400 MB).
test-spark: setup
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/spark.txt
	$(BIN)/python -m pytest -q -m spark

# A batch and a stream, described by Dataflow's own code, without credentials; installs the extra gcp (200 MB).
test-dataflow: setup
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/gcp.txt
	$(BIN)/python -m pytest -q -m dataflow

# The data dictionary, from the schema.
dictionary: setup
	$(BIN)/python -m schemas.dictionary

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A stream killed 200 times, compared with one batch; minutes. KAFKA=--kafka adds a broker (Java, Maven).
soak: setup
	$(BIN)/python -m tests.soak.run $(KAFKA)

# A stream as one job on a real Flink, from a real Kafka, killed in the middle; needs Java 17, Maven, ../shared.
# KILLS=none says how long items take instead; MODE=--application runs it as a jar, without a command.
KILLS ?= worker,taskmanager,broker
soak-flink: setup
	$(BIN)/python -m tests.soak.flink --kills $(KILLS) $(MODE)

# Latency, rate, idle cost of a stream; `--minutes 60` adds memory over time.
bench-stream: setup
	$(BIN)/python -m tests.benchmarks.stream

bench: setup
	$(BIN)/python -m tests.benchmarks.run

# Typical questions and the report on a million items; needs ../shared and 2 GB.
bench-queries: setup
	$(BIN)/python -m tests.benchmarks.queries

# A million items: half an hour of one core, 8 GB of disk; ITEMS=100000 for less.
bench-scale: setup
	$(BIN)/python -m tests.benchmarks.scale $(ITEMS)

bench-engines: setup
	$(BIN)/python -m tests.benchmarks.engines

# Mutated real files, sent the whole way; `make fuzz COUNT=1000 SEED=2` for fewer and others.
COUNT ?= 100000
SEED ?= 1
fuzz: setup
	$(BIN)/python -m tests.fuzz.run --count $(COUNT) --seed $(SEED)

# A new lock from pyproject.toml; needs uv, which only this target uses.
lock:
	uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes \
		pyproject.toml -o requirements/base.txt
	uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes \
		--extra dev -c requirements/base.txt pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes \
		--extra ner-en -c requirements/dev.txt pyproject.toml -o requirements/ner-en.txt
	for extra in kafka gcp s3 report iceberg spark; do uv pip compile --quiet --no-header --universal --python-version 3.11 \
		--generate-hashes --extra $$extra -c requirements/dev.txt pyproject.toml \
		-o requirements/$$extra.txt || exit 1; done
	printf 'setuptools>=77\nwheel>=0.45\n' | uv pip compile --quiet --no-header --universal \
		--python-version 3.11 --generate-hashes -c requirements/dev.txt - -o requirements/build.txt

clean:
	rm -rf $(VENV) build dist *.egg-info demo-output .mypy_cache .ruff_cache .pytest_cache
