//! Files that the user asked for. None is ever written over.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// Writes a new file; a name that begins with `~/` is one below the home directory.
///
/// # Errors
/// Why not, in one sentence.
pub fn save(path: &str, text: &str) -> Result<(), String> {
    let place = match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(below), Some(home)) => PathBuf::from(home).join(below),
        _ => PathBuf::from(path),
    };
    let written = File::create_new(&place).and_then(|mut file| {
        file.write_all(text.as_bytes()).inspect_err(|_| {
            // Half a file would be taken for a whole one; it is ours, as it was not there before.
            let _ = std::fs::remove_file(&place);
        })
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => "There is something of that name already; choose another.".to_owned(),
        io::ErrorKind::NotFound => "There is no such folder.".to_owned(),
        io::ErrorKind::PermissionDenied => "That folder may not be written to.".to_owned(),
        _ => format!("The file cannot be written: {}.", crate::warehouse::words::reason(error)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_never_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let path = path.to_str().unwrap();
        assert_eq!(save(path, "one"), Ok(()));
        assert!(save(path, "two").unwrap_err().contains("already"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one");
        assert!(save(&format!("{path}/x/y.csv"), "").is_err());
        assert_eq!(
            save(&format!("{}/no/y.csv", folder.path().display()), ""),
            Err("There is no such folder.".to_owned())
        );
        assert!(save(folder.path().to_str().unwrap(), "").is_err());
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &link).unwrap();
        assert!(save(link.to_str().unwrap(), "x").is_err());
        assert!(!folder.path().join("elsewhere").exists());
    }
}
