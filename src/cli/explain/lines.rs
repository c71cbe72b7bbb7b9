//! Questions on standard input, one a line, and their answers in the same order.

use std::io::{self, BufRead, BufWriter, Read, Write};
use std::num::NonZero;
use std::panic::resume_unwind;

use super::super::output::{Written, written};
use super::{LONGEST, Memory, complain, respond, say_what_is_awaited, unreadable};

/// More threads than this would mostly wait for input.
const MOST_HANDS: usize = 4;

/// Fewer lines are not worth another thread.
const FEWEST: usize = 16;

/// The text of a line, without what stands around it.
fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii()
}

/// Answers lines, a line each.
fn answers(lines: &[&[u8]], memory: &mut Memory) -> String {
    let mut answers = String::new();
    for line in lines {
        answers.push_str(&respond(line, memory));
        answers.push('\n');
    }
    answers
}

/// Answers whole lines in their order. Where there are many, every processor takes a share of them, each with a memory
/// of its own.
fn shared_out(lines: &[u8], memories: &mut [Memory]) -> Vec<String> {
    let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').map(trimmed).filter(|line| !line.is_empty()).collect();
    let share = lines.len().div_ceil(memories.len().max(1)).max(FEWEST);
    let mut shares = lines.chunks(share).zip(memories);
    let own = shares.next();
    std::thread::scope(|scope| {
        let others: Vec<_> = shares.map(|(lines, memory)| scope.spawn(move || answers(lines, memory))).collect();
        let own = own.map(|(lines, memory)| answers(lines, memory));
        let joined = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        own.into_iter().chain(joined).collect()
    })
}

/// Answers line by line: every line as soon as no more input is at hand.
pub(super) fn answer_all() -> Result<Written, String> {
    say_what_is_awaited();
    let mut input = io::BufReader::with_capacity(1 << 18, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let hands = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_HANDS);
    let mut memories: Vec<Memory> = std::iter::repeat_with(Memory::default).take(hands).collect();
    let mut line = Vec::new();
    loop {
        let whole = input.buffer().iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let answered = shared_out(&input.buffer()[..whole], &mut memories);
        input.consume(whole);
        for answers in answered {
            if let Written::ReaderLeft = written(output.write_all(answers.as_bytes()))? {
                return Ok(Written::ReaderLeft);
            }
        }
        // The rest of a line may be long in coming.
        if let Written::ReaderLeft = written(output.flush())? {
            return Ok(Written::ReaderLeft);
        }
        line.clear();
        let length = (&mut input).take(LONGEST).read_until(b'\n', &mut line).map_err(|error| unreadable(&error))?;
        if length == 0 {
            return written(output.flush());
        }
        let text = trimmed(&line);
        let answer = if length as u64 == LONGEST && line.last() != Some(&b'\n') {
            skip_line(&mut input).map_err(|error| unreadable(&error))?;
            complain(None, "it is longer than 16 MiB".to_owned())
        } else if text.is_empty() {
            continue;
        } else {
            respond(text, &mut memories[0])
        };
        if let Written::ReaderLeft = written(writeln!(output, "{answer}"))? {
            return Ok(Written::ReaderLeft);
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let chunk = input.fill_buf()?;
        let (used, over) = match chunk.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (chunk.len(), chunk.is_empty()),
        };
        input.consume(used);
        if over {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_lines_however_many_share_them() {
        let line = |id: usize| format!("{{\"id\":{id},\"error\":\"column a{id} does not exist\"}}\r\n \n");
        let lines: String = (0..FEWEST * 5 + 3).map(line).collect();
        let answered = |hands: usize| {
            let mut memories: Vec<Memory> = std::iter::repeat_with(Memory::default).take(hands).collect();
            shared_out(lines.as_bytes(), &mut memories)
        };
        let alone = answered(1).concat();
        assert_eq!(alone.lines().count(), FEWEST * 5 + 3);
        assert!(alone.lines().enumerate().all(|(id, answer)| answer.starts_with(&format!("{{\"id\":{id},\"root"))));
        for hands in [2, 3, 4] {
            let shares = answered(hands);
            assert_eq!((shares.len(), shares.concat()), (hands, alone.clone()));
        }
        assert!(shared_out(b"\n", &mut [Memory::default()]).concat().is_empty());
    }
}
