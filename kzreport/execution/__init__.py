"""Running a page: kernels, papermill, worker processes here and elsewhere."""
