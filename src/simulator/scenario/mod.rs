//! Scenarios: declared worlds (`assets/scenarios/*.toml`), and generated ones of any size.

mod build;
mod read;
mod scale;
mod spec;

pub use build::build;
pub use spec::{KeySpec, ProjectSpec, Spec};

use super::Error;

/// The worlds that come with the program: name, text.
const BUILTIN: [(&str, &str); 9] = [
    ("demo", include_str!("../../../assets/scenarios/demo.toml")),
    ("small", include_str!("../../../assets/scenarios/small.toml")),
    ("calm", include_str!("../../../assets/scenarios/calm.toml")),
    ("empty", include_str!("../../../assets/scenarios/empty.toml")),
    ("billing-pause", include_str!("../../../assets/scenarios/billing-pause.toml")),
    ("readonly-key", include_str!("../../../assets/scenarios/readonly-key.toml")),
    ("limited-key", include_str!("../../../assets/scenarios/limited-key.toml")),
    ("hostile", include_str!("../../../assets/scenarios/hostile.toml")),
    ("odd", include_str!("../../../assets/scenarios/odd.toml")),
];

/// The names of the worlds that come with the program.
#[must_use]
pub fn names() -> Vec<&'static str> {
    BUILTIN.iter().map(|(name, _)| *name).collect()
}

/// Finds a scenario: a name that comes with the program, `scale:SxT` (S sources with T tables each; `scale:SxT+R`: R of them in a run), or
/// the path of a TOML file.
///
/// # Errors
/// An unknown name, a size out of bounds, or all mistakes of a file.
pub fn load(name: &str) -> Result<Spec, Error> {
    if let Some(size) = name.strip_prefix("scale:") {
        return scale::parse(size).map(scale::spec).ok_or_else(|| Error::Scale { size: size.to_owned() });
    }
    if let Some((_, text)) = BUILTIN.iter().find(|(builtin, _)| *builtin == name) {
        return parse(name, text);
    }
    let is_file = std::path::Path::new(name).extension().is_some_and(|extension| extension == "toml");
    if !is_file {
        return Err(Error::UnknownScenario { name: name.to_owned(), known: names().join(", ") });
    }
    let text = std::fs::read_to_string(name)
        .map_err(|cause| Error::ScenarioFile { path: name.to_owned(), cause: cause.to_string() })?;
    parse(name, &text)
}

/// Reads the text of a scenario.
///
/// # Errors
/// All its mistakes at once.
pub fn parse(name: &str, text: &str) -> Result<Spec, Error> {
    read::read(text).map_err(|mistakes| Error::Scenario { name: name.to_owned(), mistakes: mistakes.join("; ") })
}
