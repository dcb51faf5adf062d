//! Readers against real files, against the profilers' own figures, and against hostile bytes.

mod chrome_trace;
mod collapsed;
mod cprofile;
mod flamegraph_svg;
mod lprof;
mod malformed;
mod pprof;
mod pyspy_dump;
mod speedscope;
mod support;
mod utf16;
