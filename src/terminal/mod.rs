//! The terminal: taking it and giving it back, frames out, keys and signals in, the clipboard.
//!
//! Owns everything that is true of the terminal device and of nothing else. May use `app::{effect, message, key, layout}`
//! for what it is asked and what it hands on, and crossterm, ratatui, tokio, nix; knows nothing of models and views.
//!
//! How a program uses it:
//!
//! 1. [`StopSignal::hold`] before any thread exists, then [`install_panic_hook`];
//! 2. [`Screen::enter`], [`Input::start`], [`Signals::listen`];
//! 3. in the loop: `screen.draw(…)`, `input.next()`, `signals.next()`; at [`Event::Resized`] `screen.resize(size)`;
//!    [`suspend`] for ctrl-z and [`Signal::Stop`]; [`Screen::reenter`] at [`Signal::Continue`]; an end at
//!    [`Signal::Terminate`], at the end of input, and when drawing fails;
//! 4. dropping the screen, or [`restore`], gives the terminal back, however the program ends.
//!
//! [`Event::Resized`]: crate::app::message::Event::Resized

mod announce;
pub mod background;
mod canvas;
mod clipboard;
mod decoder;
mod editor;
mod escape;
pub mod helpers;
mod hook;
mod input;
mod jobs;
mod keys;
mod lease;
mod links;
mod modes;
mod pen;
mod screen;
mod sequence;
mod shell_words;
mod signals;
mod wide;
mod width;

pub use clipboard::{Copied, LONGEST_COPY};
pub use editor::{Editor, Ready};
pub use escape::EscapeKey;
pub use hook::{install_panic_hook, panicked};
pub use input::Input;
pub use jobs::{StopSignal, suspend};
pub use lease::restore;
pub use screen::{EnterError, Options, Outlet, Screen};
pub use signals::{Signal, Signals};
pub use width::width;
