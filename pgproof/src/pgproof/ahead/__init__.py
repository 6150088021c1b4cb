"""What is applied and what a run would do: status, plan, its review page. Writes nothing."""
