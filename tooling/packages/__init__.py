"""Files out of packages of Debian and of the package index, unpacked and not installed."""
