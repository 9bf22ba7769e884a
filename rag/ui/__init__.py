"""The browser app: the only package that imports Streamlit. It uses nothing but the public API of `rag`."""
