//! TODO by its reader.
