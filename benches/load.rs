//! From a file to its function table, beside the floor: reading and decompressing the same bytes.
//!
//! `HELIOSCOPE_BENCH_DIR=… cargo bench --bench load` times every profile in a folder. Without it the samples that come
//! with Helioscope are timed.

#![allow(missing_docs, reason = "criterion's macros make items without documentation")]

use criterion::{Criterion, criterion_group, criterion_main};
use helioscope::analyze::{Analysis, Detail, Query};
use helioscope::import::{self, Input, Job};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

fn profiles() -> Vec<PathBuf> {
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let folder = std::env::var_os("HELIOSCOPE_BENCH_DIR").map_or(samples, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    paths.retain(|p| p.is_file() && import::open(p, &Job::new()).is_ok());
    paths.sort();
    paths
}

fn load(c: &mut Criterion) {
    for path in profiles() {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        group.bench_function("floor: read and decompress", |b| {
            b.iter(|| {
                let input = Input::from_path(&path).ok()?;
                std::io::copy(&mut input.open().ok()?, &mut std::io::sink()).ok()
            });
        });
        group.bench_function("load", |b| b.iter(|| black_box(import::open(&path, &Job::new()).is_ok())));
        if let Ok(profile) = import::open(&path, &Job::new()) {
            let profile = Arc::new(profile);
            let query = Query::new(&profile);
            group.bench_function("count", |b| {
                b.iter(|| Analysis::new(Arc::clone(&profile), query.clone(), None).sum());
            });
            let analysis = Analysis::new(profile, query, None);
            let all = Detail::for_window(0, analysis.sum().max(1), 1920.0);
            group.bench_function("first tree", |b| b.iter(|| analysis.tree(all).len()));
            group.bench_function("inverted tree", |b| b.iter(|| analysis.inverted(all).len()));
        }
        group.finish();
    }
}

criterion_group!(benches, load);
criterion_main!(benches);
