//! JSON, YAML, XML, dates: text to values and back.

use crate::hints::callee::CalleeRule;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Kinds, Needs, Rule, Severity};

pub(in crate::hints) static JSON_SLOW_PATH: Rule = Rule {
    id: "json-slow-path",
    title: "json's pure-Python encoder",
    category: Category::Serialization,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`json`'s encoder written in Python takes 10 % of the active time",
    advice: "`json.dump` writes through an encoder in Python, in every version; `fp.write(json.dumps(obj))` uses the one in C. Up to Python 3.12 `indent=` switches to the slow encoder, too: leave it out where nobody reads the text, or use orjson or msgspec.",
    before: "json.dump(o, fh)",
    after: "fh.write(json.dumps(o))",
    docs: "https://docs.python.org/3/library/json.html",
    removable: 0.75,
    settle: "time `json.dumps(obj)` beside it",
    wrong_if: "the object is too large to hold its text in memory",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "json.encoder:_iterencode",
            "json.encoder:_iterencode_dict",
            "json.encoder:_iterencode_list",
            "json.encoder:floatstr",
        ],
        written: &["json.dump"],
        min_share: 0.1,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static JSON_HEAVY: Rule = Rule {
    id: "json-heavy",
    title: "JSON work dominates",
    category: Category::Serialization,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "reading and writing JSON takes 20 % of the active time",
    advice: "If the payload is needed, orjson or msgspec are 2-6x faster; otherwise parse less (select fields, cache, avoid re-encode).",
    before: "json.loads(b)",
    after: "orjson.loads(b)",
    docs: "https://github.com/ijl/orjson",
    removable: 0.60,
    settle: "replace the call by `orjson.loads` and record again",
    wrong_if: "the program exists to convert JSON, or a dependency in native code is not allowed",
    check: Check::Callee(&CalleeRule {
        callees: &["json:loads", "json:dumps", "json.decoder:*", "json.encoder:*"],
        written: &["json.loads", "json.dumps", "json.load", "json.dump"],
        min_share: 0.2,
        confidence: Confidence::Medium,
        severity: Severity::Info,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static YAML_PURE_PYTHON: Rule = Rule {
    id: "yaml-pure-python",
    title: "PyYAML without libyaml",
    category: Category::Serialization,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "PyYAML's scanner and parser written in Python take 10 % of the active time",
    advice: "yaml.load(f, Loader=yaml.CSafeLoader) is 5-10x faster; cache parsed files; JSON/TOML for data.",
    before: "yaml.safe_load(t)",
    after: "yaml.load(t, Loader=yaml.CSafeLoader)",
    docs: "https://pyyaml.org/wiki/PyYAMLDocumentation",
    removable: 0.85,
    settle: "`yaml.__with_libyaml__` says whether the fast loader is there",
    wrong_if: "libyaml cannot be installed",
    check: Check::Callee(&CalleeRule {
        callees: &["yaml.scanner:*", "yaml.parser:*", "yaml.reader:*", "yaml.emitter:*", "yaml.serializer:*"],
        written: &["yaml.safe_load", "yaml.load", "yaml.safe_load_all", "yaml.safe_dump", "yaml.dump"],
        min_share: 0.1,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static MINIDOM_HEAVY: Rule = Rule {
    id: "minidom-heavy",
    title: "Pure-Python XML tree",
    category: Category::Serialization,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "an XML or HTML parser written in Python takes 15 % of the active time",
    advice: "xml.etree.ElementTree (C) or lxml; iterparse for big files. For HTML lxml.html or selectolax.",
    before: "minidom.parseString(t)",
    after: "xml.etree.ElementTree.fromstring(t)",
    docs: "https://docs.python.org/3/library/xml.etree.elementtree.html",
    removable: 0.80,
    settle: "parse the same document with `xml.etree.ElementTree`",
    wrong_if: "the program needs what only the DOM offers",
    check: Check::Callee(&CalleeRule {
        callees: &["xml.dom.minidom:*", "xml.dom.expatbuilder:*", "xml.sax.*:*", "html.parser:*"],
        written: &["xml.dom.minidom.parseString", "xml.dom.minidom.parse"],
        min_share: 0.15,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static DATETIME_PARSE_HOT: Rule = Rule {
    id: "datetime-parse-hot",
    title: "Date parsing dominates",
    category: Category::Serialization,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "parsing dates takes 10 % of the active time, in 1,000 calls or more",
    advice: "datetime.fromisoformat (C) for ISO text (up to Python 3.10 only as isoformat() writes it); pandas.to_datetime(format=) for columns; cache repeated dates.",
    before: "strptime(s, '%Y-%m-%dT%H:%M:%S')",
    after: "datetime.fromisoformat(s)",
    docs: "https://docs.python.org/3/library/datetime.html#datetime.datetime.fromisoformat",
    removable: 0.90,
    settle: "time `datetime.fromisoformat` on one of the texts",
    wrong_if: "the texts are not in ISO format",
    check: Check::Callee(&CalleeRule {
        callees: &["_strptime:*", "dateutil.parser.*:*", "dateutil.parser:*"],
        written: &[".strptime", "datetime.datetime.strptime", "dateutil.parser.parse", "time.strptime"],
        min_share: 0.1,
        min_calls: 1000,
        ..CalleeRule::HOT
    }),
};
