//! Everything SQL: one file for each family of tables.
