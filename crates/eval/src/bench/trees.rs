//! Boosted trees over columns that are there or not: what a linear head cannot say, such as *this, but only after that*.
//!
//! Newton boosting of the logistic loss with small trees (Friedman, 2001; the gain and the leaves as in Chen and Guestrin,
//! 2016). Deterministic: ties go to the lower column.

use baton_sense::logistic::Row;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub trees: usize,
    /// Questions from the root to a leaf.
    pub depth: usize,
    /// How much of each tree counts.
    pub rate: f64,
    /// Rows that a leaf needs.
    pub least: usize,
}

const SHRINKAGE: f64 = 1.0;

#[derive(Debug, Clone)]
enum Node {
    Leaf(f64),
    /// Column, then where to go on without it and with it.
    Ask(u32, Box<(Node, Node)>),
}

#[derive(Debug, Clone)]
pub struct Trees {
    bias: f64,
    trees: Vec<Node>,
}

/// Rows as the columns they have; gradient and curvature of the loss at each.
struct Work<'a> {
    has: &'a [Vec<u32>],
    slope: Vec<f64>,
    curve: Vec<f64>,
    /// Of the column under a question: slope, curvature and rows that have it. Kept empty between questions.
    sums: Vec<(f64, f64, usize)>,
    least: usize,
}

impl Trees {
    /// Targets from 0.5 on are true; weights are not read.
    pub fn fit(rows: &[Row], columns: usize, options: &Options) -> Self {
        let has: Vec<Vec<u32>> = rows.iter().map(present).collect();
        let gold: Vec<f64> = rows.iter().map(|r| f64::from(u8::from(r.target >= 0.5))).collect();
        let share = (gold.iter().sum::<f64>() + 0.5) / (gold.len() as f64 + 1.0);
        let bias = (share / (1.0 - share)).ln();
        let mut margins = vec![bias; rows.len()];
        let mut work =
            Work { has: &has, slope: vec![], curve: vec![], sums: vec![(0.0, 0.0, 0); columns], least: options.least };
        let mut trees = Vec::with_capacity(options.trees);
        for _ in 0..options.trees {
            let chance: Vec<f64> = margins.iter().map(|m| 1.0 / (1.0 + (-m).exp())).collect();
            work.slope = chance.iter().zip(&gold).map(|(p, y)| options.rate * (y - p)).collect();
            work.curve = chance.iter().map(|p| p * (1.0 - p)).collect();
            let tree = work.grow(&(0..rows.len()).collect::<Vec<_>>(), options.depth);
            for (margin, has) in margins.iter_mut().zip(&has) {
                *margin += tree.answer(has);
            }
            trees.push(tree);
        }
        Self { bias, trees }
    }

    /// Log-odds.
    pub fn margin(&self, columns: &[(u32, f32)]) -> f64 {
        let mut has: Vec<u32> = columns.iter().filter(|c| c.1 > 0.0).map(|c| c.0).collect();
        has.sort_unstable();
        self.bias + self.trees.iter().map(|t| t.answer(&has)).sum::<f64>()
    }
}

fn present(row: &Row) -> Vec<u32> {
    let mut has: Vec<u32> = row.columns.iter().filter(|c| c.1 > 0.0).map(|c| c.0).collect();
    has.sort_unstable();
    has.dedup();
    has
}

impl Node {
    fn answer(&self, has: &[u32]) -> f64 {
        match self {
            Self::Leaf(value) => *value,
            Self::Ask(column, ways) => {
                if has.binary_search(column).is_ok() {
                    ways.1.answer(has)
                } else {
                    ways.0.answer(has)
                }
            }
        }
    }
}

impl Work<'_> {
    fn grow(&mut self, rows: &[usize], depth: usize) -> Node {
        let slope: f64 = rows.iter().map(|&i| self.slope[i]).sum();
        let curve: f64 = rows.iter().map(|&i| self.curve[i]).sum();
        let leaf = Node::Leaf(slope / (curve + SHRINKAGE));
        if depth == 0 || rows.len() < 2 * self.least {
            return leaf;
        }
        let Some(column) = self.best(rows, slope, curve) else { return leaf };
        let (with, without): (Vec<usize>, Vec<usize>) =
            rows.iter().partition(|&&i| self.has[i].binary_search(&column).is_ok());
        let ways = (self.grow(&without, depth - 1), self.grow(&with, depth - 1));
        Node::Ask(column, Box::new(ways))
    }

    /// The column whose question gains most, if any does.
    fn best(&mut self, rows: &[usize], slope: f64, curve: f64) -> Option<u32> {
        let mut touched = Vec::new();
        for &i in rows {
            for &c in &self.has[i] {
                let sum = &mut self.sums[c as usize];
                if sum.2 == 0 {
                    touched.push(c);
                }
                *sum = (sum.0 + self.slope[i], sum.1 + self.curve[i], sum.2 + 1);
            }
        }
        touched.sort_unstable();
        let part = |g: f64, h: f64| g * g / (h + SHRINKAGE);
        let mut best = (1e-9, None);
        for c in touched {
            let (g, h, n) = std::mem::take(&mut self.sums[c as usize]);
            let gain = part(g, h) + part(slope - g, curve - h) - part(slope, curve);
            if n >= self.least && rows.len() - n >= self.least && gain > best.0 {
                best = (gain, Some(c));
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_but_not_both_is_learnt() {
        let row =
            |columns: &[u32], target| Row { columns: columns.iter().map(|&c| (c, 1.0)).collect(), target, weight: 1.0 };
        // One kind is a little more frequent: greedy questions need something to begin with.
        let kinds = [row(&[], 0.0), row(&[0], 1.0), row(&[1], 1.0), row(&[0, 1], 0.0), row(&[0, 1], 0.0)];
        let rows: Vec<Row> = (0..50).map(|i| kinds[i % 5].clone()).collect();
        let trees = Trees::fit(&rows, 2, &Options { trees: 30, depth: 2, rate: 0.3, least: 5 });
        for kind in &kinds {
            let said = trees.margin(&kind.columns) > 0.0;
            assert_eq!(said, kind.target > 0.5, "{kind:?}");
        }
    }
}
