//! Without the feature.

use berkeley_core::{self as core, Address, Interest};
use std::io;
use std::time::Duration;

/// Nothing.
#[derive(Clone, Debug)]
pub(crate) struct Trace;

impl Trace {
    #[inline(always)]
    pub(crate) fn of(_: &core::Socket) -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn connecting(&self, _: &Address) {}

    #[inline(always)]
    pub(crate) fn connected(&self) {}

    #[inline(always)]
    pub(crate) fn connect_failed(&self, _: &io::Error) {}

    #[inline(always)]
    pub(crate) fn waited<T>(&self, _: Interest, _: &io::Result<T>) {}

    #[inline(always)]
    pub(crate) fn lost(&self, _: &io::Error) {}

    #[inline(always)]
    pub(crate) fn pauses(&self, _: &io::Error, _: Duration) {}

    #[inline(always)]
    pub(crate) fn registered(&self, _: impl FnOnce() -> &'static str) {}
}
