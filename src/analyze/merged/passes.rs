//! Transforms as passes over the rows of a tree.

use crate::analyze::{Class, Classes, GroupBy, GroupId, Groups, Transform};

/// Transforms that are applied in one go.
pub(super) enum Pass {
    Rules(Box<Rules>),
    CollapseRecursion,
    /// Of groups of one package or module, by group whether it is of it.
    Collapse(Vec<bool>),
    /// Of the calls from the root that lead to it.
    Subtree(Vec<GroupId>),
}

impl Default for Pass {
    fn default() -> Self {
        Self::Rules(Box::default())
    }
}

/// What happens to frames of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    Keep,
    /// Leave it out of the stack.
    Hide,
    /// Leave the whole stack out.
    Drop,
}

/// A rule for each group; empty where all are kept.
#[derive(Default)]
pub(super) struct Mask(Vec<Rule>);

impl Mask {
    #[inline]
    pub(super) fn of(&self, group: GroupId) -> Rule {
        self.0.get(group.index()).copied().unwrap_or(Rule::Keep)
    }

    /// The first rule for a group stays: after it, a later transform does not meet the group any more.
    fn set(&mut self, group: GroupId, rule: Rule, groups: usize) {
        self.0.resize(groups, Rule::Keep);
        if let Some(slot) = self.0.get_mut(group.index()).filter(|slot| **slot == Rule::Keep) {
            *slot = rule;
        }
    }
}

/// Rules for every frame, then perhaps a focus, then rules for the frames the focus leaves.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) before: Mask,
    /// By group, whether it is focused on; nothing where none is.
    pub(super) focus: Vec<bool>,
    pub(super) after: Mask,
    pub(super) fold_neighbours: bool,
}

impl Rules {
    pub(super) fn is_empty(&self) -> bool {
        self.before.0.is_empty() && self.focus.is_empty() && self.after.0.is_empty()
    }
}

/// Splits transforms into passes, so that each meets the stacks as the ones before it left them.
pub(super) fn passes(groups: &Groups, classes: &Classes, transforms: &[Transform]) -> Vec<Pass> {
    let fold_neighbours = !matches!(groups.by(), GroupBy::Function | GroupBy::Line);
    let start = || Box::new(Rules { fold_neighbours, ..Rules::default() });
    let mut passes = Vec::new();
    let mut rules = start();
    for transform in transforms {
        let mut set = |group: GroupId, rule: Rule| {
            let mask = if rules.focus.is_empty() { &mut rules.before } else { &mut rules.after };
            mask.set(group, rule, groups.len());
        };
        match transform {
            Transform::Hide(group) => set(*group, Rule::Hide),
            Transform::Drop(group) => set(*group, Rule::Drop),
            Transform::OnlyMine => {
                for group in groups.ids().filter(|&g| groups.class(classes, g) != Class::Yours) {
                    set(group, Rule::Hide);
                }
            }
            Transform::Focus(_) | Transform::FocusAny(_) => {
                if !rules.focus.is_empty() {
                    passes.push(Pass::Rules(std::mem::replace(&mut rules, start())));
                }
                // Where nothing is meant, nothing is left.
                rules.focus = vec![false; groups.len().max(1)];
                for group in transform.focused() {
                    if let Some(slot) = rules.focus.get_mut(group.index()) {
                        *slot = true;
                    }
                }
            }
            Transform::FocusSubtree(_)
            | Transform::CollapsePackage(_)
            | Transform::CollapseModule(_)
            | Transform::CollapseRecursion => {
                // These passes meet calls that are one box as one.
                if !rules.is_empty() || (passes.is_empty() && fold_neighbours) {
                    passes.push(Pass::Rules(std::mem::replace(&mut rules, start())));
                }
                passes.extend(pass_alone(groups, classes, transform));
            }
        }
    }
    // Every pass leaves neighbours folded, so a pass for that alone is needed only where there is no other.
    if passes.is_empty() || !rules.is_empty() {
        passes.push(Pass::Rules(rules));
    }
    passes
}

/// The pass of a transform that has one of its own.
fn pass_alone(groups: &Groups, classes: &Classes, transform: &Transform) -> Option<Pass> {
    match transform {
        Transform::CollapseRecursion => Some(Pass::CollapseRecursion),
        Transform::FocusSubtree(path) => Some(Pass::Subtree(path.clone())),
        _ => transform.collapsed(groups, classes).map(Pass::Collapse),
    }
}
