"""All faults, by importing the modules that plant them."""

from tests.integrity import definitions, events, rows, storage
from tests.integrity.case import CASES

__all__ = ["CASES", "definitions", "events", "rows", "storage"]
