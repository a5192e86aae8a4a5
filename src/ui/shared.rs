//! A part of the view, handed to components by reference: equal if it is the same object, so that a
//! component is drawn again only when its part was made anew.

use std::ops::Deref;
use std::rc::Rc;
use yew::html::ImplicitClone;

/// A shared part of the view.
#[derive(Debug)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Shares `part`.
    pub fn new(part: T) -> Shared<T> {
        Shared(Rc::new(part))
    }
}

impl<T: PartialEq> Shared<T> {
    /// Takes `part` if it differs; keeps the old object, and with it the drawing, if it does not.
    pub fn renew(&mut self, part: T) {
        if *self.0 != part {
            self.0 = Rc::new(part);
        }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        Shared(self.0.clone())
    }
}

impl<T> ImplicitClone for Shared<T> {}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Shared<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
