use super::Trace;
use super::threads::Book;
use crate::import::{ImportError, Job};
use crate::model::ProfileBuilder;
pub(super) fn read(_t: &Trace<'_>, _b: &[u8], _book: &mut Book, _builder: &mut ProfileBuilder, _job: &Job) -> Result<bool, ImportError> { Ok(false) }
