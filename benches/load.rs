//! How long a profile takes to open.

fn main() {}
