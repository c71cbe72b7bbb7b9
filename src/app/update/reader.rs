//! Keys of a long text: scrolling, and the search in it.

use super::keys::{halved, line_edit};
use crate::app::commands::CommandId;
use crate::app::key::{Code, Key};
use crate::app::model::reader::{Reader, Stride};

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It did something.
    Yes,
    /// It means nothing to a text.
    No,
    /// There is nothing to go to, because nothing is searched for.
    NothingSought,
}

/// A key was pressed while a text of so many lines a page is read.
pub(super) fn pressed(reader: &mut Reader, key: Key, command: Option<CommandId>, page: usize) -> Taken {
    if reader.find.editing {
        typed(reader, key);
        return Taken::Yes;
    }
    let (command, page) = halved(command, isize::try_from(page.max(1)).unwrap_or(1));
    let plain = !key.ctrl && !key.alt;
    let stride = match (command, key.code) {
        (_, Code::Char(' ')) if plain => Stride::Lines(page),
        (_, Code::Char('n')) if plain && reader.find.is_active() => return turned(reader, 1),
        (_, Code::Char('N')) if plain && reader.find.is_active() => return turned(reader, -1),
        (Some(CommandId::Filter), _) => {
            reader.search();
            return Taken::Yes;
        }
        (Some(CommandId::Down), _) => Stride::Lines(1),
        (Some(CommandId::Up), _) => Stride::Lines(-1),
        (Some(CommandId::PageDown), _) => Stride::Lines(page),
        (Some(CommandId::PageUp), _) => Stride::Lines(-page),
        (Some(CommandId::Top), _) => Stride::Top,
        (Some(CommandId::Bottom), _) => Stride::Bottom,
        (Some(CommandId::NextProblem | CommandId::NoNewRows), _) => return Taken::NothingSought,
        // What was searched for goes before the text does.
        (Some(CommandId::Back), _) if reader.find.is_active() => {
            reader.forget();
            return Taken::Yes;
        }
        _ => return Taken::No,
    };
    reader.step(stride);
    Taken::Yes
}

fn turned(reader: &mut Reader, by: isize) -> Taken {
    if reader.turn(by) { Taken::Yes } else { Taken::NothingSought }
}

/// A key of what is searched for.
pub(super) fn typed(reader: &mut Reader, key: Key) {
    match key.code {
        Code::Enter | Code::Tab => reader.find.editing = false,
        Code::Escape => reader.forget(),
        Code::Down => {
            reader.turn(1);
        }
        Code::Up => {
            reader.turn(-1);
        }
        _ => {
            if let Some(request) = line_edit(key) {
                reader.find.input.handle(request);
                reader.sought();
            }
        }
    }
}
