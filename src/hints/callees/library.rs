//! Functions of the standard library that do more than they are needed for.

use crate::hints::callee::{CalleeRule, Time};
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Kinds, Needs, Rule};

pub(in crate::hints) static DEEPCOPY_HOT: Rule = Rule {
    id: "deepcopy-hot",
    title: "copy.deepcopy in a hot path",
    category: Category::Copying,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`copy.deepcopy` takes 10 % of the active time",
    advice: "Copy only what changes ({**d, ..}, list(row), dataclasses.replace), use immutable data, or pickle round-trip (~2-4x).",
    before: "job = deepcopy(TEMPLATE)\njob['id'] = i",
    after: "job = {**TEMPLATE, 'id': i}",
    docs: "https://docs.python.org/3/library/copy.html",
    removable: 0.90,
    settle: "copy only what is changed and compare the results",
    wrong_if: "the copies are changed all the way down: what is not copied is shared",
    check: Check::Callee(&CalleeRule {
        callees: &["copy:*"],
        written: &["copy.deepcopy"],
        min_share: 0.1,
        min_calls: 20,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static DATACLASS_ASDICT: Rule = Rule {
    id: "dataclass-asdict",
    title: "dataclasses.asdict/astuple/replace recursion",
    category: Category::Copying,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`dataclasses.asdict` and its kin take 10 % of the active time",
    advice: "Write a to_dict() with the fields you need, or serialise with msgspec or pydantic; asdict copies everything, all the way down.",
    before: "asdict(o)",
    after: "{'id': o.id, 'name': o.name}",
    docs: "https://docs.python.org/3/library/dataclasses.html#dataclasses.asdict",
    removable: 0.80,
    settle: "time a dictionary written by hand for one object",
    wrong_if: "the deep copies are needed",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "dataclasses:asdict",
            "dataclasses:astuple",
            "dataclasses:_asdict_inner",
            "dataclasses:_astuple_inner",
            "dataclasses:replace",
        ],
        written: &["dataclasses.asdict", "dataclasses.astuple"],
        min_share: 0.1,
        min_calls: 100,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static SLOW_NUMERIC_TYPE: Rule = Rule {
    id: "slow-numeric-type",
    title: "Fraction/Decimal arithmetic dominates",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "arithmetic written in Python (`fractions`, `statistics`) takes 15 % of the active time",
    advice: "Scale to integers and convert once; float/NumPy when exactness is not needed; C decimal instead of _pydecimal.",
    before: "for g in grams: total += Fraction(g, 1000)",
    after: "total = Fraction(sum(grams), 1000)",
    docs: "https://docs.python.org/3/library/fractions.html",
    removable: 0.85,
    settle: "do the sum in scaled integers and compare",
    wrong_if: "the numbers have no common scale",
    check: Check::Callee(&CalleeRule {
        callees: &["fractions:*", "_pydecimal:*", "statistics:*"],
        min_share: 0.15,
        min_calls: 100,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static RANDOM_PER_ITEM: Rule = Rule {
    id: "random-per-item",
    title: "random.randint per value",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`random` is called 50,000 times or more and takes 40 % of the active time",
    advice: "int(random() * n) for one, random.choices(k=) or numpy.random.Generator for many at a time.",
    before: "[randint(1, 6) for _ in range(n)]",
    after: "numpy.random.default_rng().integers(1, 7, size=n)",
    docs: "https://numpy.org/doc/stable/reference/random/generator.html",
    removable: 0.70,
    settle: "draw all values at once and compare",
    wrong_if: "the sequence for a seed must stay as it is",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "random:randint",
            "random:randrange",
            "random:_randbelow_with_getrandbits",
            "random:choice",
            "random:uniform",
            "random:shuffle",
            "random:sample",
        ],
        written: &["random.randint", "random.randrange", "random.choice", ".randint", ".randrange"],
        min_share: 0.4,
        min_calls: 50_000,
        repeated: true,
        confidence: Confidence::Medium,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static DYNAMIC_DISPATCH: Rule = Rule {
    id: "dynamic-dispatch-overhead",
    title: "Type checks dominate",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "checks against abstract classes and protocols take 10 % of the active time, 10,000 or more of them",
    advice: "Ask for a concrete class or a class attribute, or dispatch through a method or a dict by type; avoid runtime_checkable protocols on hot paths (Python 3.12 made them several times faster).",
    before: "isinstance(x, HasArea)",
    after: "type(x) in KNOWN  # or call x.area() without asking",
    docs: "https://docs.python.org/3/library/typing.html#typing.runtime_checkable",
    removable: 0.90,
    settle: "replace the check by one of `type(x)` and record again",
    wrong_if: "classes that are not known yet must pass the check",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "abc:__instancecheck__",
            "abc:__subclasscheck__",
            "typing:__instancecheck__",
            "typing:__subclasscheck__",
            "typing:_proto_hook",
            "typing:_get_protocol_attrs",
            "inspect:getattr_static",
            "functools:dispatch",
        ],
        written: &["builtins.isinstance"],
        min_share: 0.1,
        min_calls: 10_000,
        accepts: Some(|_, _| None),
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static HOT_HASH_EQ: Rule = Rule {
    id: "hot-dunder-hash-eq",
    title: "Python-level __hash__/__eq__ in containers",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Nothing,
    signal: "`__hash__` and `__eq__` written in Python are called 100,000 times and take 10 % of the active time",
    advice: "Use tuples, ints or texts as keys, which hash in C, or keep the hash in an attribute.",
    before: "d[Cell(x, y)]",
    after: "d[x, y]",
    docs: "https://docs.python.org/3/reference/datamodel.html#object.__hash__",
    removable: 0.90,
    settle: "use a tuple of the same fields as key and compare",
    wrong_if: "the objects are few and the calls have another cause",
    check: Check::Callee(&CalleeRule {
        callees: &[":__hash__", ":__eq__"],
        min_share: 0.1,
        min_calls: 100_000,
        confidence: Confidence::Medium,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static CONTEXTMANAGER_IN_LOOP: Rule = Rule {
    id: "contextmanager-in-hot-loop",
    title: "Generator context manager per item",
    category: Category::Interpreter,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "entering context managers made from generators takes 8 % of the active time, 20,000 times or more",
    advice: "Enter once around the loop, or write a class with __enter__/__exit__ (3x cheaper), or try/finally.",
    before: "for v in vs:\n    with timed(): work(v)",
    after: "with timed():\n    for v in vs: work(v)",
    docs: "https://docs.python.org/3/library/contextlib.html",
    removable: 0.85,
    settle: "enter it once around the loop",
    wrong_if: "each item needs its own",
    check: Check::Callee(&CalleeRule {
        callees: &["contextlib:__enter__", "contextlib:__exit__", "contextlib:helper", "contextlib:__init__"],
        time: Time::Own,
        min_share: 0.08,
        min_calls: 20_000,
        counted: &["contextlib:__enter__"],
        confidence: Confidence::Medium,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static EXPLICIT_GC: Rule = Rule {
    id: "explicit-gc-collect",
    title: "gc.collect() in the hot path",
    category: Category::Memory,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`gc.collect()` takes 5 % of the active time",
    advice: "Remove it; if pauses matter use gc.freeze() after start-up and tune gc.set_threshold.",
    before: "gc.collect()  # per batch",
    after: "gc.collect(); gc.freeze()  # once, after loading",
    docs: "https://docs.python.org/3/library/gc.html",
    removable: 1.00,
    settle: "leave it out and watch the memory",
    wrong_if: "memory must be given back at this very point",
    check: Check::Callee(&CalleeRule {
        callees: &["gc.collect"],
        written: &["gc.collect"],
        min_share: 0.05,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static ASYNCIO_DEBUG: Rule = Rule {
    id: "asyncio-debug-mode",
    title: "asyncio debug mode is on",
    category: Category::Measurement,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "asyncio records where each task was made, as it does in debug mode only, for 5 % of the active time",
    advice: "Debug mode captures a stack per handle/task; profile and deploy without it.",
    before: "asyncio.run(main(), debug=True)",
    after: "asyncio.run(main())",
    docs: "https://docs.python.org/3/library/asyncio-dev.html#debug-mode",
    removable: 0.95,
    settle: "look for `debug=True`, `set_debug` and PYTHONASYNCIODEBUG",
    wrong_if: "the program is being debugged",
    check: Check::Callee(&CalleeRule {
        callees: &["asyncio.format_helpers:extract_stack"],
        min_share: 0.05,
        min_calls: 1000,
        ..CalleeRule::HOT
    }),
};
