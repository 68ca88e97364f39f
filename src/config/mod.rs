//! Settings from the environment, one small file for each section.
