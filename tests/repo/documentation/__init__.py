"""What the tests of the documentation share: pages, their blocks, and how blocks are run."""
