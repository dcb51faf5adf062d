//! Every command of `README.md` that needs no window does what the README shows it for.

use crate::support::Folder;
use std::path::Path;

/// The files the README speaks of, and recordings that stand in for them.
const FILES: [(&str, &str); 7] = [
    ("out.prof", "assets/samples/shop.prof"),
    ("out.speedscope.json", "assets/samples/shop.speedscope.json"),
    ("before.prof", "tests/fixtures/compare/orders/base-1.prof"),
    ("after.prof", "tests/fixtures/compare/orders/new-1.prof"),
    ("base.prof", "tests/fixtures/compare/orders/base-1.prof"),
    ("old.prof", "tests/fixtures/compare/orders/base-1.prof"),
    ("new.prof", "tests/fixtures/compare/orders/new-1.prof"),
];

/// The words after `helioscope` of every command in a block of shell code, without what opens a window.
fn commands(readme: &str) -> Vec<Vec<&str>> {
    let mut in_shell = false;
    let mut commands = Vec::new();
    for line in readme.lines() {
        if line.starts_with("```") {
            in_shell = line == "```sh";
        } else if let Some(rest) = line.strip_prefix("helioscope ").filter(|_| in_shell) {
            let words: Vec<&str> = rest.split_whitespace().take_while(|word| !word.starts_with(['#', '>'])).collect();
            let opens_a_window = words.contains(&"--compare") || FILES.iter().any(|(file, _)| *file == words[0]);
            if !opens_a_window {
                commands.push(words);
            }
        }
    }
    commands
}

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    for (name, recording) in FILES {
        std::fs::copy(root.join(recording), folder.path().join(name)).expect("copies");
    }
    let readme = std::fs::read_to_string(root.join("README.md")).expect("reads");
    let commands = commands(&readme);
    assert!(commands.len() > 12, "{commands:?}");
    for words in commands {
        let run = folder.run(&words);
        assert_eq!(run.status, Some(0), "helioscope {}: {}", words.join(" "), run.err);
        match words.iter().position(|word| *word == "-o") {
            Some(at) => {
                let written = std::fs::metadata(folder.path().join(words[at + 1])).expect("the file it names");
                assert!(written.len() > 100, "helioscope {}", words.join(" "));
            }
            None => assert!(!run.out.is_empty(), "helioscope {}", words.join(" ")),
        }
    }
}
