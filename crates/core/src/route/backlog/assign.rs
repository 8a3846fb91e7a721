//! Pairs of least total cost: the Hungarian method with potentials (H. Kuhn, "The Hungarian method for the assignment
//! problem", 1955; in the O(n³) form of shortest augmenting paths, R. Jonker and A. Volgenant, 1987).

/// Stands for "cannot": more than any sum of real costs, so that as many pairs as possible are made.
const NEVER: i64 = 1 << 40;

/// `costs[row][column]`, `None` where the two cannot be paired; at most `2^20` each. Gives as many pairs as can be made, of
/// least total cost, in the order of rows.
pub(super) fn cheapest(costs: &[Vec<Option<i64>>]) -> Vec<(usize, usize)> {
    let columns = costs.iter().map(Vec::len).max().unwrap_or(0);
    if costs.is_empty() || columns == 0 {
        return Vec::new();
    }
    // At least as many columns as rows: a missing one is one that nobody can take.
    let width = columns.max(costs.len());
    let cost = |row: usize, column: usize| costs[row].get(column).copied().flatten().unwrap_or(NEVER);
    // Rows and columns from 1; 0 is the row being placed.
    let (mut of_row, mut of_column) = (vec![0i64; costs.len() + 1], vec![0i64; width + 1]);
    let mut taken_by = vec![0usize; width + 1];
    for row in 1..=costs.len() {
        taken_by[0] = row;
        let mut at = 0;
        let mut slack = vec![i64::MAX; width + 1];
        let mut came_from = vec![0usize; width + 1];
        let mut seen = vec![false; width + 1];
        while taken_by[at] != 0 {
            seen[at] = true;
            let current = taken_by[at];
            let (mut least, mut next) = (i64::MAX, 0);
            for column in (1..=width).filter(|c| !seen[*c]) {
                let reduced = cost(current - 1, column - 1) - of_row[current] - of_column[column];
                if reduced < slack[column] {
                    slack[column] = reduced;
                    came_from[column] = at;
                }
                if slack[column] < least {
                    least = slack[column];
                    next = column;
                }
            }
            for column in 0..=width {
                if seen[column] {
                    of_row[taken_by[column]] += least;
                    of_column[column] -= least;
                } else if column > 0 {
                    slack[column] -= least;
                }
            }
            at = next;
        }
        while at != 0 {
            let before = came_from[at];
            taken_by[at] = taken_by[before];
            at = before;
        }
    }
    let mut pairs: Vec<(usize, usize)> = (1..=width)
        .filter(|column| taken_by[*column] != 0)
        .map(|column| (taken_by[column] - 1, column - 1))
        .filter(|(row, column)| cost(*row, *column) < NEVER)
        .collect();
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Most pairs, then least cost, by trying everything.
    fn best(costs: &[Vec<Option<i64>>], row: usize, used: &mut Vec<usize>) -> (i64, i64) {
        if row == costs.len() {
            return (0, 0);
        }
        let mut found = best(costs, row + 1, used);
        for column in 0..costs[row].len() {
            if let Some(cost) = costs[row][column].filter(|_| !used.contains(&column)) {
                used.push(column);
                let (pairs, total) = best(costs, row + 1, used);
                used.pop();
                found = found.min((pairs - 1, total + cost));
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn nothing_is_cheaper(costs in (1..5usize, 1..5usize).prop_flat_map(|(rows, columns)| {
            prop::collection::vec(prop::collection::vec(prop::option::weighted(0.7, 0..50i64), columns), rows)
        })) {
            let pairs = cheapest(&costs);
            let total: i64 = pairs.iter().map(|(r, c)| costs[*r][*c].expect("can be paired")).sum();
            let columns: std::collections::BTreeSet<_> = pairs.iter().map(|(_, c)| *c).collect();
            prop_assert_eq!(columns.len(), pairs.len());
            prop_assert_eq!((-(pairs.len() as i64), total), best(&costs, 0, &mut Vec::new()));
        }
    }
}
