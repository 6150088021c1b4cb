"""What is pending, reviewed: all that is known of it on one page, and a verdict. Writes nothing."""
