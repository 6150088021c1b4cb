"""The generated pages of docs/reference: the schema from the catalogue, the commands from click."""
