//! Regular expressions.

use crate::hints::callee::{CalleeRule, Time};
use crate::hints::rule::Check;
use crate::hints::{Category, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role};

pub(in crate::hints) static REGEX_COMPILE: Rule = Rule {
    id: "regex-compile-in-loop",
    title: "Regular expressions compiled over and over",
    category: Category::Regex,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "50 regular expressions or more are compiled, which takes 10 % of the active time",
    advice: "Compile once at module level or cache per key; combine many keywords in one alternation. re itself keeps the last 512 patterns and no more.",
    before: "re.search(rf'\\b{k}\\b', t)",
    after: "PATTERNS = {k: re.compile(rf'\\b{re.escape(k)}\\b') for k in keys}\nPATTERNS[k].search(t)",
    docs: "https://docs.python.org/3/library/re.html#re.compile",
    removable: 0.95,
    settle: "print the patterns that are compiled",
    wrong_if: "all the patterns are different and used once",
    check: Check::Callee(&CalleeRule {
        callees: &["re._compiler:compile", "sre_compile:compile"],
        written: &["re.compile"],
        min_share: 0.1,
        min_calls: 50,
        repeated: true,
        accepts: Some(|facts, call| Some(!is_kept(facts, call))),
        once_is_fine: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static REGEX_MODULE_CALL: Rule = Rule {
    id: "regex-module-call-in-loop",
    title: "re.match()/sub() called through the module in a hot loop",
    category: Category::Regex,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "the functions of `re` take 10 % of the active time on their way to the pattern, in 20,000 calls or more",
    advice: "Bind pattern = re.compile(...) once and call pattern.match: skips two Python frames per call.",
    before: "re.match(r'\\d+', s)",
    after: "NUM = re.compile(r'\\d+')\nNUM.match(s)",
    docs: "https://docs.python.org/3/library/re.html#re.compile",
    removable: 0.90,
    settle: "call the methods of a compiled pattern and compare",
    wrong_if: "the pattern is different each time",
    check: Check::Callee(&CalleeRule {
        callees: &["re:*"],
        written: &["re.match", "re.search", "re.sub", "re.findall", "re.split", "re.fullmatch", "re.finditer"],
        time: Time::Own,
        min_share: 0.1,
        min_calls: 20000,
        counted: &["re:_compile"],
        repeated: true,
        ..CalleeRule::HOT
    }),
};

/// Whether what a call compiles is put by for later: in what outlives the function, or in a function that runs once.
fn is_kept(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    let parent = tree.parent(call);
    // `(pattern, name)`
    let (part, parent) = if tree.kind(parent) == Kind::Tuple { (parent, tree.parent(parent)) } else { (call, parent) };
    let outlives = |container: Option<NodeId>| container.is_some_and(|c| tree.kind(c) == Kind::Attribute);
    let (kept, for_good) = match tree.kind(parent) {
        Kind::DictComp | Kind::ListComp => (tree.role(part) != Role::Clause, false),
        Kind::Assign => {
            let target = tree.child(parent, Role::Target).filter(|&t| tree.kind(t) == Kind::Subscript);
            (target.is_some(), outlives(target.and_then(|t| tree.child(t, Role::Value))))
        }
        Kind::Call if facts.callee(parent) == ".append" => (true, outlives(facts.receiver(parent))),
        _ => (false, false),
    };
    kept && (for_good || !facts.is_called_in_loop(facts.scope_of(call)))
}
