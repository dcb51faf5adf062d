//! Where a picture is empty.

use super::shape::{Point, Rectangle};

/// Which parts of an area something is drawn on, in cells. How much of a rectangle is drawn on takes four look-ups,
/// however large it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Ground {
    area: Rectangle,
    columns: usize,
    rows: usize,
    /// How many cells left of and above each corner are drawn on.
    sums: Vec<u32>,
}

/// Side of a cell, in pixels.
const CELL: f32 = 8.0;
/// The most cells along a side: a larger area has larger cells.
const MOST_CELLS: f32 = 1000.0;

impl Ground {
    /// An area with these rectangles drawn on it.
    pub fn under_boxes(area: Rectangle, boxes: impl IntoIterator<Item = Rectangle>) -> Self {
        let mut ground = Self::sized(area);
        let mut drawn = vec![false; ground.columns * ground.rows];
        for rectangle in boxes {
            let columns = ground.columns_of(rectangle.x)..=ground.columns_of(rectangle.right());
            for row in ground.rows_of(rectangle.y)..=ground.rows_of(rectangle.bottom()) {
                let first = row * ground.columns;
                drawn[first + columns.start()..=first + columns.end()].fill(true);
            }
        }
        ground.sum_up(&drawn);
        ground
    }

    /// An area of which a function says where it is drawn on.
    pub fn drawn_at(area: Rectangle, is_drawn: impl Fn(Point) -> bool) -> Self {
        let mut ground = Self::sized(area);
        let (wide, high) = ground.cell();
        let middle = |cell: usize| {
            let (column, row) = (cell % ground.columns, cell / ground.columns);
            (area.x + (column as f32 + 0.5) * wide, area.y + (row as f32 + 0.5) * high)
        };
        let drawn: Vec<bool> = (0..ground.columns * ground.rows).map(|cell| is_drawn(middle(cell))).collect();
        ground.sum_up(&drawn);
        ground
    }

    fn sized(area: Rectangle) -> Self {
        let cells = |length: f32| (length / CELL).ceil().clamp(1.0, MOST_CELLS) as usize;
        Self { area, columns: cells(area.width), rows: cells(area.height), sums: Vec::new() }
    }

    fn cell(&self) -> (f32, f32) {
        (self.area.width.max(1.0) / self.columns as f32, self.area.height.max(1.0) / self.rows as f32)
    }

    fn columns_of(&self, x: f32) -> usize {
        (((x - self.area.x) / self.cell().0).max(0.0) as usize).min(self.columns - 1)
    }

    fn rows_of(&self, y: f32) -> usize {
        (((y - self.area.y) / self.cell().1).max(0.0) as usize).min(self.rows - 1)
    }

    fn sum_up(&mut self, drawn: &[bool]) {
        let stride = self.columns + 1;
        self.sums = vec![0; stride * (self.rows + 1)];
        for row in 0..self.rows {
            let mut along = 0;
            for column in 0..self.columns {
                along += u32::from(drawn[row * self.columns + column]);
                self.sums[(row + 1) * stride + column + 1] = self.sums[row * stride + column + 1] + along;
            }
        }
    }

    /// The part of a rectangle that is drawn on, from 0 to 1.
    pub fn drawn_part(&self, rectangle: &Rectangle) -> f32 {
        let stride = self.columns + 1;
        let (left, right) = (self.columns_of(rectangle.x), self.columns_of(rectangle.right()) + 1);
        let (top, bottom) = (self.rows_of(rectangle.y), self.rows_of(rectangle.bottom()) + 1);
        let sum = |row: usize, column: usize| self.sums[row * stride + column];
        let drawn = sum(bottom, right) + sum(top, left) - sum(top, right) - sum(bottom, left);
        drawn as f32 / ((right - left) * (bottom - top)) as f32
    }
}
