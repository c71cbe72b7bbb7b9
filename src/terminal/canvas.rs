//! Where ratatui draws: a backend that gathers one frame as bytes and adds nothing that changes nothing.

use std::io;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::pen;
use super::wide::Wide;

/// Gathers the bytes of a frame. Differs from the backend it is built on in four ways: it knows the size instead of
/// asking for it at each frame, it never reads from the terminal, an unchanged frame has no bytes, and a changed one as few
/// as it takes.
pub(super) struct Canvas {
    frame: Vec<u8>,
    size: Size,
    /// Where the cursor is shown; `None` while it is hidden.
    cursor: Option<Position>,
    /// The lines that were written to since the frame was forgotten.
    lines: Vec<u16>,
    /// The wide characters on the terminal before the frame.
    wide: Wide,
}

impl Canvas {
    /// A canvas of this size, for a terminal that was just entered: nothing on it, cursor hidden.
    pub(super) fn new(size: Size) -> Self {
        Self { frame: Vec::new(), size, cursor: None, lines: Vec::new(), wide: Wide::default() }
    }

    /// The terminal has this size from now on.
    pub(super) fn set_size(&mut self, size: Size) {
        self.size = size;
    }

    /// The size of the terminal.
    pub(super) fn known_size(&self) -> Size {
        self.size
    }

    /// The terminal was entered again, with the cursor hidden.
    pub(super) fn entered(&mut self) {
        self.frame.clear();
        self.cursor = None;
    }

    /// The bytes gathered since they were last forgotten.
    pub(super) fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// Puts the bytes gathered between these two.
    pub(super) fn frame_in(&mut self, begin: &str, end: &str) {
        self.frame.splice(0..0, begin.bytes());
        self.frame.extend_from_slice(end.as_bytes());
    }

    /// Forgets the bytes, but keeps their memory for the next frame.
    pub(super) fn forget_frame(&mut self) {
        self.frame.clear();
        self.lines.clear();
    }

    /// These wide characters are on the terminal now.
    pub(super) fn set_wide(&mut self, wide: Wide) {
        self.wide = wide;
    }

    /// The wide characters that were on the terminal before the frame.
    pub(super) fn wide(&self) -> &Wide {
        &self.wide
    }

    /// Whether something was written in this line since the frame was forgotten.
    pub(super) fn wrote(&self, line: u16) -> bool {
        self.lines.contains(&line)
    }

    /// Writes more, and leaves the cursor where it was.
    pub(super) fn add(&mut self, more: impl FnOnce(&mut Vec<u8>, u16)) -> io::Result<()> {
        let cursor = self.cursor;
        self.hide_cursor()?;
        more(&mut self.frame, self.size.width);
        if let Some(cursor) = cursor {
            self.set_cursor_position(cursor)?;
        }
        Ok(())
    }

    fn pen(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let lines = &mut self.lines;
        let mut content = content
            .inspect(|(_, line, _)| {
                if lines.last() != Some(line) {
                    lines.push(*line);
                }
            })
            .peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        // Drawing moves the cursor: where synchronised output is unknown, a visible one would be seen to run.
        if self.cursor.take().is_some() {
            CrosstermBackend::new(&mut self.frame).hide_cursor()?;
        }
        pen::write(content, self.size.width, &self.wide, &mut self.frame);
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor.take().is_some() { self.pen().hide_cursor() } else { Ok(()) }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // ratatui always says where right after this: see `set_cursor_position`.
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would mean reading its input, beside the one reader there is.
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        let before = self.cursor.replace(position);
        if before != Some(position) {
            self.pen().set_cursor_position(position)?;
        }
        if before.is_none() {
            self.pen().show_cursor()?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.pen().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.pen().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        // The screen sends the frame as a whole.
        Ok(())
    }
}
