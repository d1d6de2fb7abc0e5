"""The words of the desk: frozen values that import nothing but the pure standard library and msgspec."""
