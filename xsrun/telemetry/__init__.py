"""What runs do, told to others while they do it: traces and metrics of OpenTelemetry, text for Prometheus, health."""
