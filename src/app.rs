//! The only file that knows every concrete type.
