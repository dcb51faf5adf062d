//! What chance alone makes of a comparison, and what it cannot hide.

use crate::random::Random;
use helioscope::analyze::diff::{
    Comparison, Matching, Measure, NoiseKind, Normalize, Question, Status, align, align_runs,
};
use helioscope::model::{Profile, ProfileBuilder, Track, Unit};
use std::sync::Arc;

/// How often each comparison is made.
const RESAMPLINGS: u64 = 200;
/// Verdicts that chance may make: as many as a 95 % interval leaves.
const ALLOWED: f64 = 0.05;

/// Parts of the run that functions take: a few take most, many take little, as in any program.
fn shares() -> Vec<f64> {
    (0..24).map(|i| 0.8_f64.powi(i)).collect()
}

/// A recording of so many samples of a program: `main` calls a library and functions of its own.
fn recorded(random: &mut Random, shares: &[f64], samples: usize) -> Arc<Profile> {
    let mut counts = vec![0_i64; shares.len()];
    for _ in 0..samples {
        counts[random.choose(shares)] += 1;
    }
    let mut b = ProfileBuilder::new("test");
    b.metric("samples", Unit::Samples);
    let track = b.track(Track::default());
    let [main, library] = ["main", "library"].map(|name| {
        let function = b.function_named(name, "app.py", 0);
        b.frame(function, 0)
    });
    for (i, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let function = b.function_named(&format!("f{i}"), "app.py", 0);
        let frame = b.frame(function, 0);
        let stack = if i % 2 == 0 { b.stack_of(&[main, library, frame]) } else { b.stack_of(&[main, frame]) };
        b.sample(track, stack, None, &[count]);
    }
    Arc::new(b.finish().unwrap())
}

fn compared(base: &Arc<Profile>, new: &Arc<Profile>, normalize: Normalize) -> Comparison {
    let aligned = Arc::new(align(base, new, &Matching::default()).unwrap());
    let question = Question { normalize, ..Question::new(&aligned) };
    let comparison = Comparison::new(aligned, question, None);
    assert_eq!(comparison.noise(), NoiseKind::Sampling);
    comparison
}

/// How many rows read slower or faster, by own and by total cost, and how many there are.
fn verdicts(comparison: &Comparison) -> (usize, usize) {
    let rows = comparison.table().rows().flat_map(|row| [row.status(Measure::Own), row.status(Measure::Total)]);
    let statuses: Vec<Status> = rows.collect();
    (statuses.iter().filter(|s| matches!(s, Status::Slower | Status::Faster)).count(), statuses.len())
}

/// The part of verdicts that is false where both recordings are of one program.
fn false_verdicts(normalize: Normalize, sizes: impl Fn(&mut Random) -> (usize, usize)) -> f64 {
    let shares = shares();
    let (mut wrong, mut all) = (0, 0);
    for seed in 0..RESAMPLINGS {
        let mut random = Random::new(seed);
        let (base, new) = sizes(&mut random);
        let (base, new) = (recorded(&mut random, &shares, base), recorded(&mut random, &shares, new));
        let (found, rows) = verdicts(&compared(&base, &new, normalize));
        wrong += found;
        all += rows;
    }
    f64::from(u32::try_from(wrong).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

#[test]
fn chance_alone_calls_nothing_slower_or_faster() {
    for mean in [60.0, 400.0, 3_000.0] {
        for normalize in [Normalize::None, Normalize::Total] {
            let rate = false_verdicts(normalize, |random| (random.poisson(mean), random.poisson(mean)));
            assert!(rate <= ALLOWED, "{rate} of verdicts at {mean} samples, {normalize:?}");
        }
    }
}

#[test]
fn a_busier_machine_is_no_change_of_a_function() {
    let rate = false_verdicts(Normalize::None, |random| (random.poisson(1_000.0), random.poisson(1_300.0)));
    assert!(rate <= ALLOWED, "{rate}");
    let mut random = Random::new(7);
    let (base, new) = (recorded(&mut random, &shares(), 1_000), recorded(&mut random, &shares(), 1_300));
    let comparison = compared(&base, &new, Normalize::None);
    assert_eq!(comparison.status_of_sums(), Status::Slower);
    assert!(comparison.findings().iter().any(|f| f.subject == "drift"), "{:?}", comparison.findings());
}

#[test]
fn recordings_of_different_length_differ_in_nothing_when_scaled_to_one_total() {
    let rate = false_verdicts(Normalize::Total, |_| (500, 4_000));
    assert!(rate <= ALLOWED, "{rate}");
}

/// A fifth more in the first function, which takes about a fifth of the run.
#[test]
fn a_fifth_more_in_one_function_is_found() {
    let before = shares();
    let mut after = before.clone();
    after[0] *= 1.2;
    let grown = after.iter().sum::<f64>() / before.iter().sum::<f64>();
    for normalize in [Normalize::None, Normalize::Total] {
        let (mut found, mut others, mut other_rows) = (0, 0, 0);
        for seed in 0..RESAMPLINGS {
            let mut random = Random::new(seed);
            let samples = 8_000.0;
            let (base, new) = (random.poisson(samples), random.poisson(samples * grown));
            let base = recorded(&mut random, &before, base);
            let new = recorded(&mut random, &after, new);
            let comparison = compared(&base, &new, normalize);
            for row in comparison.table().rows() {
                let status = row.status(Measure::Own);
                if comparison.name(row.group) == "f0" {
                    found += u64::from(status == Status::Slower);
                } else {
                    other_rows += 1;
                    others += u64::from(status == Status::Slower);
                }
            }
        }
        assert!(found >= RESAMPLINGS * 95 / 100, "found {found} times, {normalize:?}");
        assert!(others * 20 <= other_rows, "{others} of {other_rows} others, {normalize:?}");
    }
}

#[test]
fn runs_of_one_program_differ_by_chance_alone() {
    let shares = shares();
    let (mut wrong, mut all) = (0, 0);
    for seed in 0..RESAMPLINGS {
        let mut random = Random::new(seed);
        // The machine is now busier, now less.
        let mut runs = || -> Vec<Arc<Profile>> {
            (0..4)
                .map(|_| {
                    let samples = 600.0 * (0.9 + 0.2 * random.unit());
                    let samples = random.poisson(samples);
                    recorded(&mut random, &shares, samples)
                })
                .collect()
        };
        let (base, new) = (runs(), runs());
        let aligned = Arc::new(align_runs(&base, &new, &Matching::default()).unwrap());
        let comparison = Comparison::new(Arc::clone(&aligned), Question::new(&aligned), None);
        assert_eq!(comparison.noise(), NoiseKind::Runs);
        let (found, rows) = verdicts(&comparison);
        wrong += found;
        all += rows;
    }
    assert!(wrong * 20 <= all, "{wrong} of {all}");
}
