//! What its user does to a socket that is made by name, before it is bound or connected.

use std::fmt;
use std::io;
use std::sync::Arc;

/// A function on a socket that may fail, or none. `S` is a socket of either crate.
#[doc(hidden)]
pub struct Prepare<S>(Option<Arc<Preparation<S>>>);

type Preparation<S> = dyn Fn(&S) -> io::Result<()> + Send + Sync;

impl<S> Prepare<S> {
    /// Takes the function.
    pub fn new(prepare: impl Fn(&S) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(prepare)))
    }

    /// Calls it, if there is one.
    ///
    /// # Errors
    /// Its own.
    pub fn call(&self, socket: &S) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |prepare| prepare(socket))
    }
}

impl<S> Default for Prepare<S> {
    fn default() -> Self {
        Self(None)
    }
}

impl<S> Clone for Prepare<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> fmt::Debug for Prepare<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "a function" } else { "nothing" })
    }
}
