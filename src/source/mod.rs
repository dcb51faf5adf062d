//! The Python files behind a profile's functions: found, read and described. Nothing is ever executed.

mod find;
mod fit;
mod libraries;
mod places;
mod recorded;
mod text;

pub use find::{Answer, Found, How, Missing, Sources, Why};
pub use fit::{Fit, fit};
pub use libraries::{Environment, Libraries, Library};
pub use places::{Mapping, MappingError, Places};
pub use recorded::{Recorded, Version};
pub use text::{Encoding, SourceFile};
