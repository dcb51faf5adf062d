//! Ids: indices into the columns of one [`Profile`](super::Profile), each a type of its own.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the column this id points into.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the position `index`; columns never hold more than `u32::MAX` rows.
            #[inline]
            pub fn at(index: usize) -> Self {
                debug_assert!(u32::try_from(index).is_ok());
                Self(index as u32)
            }
        }
    };
}

id!(
    /// A text in [`Profile::strings`](super::Profile::strings). Equal ids mean equal texts, within one profile.
    StringId
);
id!(
    /// A row of [`Profile::functions`](super::Profile::functions), in one profile.
    FunctionId
);
id!(
    /// A row of [`Profile::frames`](super::Profile::frames): a place in a function, in one profile.
    FrameId
);
id!(
    /// A node of [`Stacks`](super::Stacks): a whole stack, in one profile. `StackId::EMPTY` is the stack with no frame.
    StackId
);
id!(
    /// A row of [`Profile::tracks`](super::Profile::tracks): a thread of a process, in one profile.
    TrackId
);
id!(
    /// A row of [`Profile::metrics`](super::Profile::metrics), in one profile.
    MetricId
);
id!(
    /// A set of labels in [`Samples::label_sets`](super::Samples::label_sets); `LabelsId::NONE` is the empty set.
    LabelsId
);

impl StringId {
    /// The empty text, which stands for "not recorded".
    pub const EMPTY: Self = Self(0);
}

impl StackId {
    /// The stack that holds no frame: the root of every other.
    pub const EMPTY: Self = Self(0);
}

impl LabelsId {
    /// No labels.
    pub const NONE: Self = Self(0);
}
