//! stub
/// Verdict
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict;
impl Verdict {
    /// purpose
    #[must_use]
    pub fn is_on_purpose(&self) -> bool {
        false
    }
    /// title
    #[must_use]
    pub fn title(&self) -> &str {
        ""
    }
}
