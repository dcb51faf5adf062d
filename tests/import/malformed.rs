//! Every damaged file is an error or a warning; none panics, hangs or aborts.
