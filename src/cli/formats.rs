//! `helioscope formats`: what can be opened, and how to record it.

use super::failure::Failure;
use crate::import::FORMATS;
use std::io::{self, Write};

pub(super) fn run(out: &mut dyn Write) -> Result<(), Failure> {
    print(out).map_err(Failure::Stdout)
}

fn print(out: &mut dyn Write) -> io::Result<()> {
    let tools = FORMATS.iter().flat_map(|f| f.recipes).map(|r| r.tool.chars().count());
    let width = tools.max().unwrap_or(0);
    for format in FORMATS {
        let endings: Vec<String> = format.extensions.iter().map(|e| format!(".{e}")).collect();
        writeln!(out, "{} ({})\n  {}", format.name, endings.join(" "), format.about)?;
        for recipe in format.recipes {
            writeln!(out, "    {:<width$}  {}", recipe.tool, recipe.command)?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "Files are told apart by what is in them, not by their names, and may be compressed with gzip or zstd."
    )
}
