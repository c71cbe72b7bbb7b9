//! A server of the simulator, and a home that several starts of the program share.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use whtui::simulator::{self, Options, Simulator};

use super::pty::{SIZE, Session};

/// A server, until the value is dropped, and what the program leaves behind between its starts.
pub struct Served {
    pub simulator: Simulator,
    /// Holds what the program remembers, or its settings.
    pub home: TempDir,
    /// What the server runs on, and so dropped after it.
    pub runtime: Runtime,
}

impl Served {
    /// Serves as told.
    pub fn start(options: Options) -> Self {
        Self::with(options, tempfile::tempdir().unwrap())
    }

    /// Serves a scenario that there is.
    pub fn scenario(name: &str) -> Self {
        Self::start(Options { scenario: name.to_owned(), ..Options::default() })
    }

    /// Serves a world that is written in the test.
    pub fn world(text: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("world.toml");
        fs::write(&path, text).unwrap();
        Self::with(Options { scenario: path.to_str().unwrap().to_owned(), ..Options::default() }, home)
    }

    fn with(options: Options, home: TempDir) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(simulator::start(options)).unwrap();
        Self { simulator, home, runtime }
    }

    /// The program, connected to it by variables. What it remembers is in the home.
    pub fn connected(&self, arguments: &[&str]) -> Session {
        let (host, project) = (self.simulator.origin(), self.simulator.project().to_string());
        let variables = [
            ("WHTUI_API_KEY", self.simulator.key()),
            ("WHTUI_PROJECT", &project),
            ("WHTUI_HOST", &host),
            ("XDG_STATE_HOME", self.home.path().to_str().unwrap()),
        ];
        Session::start(arguments, &variables, SIZE)
    }

    /// The program with the settings of the home, and with these variables.
    pub fn configured(&self, variables: &[(&str, &str)]) -> Session {
        let home = [("XDG_CONFIG_HOME", self.home.path().to_str().unwrap())];
        Session::start(&[], &[&home, variables].concat(), SIZE)
    }

    /// Writes the file of settings.
    pub fn configure(&self, text: &str) {
        private(&self.home.path().join("whtui/config.toml"), text);
    }

    /// Requests that did more than look.
    pub fn writes(&self) -> Vec<String> {
        let requests = self.simulator.requests().into_iter().filter(|request| request.method != "GET");
        requests.map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

/// Writes a file that nobody else may read.
pub fn private(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
