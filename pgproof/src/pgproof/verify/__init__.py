"""Every migration up, down and up on a scratch database: what is not as before is told."""
