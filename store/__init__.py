"""The disk: one SQLite file. The only package that names SQLite."""
