"""What the runner costs, beside psql and other runners."""
