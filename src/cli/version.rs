//! What `whtui --version` says.

/// The version and how it was built, as the build script found out.
pub(super) const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit  ",
    env!("WHTUI_BUILD_COMMIT"),
    "\ntarget  ",
    env!("WHTUI_BUILD_TARGET"),
    "\nrustc   ",
    env!("WHTUI_BUILD_RUSTC"),
);
