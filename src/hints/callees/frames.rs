//! NumPy and pandas: one element or row at a time.

use crate::hints::callee::CalleeRule;
use crate::hints::pattern::Pattern;
use crate::hints::rule::Check;
use crate::hints::{Category, Confidence, Ctx, Finding, Kinds, Needs, Rule};
use crate::source::{Facts, Kind, NodeId, Role};

pub(in crate::hints) static NUMPY_APPEND: Rule = Rule {
    id: "numpy-append-loop",
    title: "Array grown with np.append/concatenate",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "200 arrays or more are made by appending, which takes 15 % of the active time",
    advice: "Each call copies the whole array. Collect in a list and np.array() once, preallocate, or np.fromiter.",
    before: "for v in values:\n    a = np.append(a, v)",
    after: "parts = []\nfor v in values:\n    parts.append(v)\na = np.array(parts)",
    docs: "https://numpy.org/doc/stable/reference/generated/numpy.append.html",
    removable: 0.95,
    settle: "collect in a list and make the array once",
    wrong_if: "the arrays are different and small",
    check: Check::Code(appended),
};

static APPENDED: CalleeRule = CalleeRule {
    callees: &[
        "numpy.lib._function_base_impl:append",
        "numpy.lib.function_base:append",
        "numpy._core.shape_base:vstack",
        "numpy._core.shape_base:hstack",
        "numpy.core.shape_base:vstack",
        "numpy.core.shape_base:hstack",
        "numpy._core.multiarray:concatenate",
        "numpy.core.multiarray:concatenate",
        "numpy._core._multiarray_umath.concatenate",
        "numpy.core._multiarray_umath.concatenate",
        "numpy.concatenate",
    ],
    written: &["numpy.append", "numpy.concatenate", "numpy.vstack", "numpy.hstack"],
    min_share: 0.15,
    min_calls: 200,
    repeated: true,
    ..CalleeRule::HOT
};

/// Where arrays are joined in C that is not recorded, the function that joins them has the time.
fn appended(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let found = APPENDED.check(ctx, rule);
    if !found.is_empty() {
        return found;
    }
    let mut findings = Vec::new();
    for spot in ctx.spots() {
        let facts = &spot.facts;
        let nodes: Vec<NodeId> =
            facts.calls_in(spot.scope).filter(|&c| spot.is_repeated(c) && grows(facts, c)).collect();
        let pattern = Pattern { rule, nodes: &nodes, hidden: 2, min_share: 0.2, certainty: Confidence::High };
        if !nodes.is_empty() {
            findings.extend(pattern.found(ctx, spot));
        }
    }
    findings
}

/// `a = numpy.concatenate((a, …))`
fn grows(facts: &Facts, call: NodeId) -> bool {
    let tree = facts.tree();
    let statement = tree.parent(call);
    let target = tree.child(statement, Role::Target).filter(|_| tree.kind(statement) == Kind::Assign);
    let Some(grown) = target.map(|t| tree.source(t)) else { return false };
    APPENDED.written.contains(&facts.callee(call).as_str())
        && facts.arguments(call).next().is_some_and(|first| {
            std::iter::once(first).chain(tree.children(first)).any(|part| tree.source(part) == grown)
        })
}

pub(in crate::hints) static PANDAS_ITERROWS: Rule = Rule {
    id: "pandas-iterrows",
    title: "DataFrame iterated row by row",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "walking the rows of a data frame takes 10 % of the active time",
    advice: "Column expressions or np.select; if a loop is unavoidable: itertuples() or zip(df.a, df.b) (10-50x faster than iterrows).",
    before: "t = 0\nfor _, r in df.iterrows(): t += r.a * r.b",
    after: "t = (df.a * df.b).sum()",
    docs: "https://pandas.pydata.org/docs/user_guide/enhancingperf.html",
    removable: 0.97,
    settle: "write it with whole columns and compare",
    wrong_if: "each row does something that columns cannot",
    check: Check::Callee(&CalleeRule {
        callees: &["pandas.core.frame:iterrows", "pandas.core.frame:itertuples"],
        written: &[".iterrows"],
        min_share: 0.1,
        min_calls: 1,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static PANDAS_APPLY: Rule = Rule {
    id: "pandas-apply-axis1",
    title: "DataFrame.apply(axis=1)",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "`DataFrame.apply` with a function for each row takes 15 % of the active time",
    advice: "Vectorise (np.where/np.select, string/.dt accessors); apply(axis=1) builds a Series per row.",
    before: "df.apply(f, axis=1)",
    after: "np.select([c1, c2], [v1, v2], default)",
    docs: "https://pandas.pydata.org/docs/user_guide/enhancingperf.html",
    removable: 0.95,
    settle: "write it with whole columns and compare",
    wrong_if: "the function cannot be written with columns",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "pandas.core.apply:apply_series_generator",
            "pandas.core.apply:series_generator",
            "pandas.core.apply:apply_standard",
        ],
        written: &[".apply"],
        accepts: Some(|facts, call| Some(by_row(facts, call))),
        min_share: 0.15,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static PANDAS_CONCAT: Rule = Rule {
    id: "pandas-concat-in-loop",
    title: "DataFrame grown by concat/append",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "50 data frames or more are made by `concat`, which takes 20 % of the active time",
    advice: "Collect parts in a list and concat once (quadratic copy otherwise).",
    before: "for p in read():\n    df = pd.concat([df, p])",
    after: "df = pd.concat(list(read()))",
    docs: "https://pandas.pydata.org/docs/reference/api/pandas.concat.html",
    removable: 0.90,
    settle: "collect the parts in a list and concatenate once",
    wrong_if: "the parts are joined to different frames",
    check: Check::Callee(&CalleeRule {
        callees: &["pandas.core.reshape.concat:concat", "pandas.core.frame:append", "pandas.core.frame:_append"],
        written: &["pandas.concat"],
        min_share: 0.2,
        min_calls: 50,
        repeated: true,
        ..CalleeRule::HOT
    }),
};

pub(in crate::hints) static PANDAS_SCALAR: Rule = Rule {
    id: "pandas-scalar-access",
    title: "Scalar .loc/.iloc/[] access in a loop",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "2,000 single values or more are read or written, which takes 20 % of the active time",
    advice: "Work on whole columns (shift, cumsum, where) or pull the column to a list/ndarray first; .at/.iat as last resort.",
    before: "for i in range(1, len(df)):\n    df.loc[i, 'b'] = df.loc[i - 1, 'b'] + df.loc[i, 'x']",
    after: "df['b'] = df['x'].cumsum()",
    docs: "https://pandas.pydata.org/docs/user_guide/indexing.html#fast-scalar-value-getting-and-setting",
    removable: 0.95,
    settle: "take the column out (`.to_numpy()`) before the loop and compare",
    wrong_if: "rows depend on each other in a way columns cannot express",
    check: Check::Code(single_values),
};

static SINGLE_VALUES: CalleeRule = CalleeRule {
    callees: &[
        "pandas.core.indexing:__getitem__",
        "pandas.core.indexing:__setitem__",
        "pandas.core.series:__getitem__",
        "pandas.core.frame:_get_value",
        "pandas.core.frame:_set_value",
    ],
    min_share: 0.2,
    min_calls: 2000,
    whole_function: true,
    ..CalleeRule::HOT
};

/// Values of a row that pandas hands to a function are read one by one because of that, and that has a rule of its own.
fn single_values(ctx: &Ctx<'_>, rule: &'static Rule) -> Vec<Finding> {
    let within = ctx.within(&ctx.find(&["pandas.core.apply:*", "pandas.core.groupby.*:*"]));
    let mut findings = SINGLE_VALUES.check(ctx, rule);
    findings.retain(|f| f.function.is_none_or(|function| ctx.share_within(function, &within) < 0.5));
    findings
}

pub(in crate::hints) static PANDAS_GROUPBY: Rule = Rule {
    id: "pandas-groupby-apply",
    title: "groupby().apply with Python per group",
    category: Category::Numeric,
    kinds: Kinds::TIME,
    needs: Needs::Helps,
    signal: "a Python function for each group of a data frame takes 20 % of the active time",
    advice: "Use built-in aggregations (agg and transform by name), which run in compiled code; compute before grouping.",
    before: "g.apply(lambda s: s.max()-s.min())",
    after: "g.max() - g.min()",
    docs: "https://pandas.pydata.org/docs/user_guide/groupby.html",
    removable: 0.90,
    settle: "use the built-in aggregations and compare",
    wrong_if: "no combination of built-in aggregations does it",
    check: Check::Callee(&CalleeRule {
        callees: &[
            "pandas.core.groupby.ops:apply_groupwise",
            "pandas.core.groupby.ops:_aggregate_series_pure_python",
            "pandas.core.groupby.ops:apply",
            "pandas.core.groupby.ops:agg_series",
            "pandas.core.groupby.generic:_aggregate_named",
            "pandas.core.groupby.groupby:_python_apply_general",
        ],
        written: &[".agg", ".apply"],
        min_share: 0.2,
        whole_function: true,
        ..CalleeRule::HOT
    }),
};

/// `apply(…, axis=1)`
fn by_row(facts: &Facts, call: NodeId) -> bool {
    let axis = facts.keyword(call, "axis").map(|a| facts.tree().source(a));
    matches!(axis, Some("1" | "\"columns\"" | "'columns'"))
}
