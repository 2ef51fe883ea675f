"""The class: the browser's side of it, and how Streamlit mounts it."""
