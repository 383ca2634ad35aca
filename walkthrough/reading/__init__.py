"""Reading a case file: from TOML to exact numbers, layers and samples, with every mistake in its line."""
