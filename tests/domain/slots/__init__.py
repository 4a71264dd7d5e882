"""The slot finder: held against slow models, and against the write path itself."""
