# `make demo` and `make test` set everything up by themselves; see README.md.
VENV ?= .venv
PYTEST = $(VENV)/bin/python -m pytest
JOBS ?= $(shell nproc)
SECONDS ?= 60

.PHONY: help demo demo-full test test-vm test-faults test-faults-sample test-wheel runners fuzz bench-mcu lint format generate clean

help:
	@echo "make demo    set up and run the tour: train, convert, deploy and measure a small model"
	@echo "make demo-full  the same on a second emulated board and arm64 Linux, and validated on each device"
	@echo "make test    set up and run the whole test suite"
	@echo "make test-vm  deploy to and measure on an emulated arm64 Debian, whose image it builds the first time"
	@echo "make test-faults  all faults that a deployment must survive; goes on where it was stopped"
	@echo "make test-faults-sample  40 of them for each transport but the emulated arm64 board, as CI does"
	@echo "make runners build the runner for Linux on x86-64, aarch64 and armv7, static"
	@echo "make fuzz    hostile bytes to the runtime and the link, SECONDS=60 for each target; later runs add up"
	@echo "make bench-mcu  models on emulated microcontrollers beside the peer's figures; MODELS=DIR for other ones"
	@echo "make lint    ruff and mypy"
	@echo "make generate  render the protocol's and the runtime's generated files again"

demo:
	@.ci/setup demo $(VENV)
	$(VENV)/bin/edgeflow demo

demo-full:
	@.ci/setup demo $(VENV)
	$(VENV)/bin/edgeflow demo --full

test:
	@.ci/setup dev $(VENV)
	$(PYTEST) -n $(JOBS) --dist loadfile -m "not wheel and not vm and not faults" tests

test-vm:
	@.ci/setup dev $(VENV)
	@.ci/setup vm $(VENV)
	hardware/images/build.sh
	$(PYTEST) -n 0 -m vm tests/vm

test-faults:
	@.ci/setup dev $(VENV)
	@.ci/setup vm $(VENV)
	hardware/images/build.sh
	$(VENV)/bin/python -m tests.faults.run

test-faults-sample:
	@.ci/setup dev $(VENV)
	$(PYTEST) -n $(JOBS) --dist loadgroup -m faults tests/faults

test-wheel:
	@.ci/setup dev $(VENV)
	$(PYTEST) -m wheel tests

runners:
	@.ci/setup dev $(VENV)
	@$(VENV)/bin/python -c "from edgeflow.firmware.runner import STATIC_TARGETS, build_posix_runner; \
	  [print(build_posix_runner(zig_target=target).path) for target in STATIC_TARGETS]"

fuzz:
	@.ci/setup dev $(VENV)
	$(VENV)/bin/python -m tests.fuzz.run --seconds $(SECONDS)

bench-mcu:
	@.ci/setup dev $(VENV)
	$(VENV)/bin/python hardware/benchmarks/mcu.py $(MODELS)

lint:
	@.ci/setup dev $(VENV)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

format:
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

generate:
	$(VENV)/bin/python -m edgeflow.wire.gen
	$(VENV)/bin/python -m edgeflow.fit.gen

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache
