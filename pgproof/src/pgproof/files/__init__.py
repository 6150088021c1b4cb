"""The files of a folder of migrations: read, split, classified, hashed, checked by themselves."""
