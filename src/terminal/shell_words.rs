//! Words of a command line, split as a shell would: quotes and backslashes, and nothing else of a shell.

/// The words; `None` where a quote is not closed.
pub(super) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut symbols = line.chars();
    while let Some(symbol) = symbols.next() {
        match symbol {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match symbols.next()? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match symbols.next()? {
                        '"' => break,
                        '\\' => match symbols.next()? {
                            sign @ ('"' | '\\' | '$' | '`') => word.push(sign),
                            '\n' => {}
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => match symbols.next()? {
                '\n' => {}
                next => word.get_or_insert_default().push(next),
            },
            blank if blank.is_ascii_whitespace() => words.extend(word.take()),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would() {
        for (line, words) in [
            ("vi", Some(&["vi"][..])),
            ("  code   --wait\t", Some(&["code", "--wait"])),
            ("'/opt/my editor/ed' -x", Some(&["/opt/my editor/ed", "-x"])),
            (r#""a \"b\" \c" d\ e"#, Some(&[r#"a "b" \c"#, "d e"])),
            ("emacs -nw -Q '' \"\"", Some(&["emacs", "-nw", "-Q", "", ""])),
            ("a'b'\"c\"d", Some(&["abcd"])),
            ("", Some(&[])),
            ("'open", None),
            ("\"open", None),
            ("open\\", None),
        ] {
            let words = words.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(split(line), words, "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(words in prop::collection::vec(any::<String>(), 0..5)) {
            let quote = |word: &String| format!("'{}'", word.replace('\'', r"'\''"));
            let line: Vec<String> = words.iter().map(quote).collect();
            prop_assert_eq!(split(&line.join(" ")), Some(words));
        }
    }
}
