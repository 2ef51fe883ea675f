"""The mathematics of the project: data, model, losses, outcomes, sweeps. Never imports Streamlit."""
