"""Jobs of ops.jobs: run one and record it, or have systemd or a sidecar run all on time."""
