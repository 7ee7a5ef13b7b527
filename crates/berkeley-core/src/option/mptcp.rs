//! Options of multipath TCP: level `SOL_MPTCP`. Linux.
