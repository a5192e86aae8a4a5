//! Rows in pages that snapshots share.
//!
//! A view of a thousand nodes is cloned with every snapshot, and then changes row by row: who is
//! heard of next. So a page is copied when the first of its rows changes; a longer page would copy more
//! than is used, a shorter one would count more references at each snapshot.

use std::sync::Arc;

const PAGE: usize = 8;

/// A list that grows at its end. All pages but the last are full.
#[derive(Clone, Debug)]
pub(super) struct Pages<T>(Vec<Arc<[T]>>);

impl<T: Clone> Pages<T> {
    pub(super) fn new() -> Pages<T> {
        Pages(Vec::new())
    }
    #[inline]
    pub(super) fn get(&self, index: usize) -> &T {
        &self.0[index / PAGE][index % PAGE]
    }
    #[inline]
    pub(super) fn get_mut(&mut self, index: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.0[index / PAGE])[index % PAGE]
    }
    pub(super) fn push(&mut self, row: T) {
        match self.0.last_mut().filter(|page| page.len() < PAGE) {
            Some(page) => *page = page.iter().cloned().chain([row]).collect(),
            None => self.0.push(Arc::new([row])),
        }
    }
}
