# `make` lists the targets; each recipe is a command you could type. DATABASE_URL names another server.
unexport PYTHONDONTWRITEBYTECODE # Programs start in half the time with what is compiled.
.PHONY: help migrate test check lint format python-tests runner-tests sql-tests coverage corpus compat faults attacks tamper integrity-check bench chaos mutants stack-check monitoring-check catalog-check drift-check runner-check bench-runner lock db-start compose-env compose-check
help:
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16
migrate: .venv/run ## start PostgreSQL, apply migrations, load seeds and the steel catalog
	.venv/bin/tooling up
test: lint sql-tests runner-tests python-tests ## all checks and tests; installs what they need
check: test ## what CI runs
lint: .venv/test ## ruff, mypy, sqlfluff, squawk, detect-secrets; changes nothing
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/sqlfluff lint --processes 2 sql migrations tests/pgtap
	.venv/bin/squawk 'migrations/*.sql'
	git ls-files -z ':!requirements' | xargs -0 -n 300 -P 2 .venv/bin/detect-secrets-hook --disable-plugin HexHighEntropyString
format: .venv/test ## let ruff rewrite the Python files
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .
python-tests: .venv/test ## pytest of the product, on PostgreSQL 18; with EVERY=1 also what takes long
	.venv/bin/pytest -n 3 --dist loadfile $(if $(EVERY),--every-test)
runner-tests: .venv/test ## pytest of pgproof, on PostgreSQL 18
	cd pgproof && ../.venv/bin/pytest -n 3 --dist loadfile $(if $(EVERY),--every-test)
sql-tests: .venv/test ## pg_prove over tests/pgtap, on PostgreSQL 18 and 16
	.venv/bin/python -m tests.run_pgtap 18 16
coverage: .venv/test ## what the pgTAP tests cover; writes build/coverage.json and coverage.html
corpus: .venv/test ## score trace, plan and squawk by cases of known effect; writes build/corpus.json
compat: .venv/test ## check the application's statements against every migration; writes build/compat.json
faults: .venv/test ## kill the runner at every statement; writes build/faults.json
attacks: .venv/test ## attack the database as its unprivileged roles; writes build/attacks.json
tamper: .venv/test ## tamper with the audit log as a superuser; writes build/tamper.json
integrity-check: .venv/test ## plant faults of every kind and look for each; writes build/integrity.json
chaos: .venv/test ## destroy a server under load and recover it; writes build/chaos.json
stack-check: .venv/test ## start both compose files by podman, lose their data, recover; writes build/stack.json
monitoring-check: .venv/test ## plant the fault of each alert; writes build/monitoring.json
mutants: .venv/test ## break each object of the schema, and see whether tests fail; writes build/mutants.json
catalog-check: .venv/test ## plant errors in AISC's workbook and look for each; writes build/catalog.json
coverage corpus compat faults attacks tamper integrity-check chaos stack-check monitoring-check mutants catalog-check:
	.venv/bin/python -m tests.$(@:-check=)
drift-check: .venv/test ## plant every kind of drift, on PostgreSQL 16, 17 and 18
	.venv/bin/python -m tests.run_runner 16 17 18 tests/test_drift.py tests/test_recording.py --every-drift
runner-check: .venv/test ## every test of pgproof, on PostgreSQL 16, 17 and 18
	.venv/bin/python -m tests.run_runner 16 17 18 --every-drift --every-test
bench: .venv/run ## query classes beside plain tables (SIZES=100000,1000000); writes build/bench.json
	.venv/bin/tooling bench classes --docs $(if $(SIZES),--sizes $(SIZES))
bench-runner: .venv/test ## cost of the runner beside psql and others; writes build/bench-runner.json
	.venv/bin/python -m tooling.laboratory.runner --docs
lock: .venv/test ## choose the versions in requirements/ anew
	sh .ci/lock
db-start: .venv/run ## start the embedded PostgreSQL and print its URL
	.venv/bin/tooling db start
compose-env: .venv/run ## write passwords of the compose stack into .env; what is there stays
	.venv/bin/tooling compose-env
compose-check: .venv/test ## compose files and images, and their programs started as they say
	.venv/bin/pytest tests/compose
.venv/bin/python .venv/moved: ; @sh .ci/venv $@
.venv/run: .venv/bin/python requirements/run.txt pyproject.toml pgproof/pyproject.toml | .venv/moved
	.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/run.txt && .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat --editable pgproof --editable . && touch .venv/run
.venv/test: .venv/run requirements/test.txt
	.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/test.txt && touch .venv/test
