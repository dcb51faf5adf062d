//! The whole window, driven by its accessible names and by keys, and pictures of it.

#[path = "../support/picture.rs"]
mod picture;

mod gallery;
mod pictures;
mod window;
