//! From one row of a prefix tree to the next, at the cost of the part where they differ.

/// A step of a [`PathWalk`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The row is no longer on the path; it was the innermost.
    Leave(u32),
    /// The row is the innermost of the path now.
    Enter(u32),
}

/// The path from the root of a prefix tree to the row visited last. Row 0 is the root and stands on no path.
///
/// Rows made for one stack follow each other, so a walk in the order of rows mostly enters one row at a time.
pub struct PathWalk {
    path: Vec<u32>,
    /// Where each row stands on the path, if it does.
    position: Vec<u32>,
    branch: Vec<u32>,
}

impl PathWalk {
    /// A walk that stands at the root of a tree of so many rows.
    pub fn new(rows: usize) -> Self {
        Self { path: Vec::new(), position: vec![0; rows], branch: Vec::new() }
    }

    /// Goes to a row: leaves what is not on its path, innermost first, then enters what is missing, the row itself last.
    #[inline]
    pub fn go_to(&mut self, row: u32, parent_of: impl Fn(u32) -> u32, mut on_step: impl FnMut(Step)) {
        self.branch.clear();
        let mut at = row;
        while at != 0 && !self.is_on_path(at) {
            self.branch.push(at);
            at = parent_of(at);
        }
        let keep = if at == 0 { 0 } else { self.position[at as usize] as usize + 1 };
        while self.path.len() > keep
            && let Some(left) = self.path.pop()
        {
            on_step(Step::Leave(left));
        }
        while let Some(entered) = self.branch.pop() {
            self.position[entered as usize] = self.path.len() as u32;
            self.path.push(entered);
            on_step(Step::Enter(entered));
        }
    }

    fn is_on_path(&self, row: u32) -> bool {
        self.path.get(self.position[row as usize] as usize) == Some(&row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_that_differs_is_walked() {
        // 0 ─ 1 ─ 2 ─ 3
        //     └── 4
        let parents = [0, 0, 1, 2, 1];
        let mut walk = PathWalk::new(parents.len());
        let mut steps = |row| {
            let mut steps = Vec::new();
            walk.go_to(row, |r| parents[r as usize], |s| steps.push(s));
            steps
        };
        assert_eq!(steps(3), [Step::Enter(1), Step::Enter(2), Step::Enter(3)]);
        assert_eq!(steps(4), [Step::Leave(3), Step::Leave(2), Step::Enter(4)]);
        assert_eq!(steps(1), [Step::Leave(4)]);
        assert_eq!(steps(0), [Step::Leave(1)]);
        assert_eq!(steps(0), []);
    }
}
