//! The HTTP port: health, readiness, metrics.
