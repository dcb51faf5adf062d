//! The call trees of both sides as one.
//!
//! Both are walked in tandem: below a place stand the children that either side has. The walk is the one every tree is
//! made by, so a comparison is drawn as any tree is; only its nodes know what they cost on either side.
//!
//! A box can be as wide as it is on one side, or as on the larger of the two. The larger sides of the children can
//! together be wider than the parent's larger side, where time went from one child to another:
//!
//! ```text
//! main    base 10, new 10     width 10          main   ██████████
//! ├ old   base 10             10, drawn as 5    old    █████
//! └ fast  new 10              10, drawn as 5    fast        █████
//! ```
//!
//! Then they share the parent's width in proportion, and so on inwards.

use super::{Comparison, Measure, Scale};
use crate::analyze::{
    Exactness, GroupId,
    tree::{Child, Sides, Source},
};
use rustc_hash::FxHashMap;

/// Whose cost the boxes of a merged tree are as wide as.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum BoxWidth {
    /// The larger side's; see the module's text.
    #[default]
    Larger,
    /// The new side's: what is gone is not drawn.
    New,
    /// The base side's: what is new is not drawn.
    Base,
}

impl BoxWidth {
    /// Every one of them, in the order menus show them.
    pub const ALL: [Self; 3] = [Self::Larger, Self::New, Self::Base];

    /// What it does, for a legend.
    pub fn legend(self) -> &'static str {
        match self {
            Self::Larger => "as wide as the larger side",
            Self::New => "as wide as new",
            Self::Base => "as wide as base",
        }
    }

    /// The width a box would have if all its room were its own.
    pub fn of(self, base: i64, new: i64) -> i64 {
        match self {
            Self::Larger => base.max(new),
            Self::New => new,
            Self::Base => base,
        }
    }
}

/// One side of a merged tree.
pub(super) struct SideSource<S> {
    pub(super) source: S,
    /// From the side's own values to those of the comparison.
    pub(super) scale: Scale,
}

/// Both sides of a merged tree.
pub(super) struct Both<'a, B, N> {
    /// Judges what boxes did.
    pub(super) comparison: &'a Comparison,
    pub(super) base: SideSource<B>,
    pub(super) new: SideSource<N>,
    pub(super) width: BoxWidth,
    /// The width of everything.
    pub(super) sum: i64,
}

/// A place on one side: what it costs in values of the comparison.
struct Place<C> {
    own: i64,
    total: i64,
    exact: bool,
    cursor: C,
}

impl<C> Place<C> {
    fn of(child: Child<C>, scale: Scale) -> (GroupId, Self) {
        let (own, total) = (scale.apply(child.own), scale.apply(child.total));
        (child.group, Self { own, total, exact: child.exact, cursor: child.cursor })
    }
}

/// A place on either side.
pub(super) struct BothPlaces<B, N> {
    base: Option<Place<B>>,
    new: Option<Place<N>>,
    /// The room it was given.
    room: i64,
}

impl<B, N> BothPlaces<B, N> {
    fn widths(&self, width: BoxWidth) -> (i64, i64) {
        let (base_own, base) = self.base.as_ref().map_or((0, 0), |p| (p.own, p.total));
        let (new_own, new) = self.new.as_ref().map_or((0, 0), |p| (p.own, p.total));
        (width.of(base_own, new_own), width.of(base, new))
    }
}

impl<B: Source, N: Source> Source for Both<'_, B, N> {
    type Cursor = BothPlaces<B::Cursor, N::Cursor>;

    fn roots(&mut self, min_total: i64, out: &mut Vec<Child<Self::Cursor>>) -> i64 {
        let (mut base, mut new) = (Vec::new(), Vec::new());
        self.base.source.roots(1, &mut base);
        self.new.source.roots(1, &mut new);
        self.join(base, new, &Room { width: self.sum, own: 0, desired: self.sum }, min_total, out)
    }

    fn children(&mut self, of: &Self::Cursor, min_total: i64, out: &mut Vec<Child<Self::Cursor>>) -> i64 {
        let (own, desired) = of.widths(self.width);
        let (mut base, mut new) = (Vec::new(), Vec::new());
        // All of them: what is narrow on one side may be wide on the other.
        if let Some(place) = &of.base {
            self.base.source.children(&place.cursor, 1, &mut base);
        }
        if let Some(place) = &of.new {
            self.new.source.children(&place.cursor, 1, &mut new);
        }
        self.join(base, new, &Room { width: of.room, own, desired }, min_total, out)
    }

    fn exactness(&self) -> Exactness {
        match (self.base.source.exactness(), self.new.source.exactness()) {
            (Exactness::Exact, Exactness::Exact) => Exactness::Exact,
            _ => Exactness::Estimated,
        }
    }

    fn sides(&self, group: GroupId, of: &Self::Cursor) -> Option<Sides> {
        let base = of.base.as_ref().map(|p| (p.own, p.total));
        let new = of.new.as_ref().map(|p| (p.own, p.total));
        let (own, total) = (|side: (i64, i64)| side.0, |side: (i64, i64)| side.1);
        Some(Sides {
            base,
            new,
            own_status: self.comparison.judge_box(group, Measure::Own, base.map(own), new.map(own)),
            total_status: self.comparison.judge_box(group, Measure::Total, base.map(total), new.map(total)),
        })
    }
}

/// What children are to share.
struct Room {
    width: i64,
    /// What of the parent's own cost would be drawn if all its room were its own.
    own: i64,
    /// The width the parent would have.
    desired: i64,
}

impl<B: Source, N: Source> Both<'_, B, N> {
    /// Appends the children of both sides by group, and gives the width of those that are left out.
    fn join(
        &self,
        base: Vec<Child<B::Cursor>>,
        new: Vec<Child<N::Cursor>>,
        room: &Room,
        min_total: i64,
        out: &mut Vec<Child<BothPlaces<B::Cursor, N::Cursor>>>,
    ) -> i64 {
        let mut bases: FxHashMap<GroupId, Place<B::Cursor>> = FxHashMap::default();
        let mut order = Vec::with_capacity(base.len());
        for child in base {
            let (group, place) = Place::of(child, self.base.scale);
            order.push(group);
            bases.insert(group, place);
        }
        let mut both = Vec::with_capacity(order.len().max(new.len()));
        for child in new {
            let (group, place) = Place::of(child, self.new.scale);
            both.push((group, BothPlaces { base: bases.remove(&group), new: Some(place), room: 0 }));
        }
        for group in order {
            if let Some(place) = bases.remove(&group) {
                both.push((group, BothPlaces { base: Some(place), new: None, room: 0 }));
            }
        }
        let wanted = |places: &BothPlaces<B::Cursor, N::Cursor>| places.widths(self.width).1;
        let needed = both.iter().fold(i128::from(room.own), |sum, (_, p)| sum + i128::from(wanted(p)));
        // Where they fit, each gets what it would have; where the parent was squeezed, so are they.
        let needed = needed.max(i128::from(room.desired)).max(1);
        let mut rest = 0;
        let (mut end, mut last) = (0_i128, 0_i64);
        // Widest first, as they will stand, so that rounding does not depend on what is left out.
        both.sort_by_key(|(group, places)| (std::cmp::Reverse(wanted(places)), *group));
        for (group, mut places) in both {
            end += i128::from(wanted(&places));
            // The ends are rounded, not the widths: they must not add up to more than the room.
            let to = (end.saturating_mul(i128::from(room.width)) / needed) as i64;
            let total = to - last;
            last = to;
            if total < min_total {
                rest += total;
                continue;
            }
            places.room = total;
            let (own, desired) = places.widths(self.width);
            let own = Scale::new(desired, total).apply(own).min(total);
            let exact = places.base.as_ref().is_none_or(|p| p.exact) && places.new.as_ref().is_none_or(|p| p.exact);
            out.push(Child { group, total, own, exact, cursor: places });
        }
        rest
    }
}
