"""The Run API: jobs and documents over HTTP, with the paths, names and states of the platform."""
