"""Show a desk to people: Streamlit pages over its published files, and nothing but those."""
