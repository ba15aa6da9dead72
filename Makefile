# Everything a person or a machine does here, by name: `make` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
DIST ?= dist
export PATH := $(CURDIR)/$(BIN):$(PATH)
export TF_CPP_MIN_LOG_LEVEL ?= 3
export TF_ENABLE_ONEDNN_OPTS ?= 1

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# uv installs in seconds what takes pip minutes; where it cannot run, pip does the same. Bytecode is compiled once
# here: without it TensorFlow takes ten seconds to import, in each of ten stages, where Python may not write any
.venv/ready: requirements/dev.txt requirements/uv.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is missing. Install Python 3.11, or name one: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync -q --compile-bytecode --require-hashes --python $(BIN)/python requirements/dev.txt \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install -q --no-deps --no-build-isolation --python $(BIN)/python -e . \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: .venv/ready ## make .venv with everything, by hash

.PHONY: lock
lock: .venv/ready ## resolve pyproject.toml into requirements/ again
	uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra train --extra serve --extra server --extra s3 --extra ssh --extra gs --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-emit-package flatbuffers --no-emit-package packaging --no-emit-package protobuf --extra serve -c requirements/dev.txt pyproject.toml -o requirements/serve.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra server -c requirements/dev.txt pyproject.toml -o requirements/server.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra tensorboard --extra wandb -c requirements/dev.txt pyproject.toml -o requirements/loggers.txt
	python requirements/narrow.py requirements/dev.txt requirements/server.txt requirements/loggers.txt
	echo uv | uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -c requirements/dev.txt - -o requirements/uv.txt

.PHONY: demo
demo: .venv/ready ## the whole road on the default pictures: train, judge, register, serve, predict
	python -m tinysight.demo

.PHONY: params
params: .venv/ready ## compose conf/ into params.yaml
	tinysight params

.PHONY: serve
serve: .venv/ready ## the service with the production version on 127.0.0.1:8000
	tinysight registry sync
	TINYSIGHT_MODEL="$${TINYSIGHT_MODEL:-models:/$$(python -c 'import yaml; print(yaml.safe_load(open("params.yaml"))["register"]["name"])')@production}" \
	MLFLOW_TRACKING_URI="$${MLFLOW_TRACKING_URI:-sqlite:///$(CURDIR)/.tinysight/mlflow.db}" \
	TINYSIGHT_CACHE_DIR="$${TINYSIGHT_CACHE_DIR:-.tinysight/cache/serve}" exec python -m serve

.PHONY: ui
ui: .venv/ready ## MLflow's pages on 127.0.0.1:5000
	tinysight registry sync
	@case "$${MLFLOW_TRACKING_URI:-}" in http*) exec python -m tinysight.tracking.views "$$MLFLOW_TRACKING_URI";; esac; \
	python -m tinysight.tracking.views "http://127.0.0.1:$${PORT:-5000}"; \
	MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false exec mlflow ui --workers 1 \
	  --host 127.0.0.1 --port $${PORT:-5000} --artifacts-destination .tinysight/artifacts \
	  --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///$(CURDIR)/.tinysight/mlflow.db}"

.PHONY: retrain
retrain: .venv/ready ## what CI does on new data: pull, run, judge, push; releases nothing
	tinysight retrain --exit-zero

# BASE is the revision that the report says the changes since
.PHONY: ci-report
ci-report: .venv/ready ## the report on a retraining as Markdown: reports/retrain.md
	tinysight ci report --base "$${BASE:-}" --out reports/retrain.md

# these two need no package: the job that may write into the repository installs nothing, and runs no training;
# RESULTS is the folder that has its files, by default this one
.PHONY: ci-comment
ci-comment: ## write reports/retrain.md under the pull request of this job of GitHub's
	PYTHONPATH=src python3 -m tinysight.cli ci comment "$${RESULTS:-.}/reports/retrain.md"

.PHONY: ci-propose
ci-propose: ## push the new dvc.lock, and open a pull request with reports/retrain.md
	PYTHONPATH=src python3 -m tinysight.cli ci propose --lock "$${RESULTS:-.}/dvc.lock" \
	  --report "$${RESULTS:-.}/reports/retrain.md"

.PHONY: ci-promote
ci-promote: .venv/ready ## after a merge: release the version of the merged dvc.lock if the gate let it pass
	tinysight ci promote

.PHONY: ci-doctor
ci-doctor: .venv/ready ## what the workflows need and do not have here
	tinysight ci doctor

.PHONY: check
check: .venv/ready ## ruff, mypy, import-linter, and whether params.yaml is what conf/ composes to
	ruff check . && ruff format --check .
	mypy
	lint-imports --no-cache
	tinysight params --check

# What tests write need not survive a power cut: kept in memory, where there is room, it takes half the time
IN_MEMORY = $(shell [ -w /dev/shm ] && [ "$$(df -k --output=avail /dev/shm | tail -1)" -gt 8000000 ] && echo TMPDIR=/dev/shm)
# an image may tell Python to write no bytecode: then each process of tests would compile all tests again
QUICKLY = PYTHONDONTWRITEBYTECODE= $(IN_MEMORY)
# three processes for two cores: tests wait for services and disks for a fifth of their time
TESTERS ?= 3

.PHONY: test
test: .venv/ready ## the tests that take under 10 minutes in all
	$(QUICKLY) pytest -n $(TESTERS) --dist loadfile -m "not slow"

.PHONY: test-slow
test-slow: .venv/ready ## whole pipelines, kills, real servers, fresh clones: under 40 minutes
	$(QUICKLY) pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder -m slow

.PHONY: soak
soak: .venv/ready ## hundreds of kills at random moments, 100,000 broken pictures, 200,000 requests, 20,000 large pictures in 4 GB; by hand
	python -m tests.soak.soak_kills
	python -m tests.soak.soak_import
	python -m tests.soak.soak_following
	python -m tests.soak.soak_mutations
	python -m tests.soak.soak_service_memory
	python -m tests.soak.soak_small_machine
	python -m tests.soak.soak_register_kills
	python -m tests.soak.soak_rollback
	python -m tests.soak.soak_loop
	python -m tests.soak.soak_feedback
	python -m tests.soak.soak_challengers
	python -m tests.soak.soak_large_pictures

.PHONY: bench
bench: .venv/ready ## measure on this machine; writes docs/figures/
	python -m tests.bench.bench

.PHONY: bench-drift
bench-drift: .venv/ready ## 200 windows and streams of unchanged pictures and of each change, on two sets: what drift sees; by hand
	python -m tests.bench.bench drift

.PHONY: bench-digits
bench-digits: .venv/ready ## the whole pipeline on the digits: what README.md shows of it, with a picture; needs Chromium; by hand
	python -m tests.bench.bench digits

.PHONY: bench-fashion
bench-fashion: .venv/ready ## the whole pipeline on Fashion-MNIST: minutes and scores; by hand
	python -m tests.bench.bench fashion

.PHONY: bench-ingest
bench-ingest: .venv/ready ## ingest against Pillow alone, and its memory: 20,000 JPEGs, 2,000 16-bit PNGs; needs 5 GB in /tmp; by hand
	python -m tests.bench.bench ingest

.PHONY: bench-serving
bench-serving: .venv/ready ## the service, the same work without HTTP, Flask, BentoML, LitServe and FastAPI in turns; installs them; by hand
	python -m tests.bench.bench serving

.PHONY: bench-scoring
bench-scoring: .venv/ready ## many files at once against decoding and the model alone, and memory up to a million files; by hand
	python -m tests.bench.bench scoring

.PHONY: bench-start
bench-start: .venv/ready ## seconds from starting the service to its first correct answer, with a model on disk; by hand
	python -m tests.bench.bench start

.PHONY: bench-capture
bench-capture: .venv/ready ## throughput of the service while it keeps one picture in ten; by hand
	python -m tests.bench.bench capture

.PHONY: bench-planted
bench-planted: .venv/ready ## trouble planted in digits and clip art: how much of it is found; by hand
	python -m tests.bench.bench planted

.PHONY: bench-training
bench-training: .venv/ready ## candidates on data sets, three seeds, judged on val; ARGS=--final scores test and logs that; by hand
	python -m tests.bench.bench_training $(ARGS)

.PHONY: bench-peers
bench-peers: .venv/ready ## what the tutorials' recipe, scikit-learn and fastai train on the same rows; installs PyTorch; by hand
	python -m tests.bench.bench_peers $(ARGS)

.PHONY: bench-tuning
bench-tuning: .venv/ready ## thirty trials of tinysight tune on the digits, killed at a third: what it finds, on val and on test; by hand
	python -m tests.bench.bench tuning

.PHONY: bench-packages
bench-packages: .venv/ready ## disk, import time and memory of scikit-learn, TensorFlow, PyTorch and ONNX Runtime; installs them; by hand
	python -m tests.bench.bench packages

.PHONY: wheel
wheel: .venv/ready ## tinysight as one file, for a server
	@rm -f $(DIST)/tinysight-*.whl
	uv build -q --wheel --no-build-isolation --python $(BIN)/python -o $(DIST)
	@ls $(DIST)/tinysight-*.whl

.PHONY: container-check
container-check: ## build serve/Dockerfile with Docker or buildah
	docker build -f serve/Dockerfile -t tinysight-serve . || buildah bud --format docker -f serve/Dockerfile -t tinysight-serve .

# IMAGE is its whole name; REGISTRY_TOKEN opens the registry, and is kept only as long as the push takes
.PHONY: image-push
image-push: container-check ## build the service's image and push it as IMAGE
	@test -n "$${IMAGE:-}" || { echo "error: IMAGE is not set, such as ghcr.io/you/tinysight:1.0"; exit 2; }
	@config=$$(mktemp -d); trap 'rm -rf "$$config"' EXIT; export DOCKER_CONFIG="$$config"; \
	name=$$(echo "$$IMAGE" | tr '[:upper:]' '[:lower:]'); \
	printf %s "$${REGISTRY_TOKEN:-}" | docker login "$${name%%/*}" -u "$${REGISTRY_USER:-token}" --password-stdin; \
	docker tag tinysight-serve "$$name"; docker push "$$name"
