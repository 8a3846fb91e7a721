//! Records in order of their keys, with their ranks, and cheap to clone.
//!
//! A B+ tree that knows how many records are under each branch (R. Bayer and E. McCreight, "Organization and maintenance of
//! large ordered indexes", 1972). Nodes are shared between clones and changed in place when nobody else has them. Most
//! records come at the end and leave near the front, so a full node is split there, and a thin one joins its neighbour only
//! where both fit well. Insertion, removal, the rank of a record and the count before a key take O(log n).

use std::{cmp::Ordering, fmt::Debug, slice, sync::Arc};

/// Most records of a leaf, and most children of a branch.
const LEAF: usize = 64;
const FAN: usize = 32;

/// What has its place by a key.
pub(super) trait Keyed: Clone {
    type Key: Copy + Ord + Debug;

    fn key(&self) -> Self::Key;
}

#[derive(Debug, Clone)]
enum Node<T: Keyed> {
    Leaf(Vec<T>),
    Branch(Vec<Child<T>>),
}

#[derive(Debug, Clone)]
struct Child<T: Keyed> {
    first: T::Key,
    size: u32,
    node: Arc<Node<T>>,
}

/// Absent: empty. No node is empty.
#[derive(Debug, Clone)]
pub(super) struct Tree<T: Keyed>(Option<Arc<Node<T>>>);

impl<T: Keyed> Default for Tree<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Keyed> Tree<T> {
    pub(super) fn first(&self) -> Option<&T> {
        self.end(|records| records.first(), |children| children.first())
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.end(|records| records.last(), |children| children.last())
    }

    fn end<'a>(
        &'a self,
        of_leaf: impl Fn(&'a [T]) -> Option<&'a T>,
        of_branch: impl Fn(&'a [Child<T>]) -> Option<&'a Child<T>>,
    ) -> Option<&'a T> {
        let mut node = self.0.as_ref()?;
        loop {
            match &**node {
                Node::Leaf(records) => return of_leaf(records),
                Node::Branch(children) => node = &of_branch(children)?.node,
            }
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.0.as_ref().map_or(0, |root| size(root))
    }

    pub(super) fn get(&self, key: &T::Key) -> Option<&T> {
        let mut node = self.0.as_ref()?;
        loop {
            match &**node {
                Node::Leaf(records) => return records.get(find(records, key).ok()?),
                Node::Branch(children) => node = &children.get(below(children, key))?.node,
            }
        }
    }

    /// From the front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        let (mut branches, mut leaf) = (Vec::new(), [].iter());
        let mut enter = self.0.as_ref();
        std::iter::from_fn(move || {
            loop {
                match enter.take().map(|node| &**node) {
                    Some(Node::Leaf(records)) => leaf = records.iter(),
                    Some(Node::Branch(children)) => branches.push(children.iter()),
                    None => {}
                }
                if let Some(record) = leaf.next() {
                    return Some(record);
                }
                let deepest: &mut slice::Iter<'_, Child<T>> = branches.last_mut()?;
                enter = deepest.next().map(|child| &child.node);
                if enter.is_none() {
                    branches.pop();
                }
            }
        })
    }

    /// Gives back what had the same key.
    pub(super) fn insert(&mut self, record: T) -> Option<T> {
        let Some(root) = &mut self.0 else {
            self.0 = Some(Arc::new(Node::Leaf(vec![record])));
            return None;
        };
        match insert(root, record) {
            Inserted::Instead(old) => return Some(old),
            Inserted::Inside => {}
            Inserted::Split(right) => {
                let left = Child::of(Arc::clone(root));
                self.0 = Some(Arc::new(Node::Branch(left.into_iter().chain([right]).collect())));
            }
        }
        None
    }

    pub(super) fn remove(&mut self, key: &T::Key) -> Option<T> {
        let removed = remove(self.0.as_mut()?, key);
        self.lower();
        removed
    }

    /// Takes away the first, at most so many: they go to `to`.
    pub(super) fn take_front(&mut self, most: usize, to: &mut Vec<T>) {
        let Some(root) = &mut self.0 else { return };
        take_front(root, most, to);
        self.lower();
    }

    /// A root with one child is none.
    fn lower(&mut self) {
        match self.0.as_deref() {
            Some(Node::Leaf(records)) if records.is_empty() => self.0 = None,
            Some(Node::Branch(children)) if children.len() < 2 => self.0 = children.first().map(|c| Arc::clone(&c.node)),
            Some(Node::Leaf(_) | Node::Branch(_)) | None => {}
        }
    }

    /// How many there are before the first that is not `ahead`; whoever is ahead must come before whoever is not.
    pub(super) fn count_while(&self, ahead: impl Fn(&T::Key) -> bool) -> u32 {
        let (mut next, mut count) = (self.0.as_ref(), 0);
        while let Some(node) = next.take() {
            match &**node {
                Node::Leaf(records) => count += length(records.partition_point(|r| ahead(&r.key()))),
                Node::Branch(children) => {
                    let reached = children.partition_point(|c| ahead(&c.first));
                    if let Some((last, before)) = children.get(..reached).and_then(<[Child<T>]>::split_last) {
                        count += before.iter().map(|c| c.size).sum::<u32>();
                        next = Some(&last.node);
                    }
                }
            }
        }
        count
    }
}

enum Inserted<T: Keyed> {
    /// Of what had the same key.
    Instead(T),
    Inside,
    /// What no longer fits, to the right.
    Split(Child<T>),
}

impl<T: Keyed> Child<T> {
    fn of(node: Arc<Node<T>>) -> Option<Self> {
        Some(Self { first: first(&node)?, size: size(&node), node })
    }
}

pub(super) fn length(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn size<T: Keyed>(node: &Node<T>) -> u32 {
    match node {
        Node::Leaf(records) => length(records.len()),
        Node::Branch(children) => children.iter().map(|c| c.size).sum(),
    }
}

fn first<T: Keyed>(node: &Node<T>) -> Option<T::Key> {
    match node {
        Node::Leaf(records) => records.first().map(T::key),
        Node::Branch(children) => children.first().map(|c| c.first),
    }
}

/// Puts it at `at`; what is beyond `most` goes to the right: the new one alone at the end, half of all elsewhere.
fn put<T>(all: &mut Vec<T>, at: usize, new: T, most: usize) -> Option<Vec<T>> {
    if all.len() < most {
        all.insert(at, new);
        return None;
    }
    if at == all.len() {
        return Some(vec![new]);
    }
    let mut right = all.split_off(most / 2);
    match at.checked_sub(all.len()) {
        Some(at) => right.insert(at, new),
        None => all.insert(at, new),
    }
    Some(right)
}

/// Most come at the end and leave at the front.
fn find<T: Keyed>(records: &[T], key: &T::Key) -> Result<usize, usize> {
    if let Some(last) = records.last()
        && last.key() < *key
    {
        return Err(records.len());
    }
    match records.first().map(|first| key.cmp(&first.key())) {
        Some(Ordering::Equal) => Ok(0),
        Some(Ordering::Less) | None => Err(0),
        Some(Ordering::Greater) => records.binary_search_by(|r| r.key().cmp(key)),
    }
}

/// Below which child it is, or would be.
fn below<T: Keyed>(children: &[Child<T>], key: &T::Key) -> usize {
    match (children.get(1), children.last()) {
        (_, Some(last)) if last.first <= *key => children.len() - 1,
        (Some(second), _) if *key < second.first => 0,
        _ => children.partition_point(|c| c.first <= *key).saturating_sub(1),
    }
}

fn insert<T: Keyed>(node: &mut Arc<Node<T>>, record: T) -> Inserted<T> {
    let right = match Arc::make_mut(node) {
        Node::Leaf(records) => match find(records, &record.key()) {
            Ok(at) => {
                let old = records.get_mut(at).map(|old| std::mem::replace(old, record));
                return old.map_or(Inserted::Inside, Inserted::Instead);
            }
            Err(at) => put(records, at, record, LEAF).map(Node::Leaf),
        },
        Node::Branch(children) => {
            let key = record.key();
            let at = below(children, &key);
            let Some(child) = children.get_mut(at) else { return Inserted::Inside };
            let right = match insert(&mut child.node, record) {
                Inserted::Instead(old) => return Inserted::Instead(old),
                Inserted::Inside => None,
                Inserted::Split(right) => Some(right),
            };
            child.first = child.first.min(key);
            child.size += 1;
            match right {
                Some(right) => {
                    child.size -= right.size;
                    put(children, at + 1, right, FAN).map(Node::Branch)
                }
                None => None,
            }
        }
    };
    right.and_then(|right| Child::of(Arc::new(right))).map_or(Inserted::Inside, Inserted::Split)
}

fn remove<T: Keyed>(node: &mut Arc<Node<T>>, key: &T::Key) -> Option<T> {
    match Arc::make_mut(node) {
        Node::Leaf(records) => find(records, key).ok().map(|at| records.remove(at)),
        Node::Branch(children) => {
            let at = below(children, key);
            let child = children.get_mut(at)?;
            let removed = remove(&mut child.node, key)?;
            child.size -= 1;
            match first(&child.node) {
                Some(first) => {
                    child.first = first;
                    join(children, at);
                }
                None => _ = children.remove(at),
            }
            Some(removed)
        }
    }
}

/// Whatever of the first `most` the first leaf has.
fn take_front<T: Keyed>(node: &mut Arc<Node<T>>, most: usize, to: &mut Vec<T>) {
    match Arc::make_mut(node) {
        Node::Leaf(records) => to.extend(records.drain(..most.min(records.len()))),
        Node::Branch(children) => {
            let Some(child) = children.first_mut() else { return };
            let before = to.len();
            take_front(&mut child.node, most, to);
            child.size -= length(to.len() - before);
            match first(&child.node) {
                Some(first) => {
                    child.first = first;
                    join(children, 0);
                }
                None => _ = children.remove(0),
            }
        }
    }
}

/// Where the child has become thin, and fits well into one node with the next or the one before.
fn join<T: Keyed>(children: &mut Vec<Child<T>>, at: usize) {
    let full = |c: &Child<T>| match &*c.node {
        Node::Leaf(records) => (records.len(), LEAF),
        Node::Branch(below) => (below.len(), FAN),
    };
    if children.get(at).map(full).is_none_or(|(len, most)| len >= most / 4) {
        return;
    }
    for at in [Some(at), at.checked_sub(1)].into_iter().flatten() {
        let Some([left, right]) = children.get_mut(at..at + 2) else { continue };
        let ((a, most), (b, _)) = (full(left), full(right));
        if a + b > most / 2 {
            continue;
        }
        match (Arc::make_mut(&mut left.node), &*right.node) {
            (Node::Leaf(records), Node::Leaf(more)) => records.extend_from_slice(more),
            (Node::Branch(below), Node::Branch(more)) => below.extend_from_slice(more),
            _ => continue,
        }
        left.size += right.size;
        children.remove(at + 1);
        return;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use baton_model::{IdSource, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::route::backlog::line::Place;

    fn place(key: i64) -> Place {
        let id = IdSource::new(Timestamp::default(), key.unsigned_abs() % 7).draw();
        Place { key: key / 3, real_since: Timestamp::from_millis(key % 5), id }
    }

    /// Depth, if every node is in order: sizes, firsts, bounds, all leaves equally deep.
    fn sound(node: &Node<Place>, root: bool) -> Option<u32> {
        match node {
            Node::Leaf(records) => {
                let fits = !records.is_empty() && records.len() <= LEAF && records.is_sorted_by(|a, b| a < b);
                fits.then_some(1)
            }
            Node::Branch(children) => {
                let known = |c: &Child<Place>| c.size == size(&c.node) && Some(c.first) == first(&c.node);
                let depths: BTreeSet<_> = children.iter().map(|c| sound(&c.node, false)).collect();
                let fits = (if root { 2 } else { 1 }..=FAN).contains(&children.len()) && children.iter().all(known);
                let depth = depths.first().copied().flatten().filter(|_| depths.len() == 1)?;
                fits.then_some(depth + 1)
            }
        }
    }

    fn depth(line: &Tree<Place>) -> u32 {
        line.0.as_ref().map_or(0, |root| sound(root, true).expect("in order"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn a_sorted_set_that_knows_ranks(
            filled in 0..1_500i64, ops in prop::collection::vec((any::<bool>(), 0..4_500i64), 1..200), drained in 0..1_500usize,
        ) {
            let (mut line, mut set) = (Tree::default(), BTreeSet::new());
            for key in 0..filled {
                line.insert(place(key * 3));
                set.insert(place(key * 3));
            }
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
                depth(&line);
                prop_assert_eq!(old.count_while(|_| true) as usize, before, "a clone does not change");
                prop_assert_eq!(line.first(), set.first());
                prop_assert_eq!(line.get(&p), set.get(&p));
                prop_assert_eq!(line.count_while(|x| *x < p) as usize, set.range(..p).count());
                prop_assert_eq!(line.count_while(|_| true) as usize, set.len());
            }
            prop_assert!(line.iter().eq(set.iter()));
            prop_assert_eq!((line.last(), line.len() as usize), (set.last(), set.len()));
            let mut taken = Vec::new();
            while taken.len() < drained && !set.is_empty() {
                let before = taken.len();
                line.take_front(9, &mut taken);
                prop_assert!((before + 1..=before + 9).contains(&taken.len()));
                prop_assert!(taken[before..].iter().all(|p| set.pop_first() == Some(*p)));
                prop_assert_eq!(line.first(), set.first());
            }
            depth(&line);
            prop_assert!(line.iter().eq(set.iter()));
        }
    }

    #[test]
    fn stays_shallow_and_full_when_filled_at_the_end_and_served_from_the_front() {
        let mut line = Tree::<Place>::default();
        for n in 0..100_000 {
            line.insert(Place { key: n, ..place(1) });
        }
        assert_eq!(depth(&line), 4);
        for n in 0..99_000 {
            line.remove(&Place { key: n, ..place(1) });
        }
        assert_eq!((depth(&line), line.count_while(|_| true)), (2, 1_000));
        // Most of a line may leave it from anywhere.
        for n in (99_000..100_000).filter(|n| n % 50 != 0) {
            line.remove(&Place { key: n, ..place(1) });
        }
        assert_eq!((depth(&line), line.iter().count()), (1, 20));
    }
}
