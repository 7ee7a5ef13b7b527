//! Windows has its place here; its calls are not written yet.

compile_error!(
    "berkeley-core does not build on Windows yet: sys/windows.rs has to provide the functions \
     listed in sys/mod.rs over Winsock"
);
