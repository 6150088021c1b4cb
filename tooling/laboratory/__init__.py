"""Measurements of the schema and the runner, and the synthetic data that they are taken on."""
