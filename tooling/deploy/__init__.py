"""A deploy: the checks before and after it, and whom a superuser hands the migrations over to."""
