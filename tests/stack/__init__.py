"""The containers of compose.yaml and compose.ha.yaml, started by podman, without a registry."""
