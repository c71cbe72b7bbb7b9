//! stub
use crate::app::key::{Code, Key};
use crate::app::message::Event;
use crossterm::event::{Event as E, EventStream, KeyCode, KeyModifiers};
use futures_util::StreamExt;
use std::io;
/// x
pub struct Input { s: Option<EventStream> }
impl Input {
    /// x
    pub fn start() -> io::Result<Self> { Ok(Self { s: Some(EventStream::new()) }) }
    /// x
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let e = match &mut self.s { Some(s) => s.next().await?.ok()?, None => std::future::pending().await };
            match e {
                E::Key(k) => {
                    let code = match k.code { KeyCode::Char(c) => Code::Char(c), KeyCode::Enter => Code::Enter, KeyCode::Esc => Code::Escape, KeyCode::Tab => Code::Tab, KeyCode::BackTab => Code::BackTab, KeyCode::Up => Code::Up, KeyCode::Down => Code::Down, KeyCode::Left => Code::Left, KeyCode::Right => Code::Right, KeyCode::Backspace => Code::Backspace, KeyCode::PageDown => Code::PageDown, KeyCode::PageUp => Code::PageUp, _ => continue };
                    return Some(Event::KeyPressed(Key { code, ctrl: k.modifiers.contains(KeyModifiers::CONTROL), alt: k.modifiers.contains(KeyModifiers::ALT) }));
                }
                E::Resize(w, h) => return Some(Event::Resized(crate::app::layout::Size { width: w, height: h })),
                _ => {}
            }
        }
    }
    /// x
    pub fn ready(&mut self) -> Option<Event> { None }
    /// x
    pub fn pause(&mut self) { self.s = None; }
    /// x
    pub fn resume(&mut self) -> io::Result<()> { self.s = Some(EventStream::new()); Ok(()) }
}
