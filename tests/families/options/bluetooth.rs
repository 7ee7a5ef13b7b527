//! Level.
