"""What the tests of a schema touch, measured on scratch copies: objects, statements, branches."""
