//! Every recovery from red to green: played by keys alone, with exactly the writes it should make; then again with
//! trouble at each of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

#[path = "recoveries/keys.rs"]
mod keys;
#[path = "recoveries/story.rs"]
mod story;

/// Declares a story, and its two tests.
macro_rules! story {
    ($name:ident, $story:expr) => {
        pub mod $name {
            use crate::story::Story;

            pub const STORY: Story = $story;

            #[tokio::test]
            async fn goes_from_red_to_green_with_exactly_its_writes() {
                STORY.goes_well().await;
            }

            #[tokio::test]
            async fn shows_every_turn() {
                STORY.looks_well().await;
            }

            #[tokio::test]
            async fn gets_there_in_spite_of_trouble() {
                STORY.goes_well_in_spite_of_trouble().await;
            }
        }
    };
}

#[path = "recoveries/anew.rs"]
mod anew;
#[path = "recoveries/channels.rs"]
mod channels;
#[path = "recoveries/forms.rs"]
mod forms;
#[path = "recoveries/plain.rs"]
mod plain;
#[path = "recoveries/settings.rs"]
mod settings;
#[path = "recoveries/turns.rs"]
mod turns;
