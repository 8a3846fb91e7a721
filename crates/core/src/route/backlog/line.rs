//! A waiting line: places in order, with their ranks, and cheap to clone.
//!
//! A weight-balanced search tree (J. Nievergelt and E. Reingold, 1973; the parameters (3, 2) are those that Y. Hirai and
//! K. Yamamoto proved sound in "Balancing weight-balanced trees", JFP 21, 2011). Nodes are shared between clones and
//! changed in place when nobody else has them. Insertion, removal, the rank of a place and the count before a moment take
//! O(log n).

use std::{cmp::Ordering, sync::Arc};

use baton_model::{EscalationId, Timestamp};

/// A sibling may be this many times heavier.
const DELTA: u32 = 3;
/// Where a single rotation is enough.
const GAMMA: u32 = 2;

/// A place in the line, best first: aged score, then real age, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// `routing_since - priority` in milliseconds: lower is a higher score at every moment.
    pub(super) key: i64,
    pub(super) real_since: Timestamp,
    pub(super) id: EscalationId,
}

#[derive(Debug, Clone)]
struct Node {
    place: Place,
    size: u32,
    left: Tree,
    right: Tree,
}

type Tree = Option<Arc<Node>>;

#[derive(Debug, Clone, Default)]
pub(super) struct Line(Tree);

impl Line {
    pub(super) fn first(&self) -> Option<Place> {
        let mut node = self.0.as_ref()?;
        while let Some(left) = &node.left {
            node = left;
        }
        Some(node.place)
    }

    /// From the front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        let mut path = Vec::new();
        let mut down = self.0.as_ref();
        std::iter::from_fn(move || {
            while let Some(node) = down {
                path.push(node);
                down = node.left.as_ref();
            }
            let node = path.pop()?;
            down = node.right.as_ref();
            Some(&node.place)
        })
    }

    pub(super) fn insert(&mut self, place: Place) {
        insert(&mut self.0, place);
    }

    pub(super) fn remove(&mut self, place: &Place) {
        remove(&mut self.0, place);
    }

    /// How many there are before the first that is not `ahead`; whoever is ahead must come before whoever is not.
    pub(super) fn count_while(&self, ahead: impl Fn(&Place) -> bool) -> u32 {
        let (mut tree, mut count) = (&self.0, 0);
        while let Some(node) = tree {
            if ahead(&node.place) {
                count += size(&node.left) + 1;
                tree = &node.right;
            } else {
                tree = &node.left;
            }
        }
        count
    }
}

fn size(tree: &Tree) -> u32 {
    tree.as_ref().map_or(0, |n| n.size)
}

fn weight(tree: &Tree) -> u32 {
    size(tree) + 1
}

fn insert(tree: &mut Tree, place: Place) {
    let Some(node) = tree else {
        *tree = Some(Arc::new(Node { place, size: 1, left: None, right: None }));
        return;
    };
    let inner = Arc::make_mut(node);
    match place.cmp(&inner.place) {
        Ordering::Less => insert(&mut inner.left, place),
        Ordering::Greater => insert(&mut inner.right, place),
        Ordering::Equal => return,
    }
    balance(node);
}

fn remove(tree: &mut Tree, place: &Place) {
    let Some(node) = tree else { return };
    let inner = Arc::make_mut(node);
    match place.cmp(&inner.place) {
        Ordering::Less => remove(&mut inner.left, place),
        Ordering::Greater => remove(&mut inner.right, place),
        Ordering::Equal => match (inner.left.is_some(), inner.right.is_some()) {
            (_, false) => {
                *tree = inner.left.take();
                return;
            }
            (false, true) => {
                *tree = inner.right.take();
                return;
            }
            (true, true) => {
                if let Some(next) = take_first(&mut inner.right) {
                    inner.place = next;
                }
            }
        },
    }
    balance(node);
}

fn take_first(tree: &mut Tree) -> Option<Place> {
    let node = tree.as_mut()?;
    let inner = Arc::make_mut(node);
    if inner.left.is_none() {
        let first = inner.place;
        *tree = inner.right.take();
        return Some(first);
    }
    let first = take_first(&mut inner.left);
    balance(node);
    first
}

/// Restores size and balance after one insertion or removal below.
fn balance(node: &mut Arc<Node>) {
    let inner = Arc::make_mut(node);
    let (left, right) = (weight(&inner.left), weight(&inner.right));
    inner.size = left + right - 1;
    if right > DELTA * left {
        if let Some(child) = &mut inner.right
            && weight(&child.left) >= GAMMA * weight(&child.right)
        {
            rotate_right(child);
        }
        rotate_left(node);
    } else if left > DELTA * right {
        if let Some(child) = &mut inner.left
            && weight(&child.right) >= GAMMA * weight(&child.left)
        {
            rotate_left(child);
        }
        rotate_right(node);
    }
}

fn rotate_left(node: &mut Arc<Node>) {
    let inner = Arc::make_mut(node);
    let Some(mut child) = inner.right.take() else { return };
    let up = Arc::make_mut(&mut child);
    inner.right = up.left.take();
    inner.size = weight(&inner.left) + weight(&inner.right) - 1;
    std::mem::swap(node, &mut child);
    adopt(node, child, |n| &mut n.left);
}

fn rotate_right(node: &mut Arc<Node>) {
    let inner = Arc::make_mut(node);
    let Some(mut child) = inner.left.take() else { return };
    let up = Arc::make_mut(&mut child);
    inner.left = up.right.take();
    inner.size = weight(&inner.left) + weight(&inner.right) - 1;
    std::mem::swap(node, &mut child);
    adopt(node, child, |n| &mut n.right);
}

fn adopt(node: &mut Arc<Node>, child: Arc<Node>, side: impl Fn(&mut Node) -> &mut Tree) {
    let up = Arc::make_mut(node);
    *side(up) = Some(child);
    up.size = weight(&up.left) + weight(&up.right) - 1;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use baton_model::IdSource;
    use proptest::prelude::*;

    use super::*;

    fn place(key: i64) -> Place {
        let id = IdSource::new(Timestamp::default(), key.unsigned_abs() % 7).draw();
        Place { key: key / 3, real_since: Timestamp::from_millis(key % 5), id }
    }

    fn height(tree: &Tree) -> u32 {
        tree.as_ref().map_or(0, |n| 1 + height(&n.left).max(height(&n.right)))
    }

    fn balanced(tree: &Tree) -> bool {
        tree.as_ref().is_none_or(|n| {
            let (l, r) = (weight(&n.left), weight(&n.right));
            l <= DELTA * r && r <= DELTA * l && n.size == l + r - 1 && balanced(&n.left) && balanced(&n.right)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn a_sorted_set_that_knows_ranks(ops in prop::collection::vec((any::<bool>(), 0..120i64), 1..200)) {
            let (mut line, mut set) = (Line::default(), BTreeSet::new());
            for (add, key) in ops {
                let (old, before) = (line.clone(), set.len());
                let p = place(key);
                if add {
                    line.insert(p);
                    set.insert(p);
                } else {
                    line.remove(&p);
                    set.remove(&p);
                }
                prop_assert!(balanced(&line.0));
                prop_assert_eq!(size(&old.0) as usize, before, "a clone does not change");
                prop_assert!(line.iter().eq(set.iter()));
                prop_assert_eq!(line.first(), set.first().copied());
                prop_assert_eq!(line.count_while(|x| *x < p) as usize, set.iter().filter(|x| **x < p).count());
                prop_assert_eq!(size(&line.0) as usize, set.len());
            }
        }
    }

    #[test]
    fn stays_shallow_when_filled_in_order_and_served_from_the_front() {
        let mut line = Line::default();
        for n in 0..20_000 {
            line.insert(Place { key: n, ..place(1) });
        }
        assert!(height(&line.0) < 32, "{}", height(&line.0));
        for n in 0..15_000 {
            line.remove(&Place { key: n, ..place(1) });
        }
        assert!(balanced(&line.0) && size(&line.0) == 5_000);
    }
}
