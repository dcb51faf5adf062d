//! `helioscope export`.

use crate::support::{FOLDED, Folder, TWO_THREADS, cprofile};

#[test]
fn recorded_stacks_come_out_as_they_went_in() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    assert_eq!(folder.run(["export", "a.folded", "-o", "b.folded"]).clean(), "");
    assert_eq!(std::fs::read_to_string(folder.path().join("b.folded")).expect("reads"), FOLDED);
    assert_eq!(folder.run(["export", "a.folded", "--output", "-"]).clean(), FOLDED);
}

#[test]
fn an_estimated_tree_is_written_with_a_warning() {
    let folder = Folder::new();
    folder.write("a.prof", cprofile());
    let run = folder.run(["export", "a.prof", "-o", "-"]);
    let golden = "\
main (app/run.py:1) 125000000
main (app/run.py:1);retry (app/run.py:9);load (app/data.py:4) 214285714
main (app/run.py:1);retry (app/run.py:9);load (app/data.py:4);<built-in method time.sleep> 285714286
main (app/run.py:1);load (app/data.py:4) 160714286
main (app/run.py:1);load (app/data.py:4);<built-in method time.sleep> 214285714
";
    assert_eq!((run.status, run.out.as_str()), (Some(0), golden));
    assert!(run.err.starts_with("warning: The recording holds who called whom, but no stacks:"), "{}", run.err);
}

#[test]
fn one_thread_can_be_written_alone() {
    let folder = Folder::new();
    folder.write("two.json", TWO_THREADS);
    let text = folder.run(["export", "two.json", "-o", "-", "--thread", "worker"]).clean();
    assert_eq!(text, "wait (pool.py:8) 9000000\n");
}

#[test]
fn a_file_that_cannot_be_written_is_status_1_and_leaves_nothing_behind() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let run = folder.run(["export", "a.folded", "-o", "none/b.folded"]);
    assert_eq!(run.status, Some(1));
    assert!(run.err.starts_with("error: none/b.folded could not be written: "), "{}", run.err);
    assert!(run.err.ends_with("\n\nCheck that its folder is there.\n"), "{}", run.err);
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
}
