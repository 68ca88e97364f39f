//! Pictures from outside.
