//! Sources that mean harm: too large, too deep, no text, or not what ran.

use super::support::{folder, hints_of, spoken};
use std::time::{Duration, Instant};

/// What is said of a recording whose program's source is this.
fn said_with(source: &[u8]) -> Vec<&'static str> {
    let scratch = tempfile::tempdir().expect("a folder");
    std::fs::write(scratch.path().join("slow.py"), source).expect("writes");
    let begin = Instant::now();
    let hints = hints_of(&folder().join("banned_guests/slow.prof"), Some(scratch.path().to_owned()));
    assert!(begin.elapsed() < Duration::from_mins(1), "it hangs");
    spoken(&hints)
}

#[test]
fn no_source_makes_it_fail() {
    let deep = format!("x = {}1{}\n", "(".repeat(200_000), ")".repeat(200_000));
    let operators = format!("x = 1{}\n", " + 1".repeat(200_000));
    let blocks: String = (0..2_000).map(|i| " ".repeat(i) + "if x:\n").collect();
    let long = "x = [1, 2, 3]\n".repeat(500_000);
    let chain: String =
        (0..20_000).fold(String::new(), |text, i| text + &format!("def f{i}(x):\n    return f{}(x)\n", i + 1));
    for source in [
        deep.as_bytes(),
        operators.as_bytes(),
        blocks.as_bytes(),
        long.as_bytes(),
        chain.as_bytes(),
        b"\xff\xfe\x00\x80 def \xf0(",
        b"",
        b"def turned_away(:\n  for x in\n",
        b"\0\0\0",
    ] {
        assert_eq!(said_with(source), Vec::<&str>::new());
    }
}

#[test]
fn names_that_lead_in_circles_come_to_an_end() {
    let circle = "a = b\nb = c\nc = a\ndef f(x=a):\n    return g(x)\ndef g(y):\n    return f(y)\n".repeat(300);
    let program = std::fs::read_to_string(folder().join("banned_guests/slow.py")).expect("is there");
    // The function stands where the profile says; what it is called with leads in circles.
    let source = program.replace("turned_away(visitors(4_000), banned(3_000))", "turned_away(a, f(g(b)))") + &circle;
    assert_eq!(said_with(source.as_bytes()), Vec::<&str>::new());
}

/// A file that was changed since must not be read as if it were the one that ran.
#[test]
fn a_function_that_is_not_where_the_profile_says_is_not_judged() {
    let program = std::fs::read_to_string(folder().join("banned_guests/slow.py")).expect("is there");
    assert_eq!(said_with(program.as_bytes()), ["list-membership-in-loop"]);
    assert_eq!(said_with(format!("# new\n# lines\n{program}").as_bytes()), Vec::<&str>::new());
}

/// A name that says list where a set is meant, and the other way round.
#[test]
fn what_a_name_stands_for_counts_and_not_how_it_reads() {
    let program = std::fs::read_to_string(folder().join("banned_guests/slow.py")).expect("is there");
    let set = program.replace("return names", "return set(names)").replace("unwelcome", "list_of_names");
    assert_eq!(said_with(set.as_bytes()), Vec::<&str>::new());
    let list = program.replace("unwelcome", "name_set");
    assert_eq!(said_with(list.as_bytes()), ["list-membership-in-loop"]);
}
