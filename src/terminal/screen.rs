//! The screen: drawn on as a whole, sent as one write, given back when dropped.

use std::io::{self, IsTerminal as _};

use ratatui::layout::{Rect, Size as Cells};
use ratatui::{Frame, Terminal};

use super::canvas::Canvas;
use super::clipboard::{Copied, Multiplexer};
use super::wide::Wide;
use super::{announce, background, lease, links, modes, pen};
use crate::app::effect::Announcement;
use crate::app::layout::{Link, Size};

/// What the program wants of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Clicks and the wheel come in as events. Selecting text then needs shift in most terminals.
    pub mouse: bool,
}

/// Why the screen could not be had.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// Output goes to a file or another program.
    #[error("standard output is not a terminal: run whtui in a terminal, without redirecting its output")]
    NotATerminal,
    /// The terminal refused.
    #[error("the terminal cannot be used for a full-screen program: {0}")]
    Terminal(#[from] io::Error),
}

/// Where the bytes of a frame go: to the terminal, or in tests elsewhere.
pub trait Outlet {
    /// Sends all of these bytes at once.
    ///
    /// # Errors
    ///
    /// When they cannot be sent.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// The terminal of the process. Gives it back when dropped.
pub struct Leased;

impl Outlet for Leased {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        lease::send(bytes)
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        // Whoever wants to know calls `restore`.
        let _ = lease::restore();
    }
}

/// A screen that the program has for itself until it is dropped.
pub struct Screen<O: Outlet = Leased> {
    terminal: Terminal<Canvas>,
    outlet: O,
    multiplexer: Multiplexer,
    mouse: bool,
    /// The links on the screen.
    links: Vec<Link>,
    /// The terminal shows a title of ours, and keeps the one before.
    titled: bool,
    /// What is on the terminal is not what was drawn last: the next frame has to be complete.
    stale: bool,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, cursor hidden, bracketed paste, focus events, and the mouse if
    /// wanted.
    ///
    /// # Errors
    ///
    /// [`EnterError::NotATerminal`] when standard output is not a terminal, [`EnterError::Terminal`] when it refuses;
    /// it is left as it was.
    pub fn enter(options: Options) -> Result<Self, EnterError> {
        if !io::stdout().is_terminal() {
            return Err(EnterError::NotATerminal);
        }
        // Under NO_COLOR, crossterm writes empty colour sequences that also reset bold and reverse. The theme knows of
        // NO_COLOR and asks for no colour.
        crossterm::style::force_color_output(true);
        lease::take(options.mouse)?;
        let multiplexer = Multiplexer::find(|name| std::env::var_os(name));
        Ok(Self::on(Leased, size_of_terminal(), multiplexer, options)?)
    }

    /// Takes the terminal again after the shell or another program had it, and makes the next frame a complete one.
    /// Also right when it is not certain whether it was given back, as after a continue signal.
    ///
    /// # Errors
    ///
    /// When the terminal refuses; it is left given back.
    pub fn reenter(&mut self) -> io::Result<Size> {
        // Modes that are still set are left first: entering the alternate screen twice would forget where the shell's
        // cursor was.
        let _ = lease::restore();
        self.titled = false;
        lease::take(self.mouse)?;
        self.terminal.backend_mut().entered();
        let size = size_of_terminal();
        self.resize(size);
        Ok(size)
    }
}

impl<O: Outlet> Screen<O> {
    /// A screen of this size that draws elsewhere than on the terminal of the process.
    ///
    /// # Errors
    ///
    /// None so far.
    pub fn elsewhere(outlet: O, size: Size) -> io::Result<Self> {
        Self::on(outlet, size, Multiplexer::None, Options { mouse: false })
    }

    pub(super) fn on(outlet: O, size: Size, multiplexer: Multiplexer, options: Options) -> io::Result<Self> {
        let terminal = Terminal::new(Canvas::new(Cells { width: size.width, height: size.height }))?;
        Ok(Self { terminal, outlet, multiplexer, mouse: options.mouse, links: Vec::new(), titled: false, stale: true })
    }

    /// The size that frames have: the one of the last [`Self::resize`], before that the one found when entering.
    #[must_use]
    pub fn size(&self) -> Size {
        let Cells { width, height } = self.terminal.backend().known_size();
        Size { width, height }
    }

    /// The terminal has this size now. Frames get it from here alone, so that the view and the model never disagree.
    ///
    /// To be called at each [`Event::Resized`], even with the size it had: a terminal that was made smaller and larger
    /// again has lost what was in between, so the next frame is a complete one.
    ///
    /// [`Event::Resized`]: crate::app::message::Event::Resized
    pub fn resize(&mut self, size: Size) {
        self.terminal.backend_mut().set_size(Cells { width: size.width, height: size.height });
        self.stale = true;
    }

    /// Makes the next frame a complete one, on a cleared screen.
    pub fn redraw(&mut self) {
        self.stale = true;
    }

    /// Draws a frame and sends what changed as one write, inside synchronised output; where nothing changed, nothing
    /// is written. The cursor is shown only where the view puts it.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back: the program should end.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.draw_linked(|frame| {
            view(frame);
            Vec::new()
        })
    }

    /// Draws a frame, some cells of which are links.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back: the program should end.
    pub fn draw_linked(&mut self, view: impl FnOnce(&mut Frame<'_>) -> Vec<Link>) -> io::Result<()> {
        if std::mem::take(&mut self.stale) {
            let size = self.terminal.backend().known_size();
            // Clears as well. `Terminal::clear` would ask the terminal where its cursor is, and read the answer.
            self.terminal.resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))?;
            self.terminal.backend_mut().set_wide(Wide::default());
        }
        let mut linked = Vec::new();
        let before = self.terminal.backend().wide().clone();
        let mut wide = Wide::default();
        let drawn = self.terminal.draw(|frame| {
            linked = view(frame);
            wide = Wide::of(frame.buffer_mut());
        })?;
        let left = before.halves_left(&wide).into_iter();
        let halves: Vec<_> = left.filter_map(|(x, y)| Some((x, y, drawn.buffer.cell((x, y))?.clone()))).collect();
        // Where there are no links, there is nothing to copy.
        let buffer = (!linked.is_empty() || !self.links.is_empty()).then(|| drawn.buffer.clone());
        let canvas = self.terminal.backend_mut();
        canvas.set_wide(wide);
        if !halves.is_empty() {
            let none = Wide::default();
            canvas.add(|out, width| pen::write(halves.iter().map(|(x, y, cell)| (*x, *y, cell)), width, &none, out))?;
        }
        if let Some(buffer) = buffer {
            let changes = links::changes(&self.links, &linked, |line| canvas.wrote(line));
            if !changes.is_empty() {
                canvas.add(|out, width| {
                    for (area, address) in changes {
                        links::write(area, address, &buffer, width, out);
                    }
                })?;
            }
            self.links = linked;
        }
        if canvas.frame().is_empty() {
            return Ok(());
        }
        canvas.frame_in(modes::FRAME_BEGINS, modes::FRAME_ENDS);
        let sent = self.outlet.send(canvas.frame());
        canvas.forget_frame();
        sent
    }

    /// Whether the terminal is known to make links of addresses.
    #[must_use]
    pub fn knows_links(&self) -> bool {
        links::are_known(|name| std::env::var_os(name))
    }

    /// Switches mouse events on or off.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        if self.mouse == on {
            return Ok(());
        }
        self.mouse = on;
        self.outlet.send(modes::mouse(on).as_bytes())
    }

    /// Asks the terminal for its background, where that can do no harm, and says whether it did. The answer, if any, comes
    /// as an event.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back.
    pub fn ask_background(&mut self) -> io::Result<bool> {
        let asked = background::can_be_asked(|name| std::env::var_os(name));
        if asked {
            self.outlet.send(background::QUESTION.as_bytes())?;
        }
        Ok(asked)
    }

    /// Reaches a user who looks elsewhere.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back.
    pub fn announce(&mut self, announcement: &Announcement) -> io::Result<()> {
        let bytes = announce::bytes(announcement, self.multiplexer, self.titled);
        self.titled |= announcement.title.is_some();
        self.outlet.send(bytes.as_bytes())
    }

    /// Gives the terminal the title back that it had before an announcement.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back.
    pub fn calm(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.titled) { self.outlet.send(announce::GIVE_TITLE_BACK.as_bytes()) } else { Ok(()) }
    }

    /// Puts text on the clipboard of the user's terminal, also through tmux, GNU screen and SSH.
    ///
    /// # Errors
    ///
    /// When the terminal is gone or was given back.
    pub fn copy(&mut self, text: &str) -> io::Result<Copied> {
        match self.multiplexer.copy(text) {
            Some(sequence) => self.outlet.send(sequence.as_bytes()).map(|()| Copied::Asked),
            None => Ok(Copied::TooLong),
        }
    }
}

/// The size of the terminal now, at least one cell; 80x24 when it does not say.
pub(super) fn size_of_terminal() -> Size {
    // `crossterm::terminal::size` would start another program when the terminal does not answer.
    match crossterm::terminal::window_size() {
        Ok(size) if size.columns > 0 && size.rows > 0 => Size { width: size.columns, height: size.rows },
        _ => Size { width: 80, height: 24 },
    }
}

#[cfg(test)]
mod tests {
    use ratatui::widgets::Paragraph;

    use super::*;

    /// Remembers each write; fails when told to.
    #[derive(Default)]
    struct Fake {
        writes: Vec<String>,
        gone: bool,
    }

    impl Outlet for &mut Fake {
        fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
            if self.gone {
                return Err(io::Error::from_raw_os_error(5));
            }
            self.writes.push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(())
        }
    }

    const SIZE: Size = Size { width: 20, height: 4 };

    fn screen(fake: &mut Fake) -> Screen<&mut Fake> {
        Screen::on(fake, SIZE, Multiplexer::None, Options { mouse: false }).unwrap()
    }

    fn text(words: &'static str) -> impl FnOnce(&mut Frame<'_>) {
        move |frame| frame.render_widget(Paragraph::new(words), frame.area())
    }

    #[test]
    fn a_frame_is_one_write_inside_synchronised_output() {
        let mut fake = Fake::default();
        screen(&mut fake).draw(text("hello")).unwrap();
        assert_eq!(fake.writes.len(), 1);
        let frame =
            fake.writes[0].strip_prefix(modes::FRAME_BEGINS).and_then(|rest| rest.strip_suffix(modes::FRAME_ENDS));
        assert!(frame.is_some_and(|frame| frame.contains("hello")), "{:?}", fake.writes);
    }

    #[test]
    fn an_unchanged_frame_is_not_written() {
        let mut fake = Fake::default();
        let mut screen = screen(&mut fake);
        let with_cursor = |frame: &mut Frame<'_>| {
            text("hello")(frame);
            frame.set_cursor_position((2, 1));
        };
        for _ in 0..3 {
            screen.draw(text("hello")).unwrap();
        }
        for _ in 0..3 {
            screen.draw(with_cursor).unwrap();
        }
        screen.draw(text("hello")).unwrap();
        drop(screen);
        let [_, shown, hidden] = fake.writes.as_slice() else { panic!("{:?}", fake.writes) };
        assert!(shown.contains("\x1b[2;3H\x1b[?25h"), "{shown:?}");
        assert!(hidden.contains("\x1b[?25l"), "{hidden:?}");
    }

    #[test]
    fn a_change_writes_only_what_changed() {
        let mut fake = Fake::default();
        let mut screen = screen(&mut fake);
        screen.draw(text("hello")).unwrap();
        screen.draw(text("hullo")).unwrap();
        drop(screen);
        assert!(fake.writes[1].contains('u') && !fake.writes[1].contains("llo"), "{:?}", fake.writes);
        assert!(!fake.writes[1].contains("\x1b[2J"));
    }

    #[test]
    fn after_redraw_and_resize_the_frame_is_complete() {
        let mut fake = Fake::default();
        let mut screen = screen(&mut fake);
        screen.draw(text("hello")).unwrap();
        screen.redraw();
        screen.draw(text("hello")).unwrap();
        screen.resize(SIZE);
        screen.draw(text("hello")).unwrap();
        screen.resize(Size { width: 1, height: 1 });
        screen
            .draw(|frame| {
                assert_eq!((frame.area().width, frame.area().height), (1, 1));
                text("hello")(frame);
            })
            .unwrap();
        assert_eq!(screen.size(), Size { width: 1, height: 1 });
        drop(screen);
        assert_eq!(fake.writes.len(), 4);
        assert!(
            fake.writes[1..].iter().all(|write| write.contains("\x1b[2J") && write.contains('h')),
            "{:?}",
            fake.writes
        );
    }

    #[test]
    fn a_terminal_that_is_gone_is_an_error() {
        let mut fake = Fake { gone: true, ..Fake::default() };
        let mut screen = screen(&mut fake);
        assert!(screen.draw(text("hello")).is_err());
        assert!(screen.set_mouse(true).is_err());
        assert!(screen.copy("text").is_err());
    }

    #[test]
    fn the_mouse_is_switched_only_when_that_changes_something() {
        let mut fake = Fake::default();
        let mut screen = screen(&mut fake);
        for on in [false, true, true, false] {
            screen.set_mouse(on).unwrap();
        }
        drop(screen);
        assert_eq!(fake.writes, [modes::mouse(true), modes::mouse(false)]);
    }

    #[test]
    fn copying_is_one_write_and_bounded() {
        let mut fake = Fake::default();
        let mut screen = screen(&mut fake);
        assert_eq!(screen.copy("hi").unwrap(), Copied::Asked);
        assert_eq!(screen.copy(&"x".repeat(super::super::LONGEST_COPY + 1)).unwrap(), Copied::TooLong);
        drop(screen);
        assert_eq!(fake.writes, ["\x1b]52;c;aGk=\x1b\\"]);
    }
}
