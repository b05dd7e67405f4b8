# make demo   one service the whole way: analysed, reworked, built, proven, reported
# make demo-all   the same for all three examples, one after the other
# make test   everything there is to test
SHELL := /bin/bash
LAB := eval "$$(scripts/lab env)"
PACKAGES := node_modules/.package-lock.json
STACK := examples/benchling-webhook/cdk
STACK_PACKAGES := $(STACK)/node_modules/.package-lock.json

.PHONY: demo demo-all case-studies test test-unit test-stack test-engines bench build examples tools lab-down clean

demo: build
	scripts/lab up
	scripts/set-up-examples reactbin-api
	$(LAB) && node dist/cli.js .lab/examples/reactbin-api

demo-all: build
	scripts/lab up --amazonlinux
	$(LAB) && scripts/demo-all

# From the runs of `make demo-all`.
case-studies: $(PACKAGES)
	npx tsx scripts/gen-case-studies.ts

test: build tools $(STACK_PACKAGES)
	scripts/lab up --frontend --sidecars
	scripts/set-up-examples
	$(LAB) && npx tsx scripts/test-all.ts

test-unit: $(PACKAGES)
	npm run test:unit

# The stack that an example ships with, synthesised: nothing else needs what it is made of.
test-stack: $(STACK_PACKAGES)
	npm --prefix $(STACK) test

# The catalogue on Docker and Podman of several versions, with and without root, beside each other.
test-engines: build
	scripts/lab up
	scripts/set-up-examples reactbin-api
	$(LAB) && npm run test:engines

bench: build
	scripts/lab up
	scripts/set-up-examples
	$(LAB) && npm run bench

build: $(PACKAGES)
	npm run build

# No package here needs its install script, and some machines do not allow them.
$(PACKAGES): package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	touch $@

$(STACK_PACKAGES): $(STACK)/package-lock.json
	npm --prefix $(STACK) ci --ignore-scripts --no-audit --no-fund
	touch $@

examples:
	scripts/lab up
	scripts/set-up-examples

# What the tests use besides Node, the engine and the examples.
tools:
	command -v shellcheck >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends shellcheck; }

# Stops the lab and removes what it made. PURGE=1 removes the downloads that checkouts share, too.
lab-down:
	for lab in 20.10 28 29; do SEAWORTHY_LAB_DIR=.lab/docker-$$lab scripts/lab down --quiet; done
	scripts/lab-rootless down
	for podman in podman-4 podman; do SEAWORTHY_PODMAN_DIR=.lab/$$podman scripts/lab-podman down; done
	scripts/lab down $(if $(PURGE),--purge)

clean: lab-down
	rm -rf dist coverage .lab
