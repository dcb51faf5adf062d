//! Finding again in one subject what was looked at in another: after a reload, a swap or another grouping, ids mean
//! something else.

use super::subject::{Part, Subject};
use crate::analyze::diff::{Aligned, Side};
use crate::analyze::{Analysis, GroupBy, GroupId, Transform};
use crate::model::FunctionId;
use std::sync::Arc;

/// From the groups of one subject to those of another.
pub(super) struct Translation {
    old: Arc<Analysis>,
    new: Arc<Analysis>,
    /// By group, where both are made of the same recordings: names need not be the same on both sides.
    by_function: Option<Vec<Option<GroupId>>>,
}

impl Translation {
    pub(super) fn new(old: &Subject, new: &Subject) -> Self {
        let by_function = || {
            let (before, after) = (&old.compared()?.comparison, &new.compared()?.comparison);
            let functions = [before, after].iter().all(|c| c.question().query.by == GroupBy::Function);
            functions.then(|| same_functions(before.aligned(), after.aligned())).flatten()
        };
        Self {
            by_function: by_function(),
            old: Arc::clone(old.analysis(Part::Whole)),
            new: Arc::clone(new.analysis(Part::Whole)),
        }
    }

    /// The group that is the same; `None` where there is none.
    pub(super) fn group(&self, group: GroupId) -> Option<GroupId> {
        if let Some(table) = &self.by_function {
            return table.get(group.index()).copied().flatten();
        }
        let (name, file) = (self.old.name(group), self.old.place(group).0);
        self.new.groups().find(self.new.profile(), self.new.classes(), &name, file)
    }

    /// The transform that does the same.
    pub(super) fn transform(&self, transform: &Transform) -> Option<Transform> {
        match transform {
            Transform::Focus(g) => self.group(*g).map(Transform::Focus),
            Transform::FocusAny(groups) => {
                groups.iter().map(|g| self.group(*g)).collect::<Option<_>>().map(Transform::FocusAny)
            }
            Transform::FocusSubtree(path) => {
                path.iter().map(|g| self.group(*g)).collect::<Option<_>>().map(Transform::FocusSubtree)
            }
            Transform::CollapsePackage(g) => self.group(*g).map(Transform::CollapsePackage),
            Transform::CollapseModule(g) => self.group(*g).map(Transform::CollapseModule),
            Transform::Hide(g) => self.group(*g).map(Transform::Hide),
            Transform::Drop(g) => self.group(*g).map(Transform::Drop),
            Transform::CollapseRecursion => Some(Transform::CollapseRecursion),
            Transform::OnlyMine => Some(Transform::OnlyMine),
        }
    }
}

/// By function of `old`, the function of `new` that is the same one of the same recording. `None` where a recording of
/// `old` is not in `new`.
fn same_functions(old: &Aligned, new: &Aligned) -> Option<Vec<Option<GroupId>>> {
    let mut found = vec![None; old.profile(Side::New).functions().len()];
    for side in Side::BOTH {
        let recorded = old.recorded(side);
        let now = Side::BOTH.into_iter().find(|now| Arc::ptr_eq(new.recorded(*now), recorded))?;
        let mut of_recorded = vec![None; recorded.functions().len()];
        for id in (0..new.profile(now).functions().len()).map(FunctionId::at) {
            if let Some(own) = new.function(now, id) {
                of_recorded[own.index()] = Some(GroupId(id.0));
            }
        }
        for (i, group) in found.iter_mut().enumerate() {
            if let Some(own) = old.function(side, FunctionId::at(i)) {
                *group = of_recorded[own.index()].or(*group);
            }
        }
    }
    Some(found)
}
