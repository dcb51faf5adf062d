//! Regular expressions that backtrack, or that look for a fixed text.

use crate::hints::place::{at_function, at_node};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Evidence, Finding, Kinds, Needs, Rule};
use crate::source::{Bound, Facts, Kind, NodeId, Role, ScopeId};

pub(in crate::hints) static BACKTRACKING: Rule = Rule {
    id: "regex-backtracking",
    title: "A regular expression backtracks",
    category: Category::Regex,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a fifth of the active time in matching, at a millisecond or more a call, or with a pattern whose repetitions overlap",
    advice: "Make the pattern linear: unambiguous separators, anchors, [^x]* instead of .*, possessive quantifiers and atomic groups (Python 3.11).",
    before: "re.match(r'^(\\w+,?)*;$', s)",
    after: "re.match(r'^(?:\\w+,)*\\w*;$', s)",
    docs: "https://docs.python.org/3/howto/regex.html#greedy-versus-non-greedy",
    removable: 0.95,
    settle: "time the pattern on one of the slow texts and on half of it",
    wrong_if: "the texts are very long, and each is only read once",
    check: Check::Code(backtracking),
};

pub(in crate::hints) static LITERAL: Rule = Rule {
    id: "regex-for-literal",
    title: "Regex used for a fixed string",
    category: Category::Regex,
    kinds: Kinds::TIME,
    needs: Needs::Source,
    signal: "10 % of the active time in regular expressions that hold no special character",
    advice: "str.replace/startswith/split/in are several times faster.",
    before: "re.sub('-', '', s)",
    after: "s.replace('-', '')",
    docs: "https://docs.astral.sh/ruff/rules/unnecessary-regular-expression/",
    removable: 0.70,
    settle: "use the method of `str` and record again",
    wrong_if: "the pattern is going to change",
    check: Check::Code(literal),
};

const METHODS: [&str; 7] = ["match", "search", "fullmatch", "sub", "findall", "split", "subn"];
const MATCHING: &[&str] = &[
    "re.Pattern.match",
    "re.Pattern.search",
    "re.Pattern.fullmatch",
    "re.Pattern.sub",
    "re.Pattern.findall",
    "re.Pattern.subn",
    "re.Pattern.split",
    "_sre.SRE_Pattern.match",
    "_sre.SRE_Pattern.search",
    "_sre.SRE_Pattern.sub",
];

/// A use of a regular expression whose pattern is written in the file.
struct Use<'a> {
    call: NodeId,
    method: String,
    pattern: &'a str,
    /// Whether flags change what the pattern means: `re.IGNORECASE`.
    flagged: bool,
}

impl Use<'_> {
    /// Whether it looks for one text and no other.
    fn is_fixed(&self) -> bool {
        !self.flagged && is_literal(self.pattern)
    }
}

/// Uses in one function that are looked at.
const MOST_USES: usize = 200;

/// The uses of known patterns in a function: `re.sub("…", …)`, `PATTERN.sub(…)` with `PATTERN = re.compile("…")`.
fn uses(facts: &Facts, scope: ScopeId) -> Vec<Use<'_>> {
    let tree = facts.tree();
    let written = |n: NodeId| match tree.kind(n) {
        Kind::Str => tree.string(n),
        // A name bound once to a text.
        Kind::Name => match facts.bindings_seen_from(facts.scope_of(n), tree.name(n)) {
            [Bound::Assigned(value)] => tree.string(*value).filter(|_| tree.kind(*value) == Kind::Str),
            _ => None,
        },
        _ => None,
    };
    let compiled = |n: NodeId| {
        let hows = match tree.kind(n) {
            Kind::Name => facts.bindings_seen_from(facts.scope_of(n), tree.name(n)),
            Kind::Attribute => facts.attribute(facts.scope_of(n), tree.name(n)),
            _ => return None,
        };
        let [Bound::Assigned(value)] = hows else { return None };
        let compiles = tree.kind(*value) == Kind::Call && facts.callee(*value) == "re.compile";
        let pattern = facts.arguments(*value).next().filter(|_| compiles).and_then(written)?;
        Some((pattern, has_flags(facts, *value)))
    };
    let of = |call: NodeId| {
        let callee = facts.callee(call);
        if let Some(method) = callee.strip_prefix("re.") {
            let pattern = facts.arguments(call).next().and_then(written)?;
            let flagged = has_flags(facts, call);
            return METHODS.contains(&method).then(|| Use { call, method: method.to_owned(), pattern, flagged });
        }
        let method = callee.rsplit('.').next().filter(|m| METHODS.contains(m))?.to_owned();
        let (pattern, flagged) = compiled(facts.receiver(call)?)?;
        Some(Use { call, method, pattern, flagged })
    };
    facts.calls_in(scope).filter_map(of).take(MOST_USES).collect()
}

/// Whether a call hands over flags of `re`.
fn has_flags(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    let of_re = |n: NodeId| facts.imported(n).is_some_and(|path| path.starts_with("re."));
    let mut arguments = tree.children_as(call, Role::Argument).skip(1);
    facts.keyword(call, "flags").is_some()
        || arguments.any(|a| of_re(a) || (matches!(tree.kind(a), Kind::Binary(_)) && tree.inside(a).any(of_re)))
}

fn backtracking(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let set = ctx.find(MATCHING);
    if set.is_empty() {
        return sampled_backtracking(ctx, rule);
    }
    let cost = ctx.cost(&set);
    let share = ctx.share(cost.total);
    let calls = cost.calls.unwrap_or(0).max(1);
    let per_call = ctx.nanoseconds(cost.total).map_or(0.0, |ns| ns as f64 / calls as f64);
    if share < 0.2_f64.max(ctx.options.min_share) {
        return Vec::new();
    }
    let Some(site) = ctx.sites(&set).into_iter().next() else { return Vec::new() };
    let source = ctx.source(site.function);
    let known = source.as_ref().map(|(facts, scope)| (facts, uses(facts, *scope)));
    let overlapping =
        known.as_ref().and_then(|(facts, uses)| Some((facts, uses.iter().find(|u| overlaps(u.pattern))?)));
    let (confidence, reason) = match (&overlapping, per_call >= 1e6, &known) {
        (Some(_), true, _) => (
            Confidence::High,
            "each match takes a millisecond or more, and the pattern can match the same text in many ways",
        ),
        (Some(_), false, _) => (Confidence::Medium, "the pattern can match the same text in many ways"),
        // The pattern is known, and is not to blame.
        (None, _, Some((_, uses))) if !uses.is_empty() => return Vec::new(),
        (None, true, _) => (Confidence::Medium, "each match takes a millisecond or more; the pattern was not seen"),
        (None, false, _) => return Vec::new(),
    };
    let mut finding = Finding::new(rule, share, confidence, reason)
        .with("calls", Evidence::Count(calls))
        .with("per_call_ns", Evidence::PerCall(per_call));
    finding = at_function(ctx, finding, site.function);
    if let Some((facts, found)) = overlapping {
        finding = finding.with("pattern", Evidence::Text(found.pattern.to_owned()));
        finding.line = facts.tree().line(found.call);
        finding.lines = vec![finding.line];
        finding.before = crate::hints::place::quote(facts, found.call);
    }
    vec![finding]
}

/// Matching itself is not sampled: the lines that match with an overlapping pattern are looked at.
fn sampled_backtracking(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in ctx.costly_functions(0.2) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let tree = spot.facts.tree();
        let Some(lines) = &spot.lines else { continue };
        for found in uses(&spot.facts, spot.scope).iter().filter(|u| overlaps(u.pattern)) {
            // Through the module, the samples fall on the functions of `re` below this line.
            let share = ctx.share(lines.total_of(tree, &[found.call]).min(ctx.inclusive(spot.function)));
            if share >= 0.2_f64.max(ctx.options.min_share) {
                let reason =
                    "the line with the match took the samples, and the pattern can match the same text in many ways";
                let finding = Finding::new(rule, share, Confidence::High, reason)
                    .with("pattern", Evidence::Text(found.pattern.to_owned()));
                findings.push(at_node(ctx, finding, &spot, &[found.call]));
                break;
            }
        }
    }
    findings
}

/// Whether a repeated group holds nothing that has to be there once and once only, so that a text can be divided among
/// its repetitions in many ways: `(\w+,?)*`, `(a+)+`; or several `.*` follow each other.
fn overlaps(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let mut open: Vec<Group> = vec![Group::default()];
    let mut any = 0;
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        let mut group = None;
        match bytes[i] {
            b'\\' => i += 2,
            b'[' => {
                i += 1;
                if bytes.get(i) == Some(&b'^') {
                    i += 1;
                }
                // A bracket that comes first stands for itself.
                i += 1;
                while i < bytes.len() && bytes[i] != b']' {
                    i += if bytes[i] == b'\\' { 2 } else { 1 };
                }
                i += 1;
            }
            b'(' => {
                i += 1;
                if bytes.get(i) == Some(&b'?') {
                    while i < bytes.len() && !matches!(bytes[i], b':' | b'>' | b'=' | b'!' | b')') {
                        i += 1;
                    }
                    i += usize::from(bytes.get(i) != Some(&b')'));
                }
                open.push(Group::default());
                continue;
            }
            b')' => {
                i += 1;
                group = if open.len() > 1 { open.pop() } else { None };
            }
            b'|' => {
                i += 1;
                if let Some(group) = open.last_mut() {
                    // Each branch is looked at by itself; the loosest decides.
                    group.loose |= group.repeats && !group.fixed;
                    (group.repeats, group.fixed) = (false, false);
                }
                continue;
            }
            b'^' | b'$' => {
                i += 1;
                continue;
            }
            _ => i += 1,
        }
        // A letter may be of several bytes.
        while i < bytes.len() && !pattern.is_char_boundary(i) {
            i += 1;
        }
        let (repeats, optional, after) = quantifier(bytes, i);
        if repeats && start + 1 == i && bytes[start] == b'.' {
            any += 1;
        }
        i = after;
        if let Some(inner) = &group
            && repeats
            && (inner.loose || (inner.repeats && !inner.fixed) || (inner.anything && !inner.ends_lines))
        {
            return true;
        }
        if let Some(around) = open.last_mut() {
            around.anything |= repeats && bytes[start] == b'.';
            around.ends_lines |= bytes[start..].starts_with(b"\\n") || bytes[start] == b'\n';
            around.repeats |= repeats || group.as_ref().is_some_and(|g| g.repeats);
            around.fixed |= !repeats && !optional && group.is_none_or(|g| g.fixed);
        }
    }
    any >= 3
}

/// A group, as far as it is read: whether it holds a repetition, something that stands once, or a branch that is all
/// repetition.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the text of the group")]
#[derive(Default, Clone, Copy)]
struct Group {
    repeats: bool,
    fixed: bool,
    loose: bool,
    /// `.*`, which runs over everything that follows it in the group, but for the end of a line.
    anything: bool,
    ends_lines: bool,
}

/// What follows an atom: whether it repeats without bound, whether it may be missing, and where the pattern goes on.
fn quantifier(pattern: &[u8], at: usize) -> (bool, bool, usize) {
    let (repeats, optional, mut end) = match pattern.get(at) {
        Some(b'*') => (true, true, at + 1),
        Some(b'+') => (true, false, at + 1),
        Some(b'?') => (false, true, at + 1),
        Some(b'{') => {
            let close = pattern[at..].iter().position(|&b| b == b'}').map_or(pattern.len(), |p| at + p);
            let range = &pattern[at + 1..close.min(pattern.len())];
            (range.ends_with(b","), range.starts_with(b"0"), (close + 1).min(pattern.len()))
        }
        _ => return (false, false, at),
    };
    match pattern.get(end) {
        // Lazy: it repeats all the same.
        Some(b'?') => end += 1,
        // Possessive: it gives nothing back.
        Some(b'+') => return (false, optional, end + 1),
        _ => {}
    }
    (repeats, optional, end)
}

fn literal(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let matching = ctx.find(MATCHING);
    for function in ctx.costly_functions(0.1) {
        let Some(spot) = ctx.spot_of(function) else { continue };
        let (facts, scope) = (&spot.facts, spot.scope);
        let tree = facts.tree();
        let all = uses(facts, scope);
        let fixed: Vec<NodeId> = all.iter().filter(|u| u.is_fixed()).map(|u| u.call).collect();
        if fixed.is_empty() {
            continue;
        }
        let amount = if let Some(lines) = &spot.lines {
            lines.total_of(tree, &fixed).min(ctx.inclusive(function))
        } else {
            // Of what the function spent in matching, the part of these calls.
            let sites = ctx.sites(&matching);
            let spent: i64 = sites.iter().filter(|s| s.function == function).map(|s| s.total).sum();
            spent * fixed.len() as i64 / all.len().max(1) as i64
        };
        let share = ctx.share(amount);
        if share < 0.1_f64.max(ctx.options.min_share) {
            continue;
        }
        let Some(first) = all.iter().find(|u| u.is_fixed()) else { continue };
        let reason = "the pattern is a fixed text";
        let mut finding = at_node(ctx, Finding::new(rule, share, Confidence::High, reason), &spot, &fixed)
            .with("pattern", Evidence::Text(first.pattern.to_owned()));
        finding.after = match first.method.as_str() {
            "sub" | "subn" => format!("text.replace({:?}, …)", first.pattern),
            "split" => format!("text.split({:?})", first.pattern),
            "match" => format!("text.startswith({:?})", first.pattern),
            "fullmatch" => format!("text == {:?}", first.pattern),
            "findall" => format!("text.count({:?})  # as many as were found", first.pattern),
            _ => format!("{:?} in text", first.pattern),
        };
        findings.push(finding);
    }
    findings
}

fn is_literal(pattern: &str) -> bool {
    !pattern.is_empty() && !pattern.contains(['.', '^', '$', '*', '+', '?', '{', '}', '[', ']', '\\', '|', '(', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_that_overlap_are_told_from_those_that_do_not() {
        for pattern in [
            r"^(\w+,?)*;$",
            "(a+)+",
            r"(?:\s*\w+\s*)*$",
            "(x|y+)*",
            ".*a.*b.*c",
            r"([a-z]+)*\d",
            r"(\s|#.*)*end$",
            "(.*,)*$",
            "(é+ü?)*",
        ] {
            assert!(overlaps(pattern), "{pattern}");
        }
        for pattern in [
            r"^(?:\w+,)*\w*;$",
            r"(\d+)-(\d+)",
            "(ab)+",
            r"(?P<n>\w+)=",
            "[a-z]+",
            r"\((.*?)\)",
            "(?:a+b)*",
            "(a++)+",
            r"(?:.+\n)*",
            "(é,)+ü",
            "",
            "(",
            "[",
            "a{",
            r"\",
        ] {
            assert!(!overlaps(pattern), "{pattern}");
        }
    }

    #[test]
    fn flags_change_what_a_pattern_means() {
        let fixed = |text: &str| {
            let facts = Facts::new(crate::source::Tree::parse(format!("import re\n{text}")).expect("small"));
            uses(&facts, ScopeId::MODULE).iter().filter(|u| u.is_fixed()).count()
        };
        assert_eq!(fixed("re.sub('-', '', s)\nP = re.compile('x')\nP.search(s)"), 2);
        assert_eq!(fixed("re.search('a', s, re.I)\nre.sub('a', '', s, flags=f)\nre.findall('a', s, re.I | re.M)"), 0);
        assert_eq!(fixed("P = re.compile('x', re.IGNORECASE)\nP.search(s)"), 0);
    }

    #[test]
    fn a_fixed_text_has_no_special_character() {
        assert!(is_literal("--") && is_literal(", "));
        assert!(!is_literal("a.b") && !is_literal("") && !is_literal(r"\d"));
    }
}
