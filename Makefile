# Every target brings what it needs. Only Node with npm, Python with pip and make must be there; the program, the tests and
# the demo run on the Node 24 that package-lock.json names, whatever Node is installed.

INSTALLED := node_modules/.installed
NODE := node_modules/.bin/node

.PHONY: help
help: ## Shows this list.
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' Makefile | expand -t 8

$(INSTALLED): package-lock.json
	@test ! -L node_modules || { echo 'node_modules is a link: npm ci would empty the folder behind it' >&2; exit 1; }
	@echo 'installing what package-lock.json names'
	@npm ci --no-progress || { echo 'npm ci failed; trying once more' >&2; npm ci --no-progress; }
	@touch $@

.PHONY: demo
demo: $(INSTALLED) ## Shows 401 turn into 200 behind a real Envoy. CHECK=1 drives itself and exits 0 or not.
	@start=$$(date +%s); npm run --silent build && printf '%-22s%6s s  dist\n' build $$(($$(date +%s) - start))
	@$(NODE) deploy/demo/demo.ts

.PHONY: quick
quick: $(INSTALLED) ## Shows 401 and 200 without any gateway: curl asks Watchword as one would.
	@npm run --silent build
	@$(NODE) deploy/demo/quick.ts

.PHONY: test
test: $(INSTALLED) ## Runs what needs no cluster: format, lint, types, tests. Fetches the gateways that it needs.
	@npm run --silent test

.PHONY: mutation
mutation: $(INSTALLED) ## Disables each check of the decision path in turn; a test must notice each.
	@npm run --silent mutation

# The first start builds Kubernetes from its Go modules, which takes 4 minutes.
.PHONY: e2e
e2e: $(INSTALLED) ## The chart, annotated routes and gateways on a real Kubernetes that it starts. Needs root, Go and Debian's packages.
	npm run --silent build
	test/cluster/up
	$(NODE) --test test/kube/*.test.ts
	$(NODE) test/e2e/run.ts

.PHONY: check
check: test ## The same as test.

.PHONY: bench
bench: $(INSTALLED) ## Measures the cost of a decision beside an empty server.
	npm run --silent build
	npm run --silent bench

.PHONY: docs
docs: $(INSTALLED) ## Writes the generated tables of the documents anew.
	npm run --silent docs

.PHONY: site
site: $(INSTALLED) ## Writes the documents as a site with a search to site/, by mkdocs-material (fetched from PyPI).
	@$(NODE) tools/site.ts site

.PHONY: clean
clean: ## Removes what was built.
	rm -rf dist coverage site
