//! Schedules and jobs.
