"""What postflight finds after a deploy."""
