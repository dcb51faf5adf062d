//! Whole stacks as one prefix tree.
//!
//! A stack is its parent stack and one more frame. Stacks that begin alike share their beginning, and a parent always
//! stands before its children, so one pass backwards over the columns sums every subtree.

use super::{FrameId, StackId};

/// The prefix tree of all stacks of a profile. Row 0 is the empty stack.
#[derive(Debug, Clone)]
pub struct Stacks {
    pub(super) parents: Vec<StackId>,
    pub(super) frames: Vec<FrameId>,
}

impl Stacks {
    /// The stack without the innermost frame; the empty stack's parent is itself.
    #[inline]
    pub fn parent(&self, stack: StackId) -> StackId {
        self.parents[stack.index()]
    }

    /// The innermost frame. The empty stack has none.
    #[inline]
    pub fn frame(&self, stack: StackId) -> Option<FrameId> {
        (stack != StackId::EMPTY).then(|| self.frames[stack.index()])
    }

    /// How many stacks there are, the empty one included.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether there is no stack but the empty one.
    pub fn is_empty(&self) -> bool {
        self.parents.len() <= 1
    }

    /// Parents by stack: `parents()[s] < s` but for row 0, which is its own parent.
    pub fn parents(&self) -> &[StackId] {
        &self.parents
    }

    /// Innermost frames by stack. Row 0 stands for the empty stack; its value has no meaning.
    pub fn frames(&self) -> &[FrameId] {
        &self.frames
    }

    /// The frames of a stack from the innermost to the outermost.
    pub fn walk(&self, stack: StackId) -> impl Iterator<Item = FrameId> + '_ {
        let mut at = stack;
        std::iter::from_fn(move || {
            let frame = self.frame(at)?;
            at = self.parent(at);
            Some(frame)
        })
    }
}
