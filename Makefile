# Every command a person needs; CI calls the same ones. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ENV ?= prod
CLOUD_PORT ?= 4566
SANDBOX_PORT ?= 8900
PEOPLE ?= 20000
MEMBERS ?= 100000
ORDERS ?= 20000
MINUTES ?= 60
RELEASE ?= $(shell git rev-parse --short=12 HEAD)

UV := $(CURDIR)/.tools/uv/bin/uv
PYTHON := $(CURDIR)/.venv/bin/python
SAM := $(CURDIR)/.venv/bin/sam
BUILT := .aws-sam/aws
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/infra:$(CURDIR)/layers/pond/python
export SAM_CLI_TELEMETRY := 0

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

# --- preparing ---------------------------------------------------------------------------------------------------------

setup: .venv/.synced ## prepare Python and the tools, inside this folder

$(UV): tests/bootstrap.txt
	@command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.9 or later (Debian: apt-get install python3-venv)"; exit 1; }
	@python3 -c 'import ensurepip, venv' || { echo "Python's venv is missing (Debian: apt-get install python3-venv)"; exit 1; }
	@echo "preparing uv in .tools"
	@rm -rf .tools/uv
	@python3 -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/bootstrap.txt
	@touch $(UV)

.venv/.synced: $(UV) tests/requirements.txt .python-version
	@echo "installing the tools into .venv"
	@[ -x .venv/bin/python3.13 ] || $(UV) venv --quiet --clear --python 3.13 .venv
	@$(UV) pip sync --quiet --python .venv/bin/python --require-hashes tests/requirements.txt
	@touch $@

lock: setup ## resolve the dependencies again and write them with their hashes
	$(UV) pip compile --quiet --upgrade --no-emit-index-url --python-version 3.13 --generate-hashes tests/requirements.in -o tests/requirements.txt
	$(UV) pip compile --quiet --no-emit-index-url --python-version 3.13 --python-platform aarch64-manylinux2014 --generate-hashes \
		-c tests/requirements.txt --excludes layers/deps/excludes.txt layers/deps/requirements.in -o layers/deps/requirements.txt
	$(UV) pip compile --quiet --upgrade --no-emit-index-url --universal --generate-hashes tests/bootstrap.in -o tests/bootstrap.txt

# --- running -----------------------------------------------------------------------------------------------------------

run: setup ## start Pond, the local cloud and the sandbox; one address to open (CLOUD_PORT=, SANDBOX_PORT=)
	@exec $(PYTHON) -m local --cloud-port $(CLOUD_PORT) --sandbox-port $(SANDBOX_PORT)

seed: setup ## fill what runs with the demonstration community once more
	@$(PYTHON) -m pondctl --env-file .local/env seed --sandbox http://127.0.0.1:$(SANDBOX_PORT)

# --- testing -----------------------------------------------------------------------------------------------------------

# About half of what stage one takes; the other half is all the rest, so that no test is in neither. Fixed halves, since
# tests of a half share one cloud: what they do to each other must not depend on the day.
HALF := $(addprefix tests/integration/,groups orders)

test: lint types ## everything a change must pass: two halves at once with a cloud each, then deploys and journeys with one of their own
	@$(MAKE) --no-print-directory --jobs=2 first-half second-half
	@$(PYTHON) -m pytest tests/deploy
	@$(PYTHON) -m pytest tests/journeys

first-half: setup
	@$(PYTHON) -m pytest $(HALF)

second-half: setup
	@$(PYTHON) -m pytest $(addprefix --ignore=,tests/journeys tests/deploy $(HALF))

lint: setup ## style and simple mistakes
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: setup ## static types
	@$(PYTHON) -m mypy layers/pond/python/pond infra tests
	@for file in functions/*/app.py; do $(PYTHON) -m mypy --no-error-summary $$file || exit 1; done

unit: setup ## rules and parsing, without network
	@$(PYTHON) -m pytest tests/unit tests/architecture

integration: setup ## rooms against a DynamoDB over HTTP
	@$(PYTHON) -m pytest tests/integration

journeys: setup ## whole ways in a browser against the deployed local stack
	@$(PYTHON) -m pytest tests/journeys

screens: setup ## take the pictures of docs/screens anew, while the journeys run
	@mkdir -p docs/screens
	@POND_SCREENS=$(CURDIR)/docs/screens $(PYTHON) -m pytest tests/journeys

template: setup ## the template's own rules
	@$(PYTHON) -m pytest tests/template

deploys: setup ## a version over another on a local cloud, with data in place
	@$(PYTHON) -m pytest tests/deploy

check: setup ## template rules, permissions against code, secrets in files, dependencies; part of `make test` too
	@$(PYTHON) -m checking
	@$(PYTHON) -m pytest tests/template

docs: setup ## write what docs say by figures: routes, costs
	@$(PYTHON) infra/generate.py

measure: setup ## count again what costs are computed from, then write them
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.journey --json infra/measured/journey.json
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.road --json infra/measured/road.json
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.orders --orders 1000 --json infra/measured/orders.json
	@POWERTOOLS_LOG_LEVEL=WARNING PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.broadcast --members 50000 --json infra/measured/broadcast.json
	@$(PYTHON) infra/generate.py

prove: setup ## every crash point, and the state machines at ten times CI's budget
	@HYPOTHESIS_PROFILE=prove $(PYTHON) -m pytest tests/unit tests/integration

fuzz: setup ## ten times CI's budget of hostile requests at every public route
	@HYPOTHESIS_PROFILE=prove $(PYTHON) -m pytest tests/integration/fuzz

bench-imports: setup ## what each function imports, beside a bare DynamoDB client
	@$(PYTHON) -m bench_imports

bench-burst: setup ## 20,000 people at once: seats a second, units, and what was broken (PEOPLE=)
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.burst --people $(PEOPLE)

bench-journey: setup ## what a person costs from following to their seat, step by step
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.journey

bench-road: setup ## what people on their way cost beside table units, counted on the deployed local stack
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.road

bench-callbacks: setup ## callbacks at once, with a partner that answers late
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.callbacks

bench-broadcast: setup ## a broadcast to 1,000 groups and one planned to 100,000 members: units, quota, memory (MEMBERS=)
	@POWERTOOLS_LOG_LEVEL=WARNING PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.broadcast --members $(MEMBERS)

bench-orders: setup ## 20,000 orders' pushes, shuffled and repeated: rates, units, sums and ledger recounted (ORDERS=)
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.orders --orders $(ORDERS)

soak: setup ## an hour of journeys, orders, broadcasts with failing partners and killed workers; what was survived (MINUTES=)
	@PYTHONPATH=$(PYTHONPATH):$(CURDIR)/tests $(PYTHON) -m load.soak --minutes $(MINUTES)

# --- AWS ---------------------------------------------------------------------------------------------------------------

validate: setup ## ask SAM and cfn-lint about the template
	@$(SAM) validate --lint --template-file template.yaml --region us-east-1
	@.venv/bin/cfn-lint template.yaml infra/*.yaml

build: setup ## build for AWS (arm64) into .aws-sam/aws
	@UV=$(UV) PYTHON=$(PYTHON) LAYER_PLATFORM=aarch64-manylinux2014 \
		$(SAM) build --cached --parallel --cache-dir .aws-sam/aws-cache --build-dir $(BUILT)

deploy: build ## deploy to AWS: ENV=prod names a section of samconfig.toml
	$(SAM) deploy --config-env $(ENV) --template-file $(BUILT)/template.yaml \
		--parameter-overrides $$($(PYTHON) infra/parameters.py $(ENV)) Release=$(RELEASE)
	@$(PYTHON) infra/stacks.py guard $(ENV)

teardown: setup ## delete a deployment, after asking; tables, keys, secrets, backups stay (ENV=)
	@$(PYTHON) infra/stacks.py teardown $(ENV)

clean: ## remove everything made here
	rm -rf .venv .tools .aws-sam .local .mypy_cache .pytest_cache .ruff_cache .hypothesis

.PHONY: help setup lock run seed test first-half second-half lint types unit integration journeys screens template prove fuzz soak deploys check docs measure bench-imports bench-burst bench-journey bench-road bench-callbacks bench-orders bench-broadcast validate build deploy teardown clean
