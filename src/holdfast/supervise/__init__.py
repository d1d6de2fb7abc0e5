"""Start, watch and stop the processes of a desk: Prefect server, desk, dashboard, worker."""
