//! Sources that mean harm: too large, too deep, no text, or not what ran.

use super::support::{folder, hints_of, spoken};
use helioscope::analyze::{Analysis, Query};
use helioscope::hints::{Hints, NoFiles, Options};
use helioscope::model::{Function, FunctionId, GraphBuilder, StringId, Unit};
use std::sync::Arc;
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

/// Much of the same in one file: work that grows faster than the file takes minutes here.
#[test]
fn a_file_takes_time_by_its_size_whatever_it_repeats() {
    const MANY: usize = 20_000;
    let program = std::fs::read_to_string(folder().join("banned_guests/slow.py")).expect("is there");
    let in_the_loop = |line: &str| {
        let many = format!("            {line}\n").repeat(MANY);
        let (before, after) = program.split_once("    return refused").expect("is there");
        format!("{before}    if 0:\n        for m in j:\n{many}    return refused{after}")
    };
    let numbered = |text: fn(usize) -> String| (0..MANY).map(text).collect::<String>();
    let sources = [
        in_the_loop("k = j[1] in m.unwelcome"),
        in_the_loop("k = turned_away(m, k)"),
        in_the_loop("s += 'a'"),
        in_the_loop("rows = fh.readlines()"),
        in_the_loop("re.sub('(a+)+', '', m)"),
        in_the_loop("cur.execute('SELECT * from x where y = ?', (m,))"),
        in_the_loop("s = sorted(m)[0]; t = sorted(m); t[0]"),
        in_the_loop("a = await f(m)"),
        in_the_loop("with open(m) as f: f.read(1)"),
        in_the_loop("lock.acquire(); d[m].append(k)"),
        in_the_loop("try: v = d[k]\n            except KeyError: v = 0"),
        format!("{program}\ndef z({}):\n    pass\n", numbered(|i| format!("a{i}, "))),
        format!("{program}\nclass {}:\n{}", "A".repeat(500_000), "    def f(self): pass\n".repeat(MANY)),
        format!("{program}\nfrom {} import {}b\n", "a".repeat(500_000), numbered(|i| format!("b{i}, "))),
        program.clone()
            + &"turned_away(u.v, w.z)\n".repeat(MANY)
            + &numbered(|i| format!("class C{i}:\n    z = [1]\n")),
        program.clone() + &numbered(|i| format!("def g{i}(u):\n    for x in u: turned_away(u, x.y)\n")),
        format!("{program}\ndef z(a: \"{}\"): return a in a\n", "Optional[".repeat(MANY * 10)),
    ];
    let begin = Instant::now();
    for source in sources {
        let one = Instant::now();
        let said = said_with(source.as_bytes());
        assert!(said.is_empty() || said == ["list-membership-in-loop"], "{said:?}");
        assert!(one.elapsed() < Duration::from_secs(20), "{:?} for {}", one.elapsed(), &source[source.len() - 200..]);
    }
    assert!(begin.elapsed() < Duration::from_mins(2), "{:?}", begin.elapsed());
}

/// Thousands of functions of a library that call each other, each of which calls what rules look for.
#[test]
fn who_asked_is_found_in_time_by_the_size_of_the_call_graph() {
    const MANY: usize = 8_000;
    let mut b = GraphBuilder::new("test");
    b.metric("time", Unit::Nanoseconds);
    let function = |b: &mut GraphBuilder, name: &str, file: &str, line: usize| {
        let (name, file) = (b.string(name), b.string(file));
        b.function(Function { name, file, line: line as u32, object: StringId::EMPTY })
    };
    let main = function(&mut b, "main", "/srv/app/main.py", 1);
    let library: Vec<FunctionId> = (1..=MANY)
        .map(|i| function(&mut b, &format!("f{i}"), "/usr/lib/python3.12/site-packages/lib/a.py", i))
        .collect();
    let sorted = function(&mut b, "<built-in method builtins.sorted>", "~", 0);
    let spent = 1_000_000;
    b.add(main, 1, 1, &[spent], &[spent * MANY as i64 * 2]);
    b.add_edge(main, library[0], (1, 1), &[spent], &[spent * MANY as i64]);
    for (i, &f) in library.iter().enumerate() {
        b.add(f, 9, 9, &[spent], &[spent * (MANY - i) as i64]);
        b.add_edge(f, sorted, (99, 99), &[spent], &[spent]);
        for caller in [i / 2, i / 3, i * 7 % MANY].map(|c| library[c]) {
            b.add_edge(caller, f, (3, 3), &[spent], &[spent * 2]);
        }
    }
    b.add(sorted, 99 * MANY as i64, 99 * MANY as i64, &[spent * MANY as i64], &[spent * MANY as i64]);
    let profile = Arc::new(b.finish().expect("builds"));
    let query = Query::new(&profile);
    let analysis = Analysis::new(profile, query, None);
    let begin = Instant::now();
    let hints = Hints::new(&analysis, &NoFiles, Options::default());
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    let found = hints.findings.iter().find(|f| f.rule.id == "sort-in-loop").expect("the sorts");
    assert_eq!(found.name, "main", "nobody else of the user's asked for them");
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
