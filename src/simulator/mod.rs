//! A simulated `PostHog`: the REST API of the data warehouse with its quirks, over worlds that move.
//!
//! It serves `--demo`, `whtui simulate` and the tests. It uses nothing else of this crate, so that a
//! misreading of the contract cannot be shared with the client and hide.
//!
//! * [`Service`]: the API as a pure function of world, time and request.
//! * `world`: the state machine behind it. `scenario`: how worlds are declared and made.
//! * [`start`]: the same over a loopback socket, with a clock and a request log.

mod clock;
mod fault;
mod log;
mod moment;
mod random;
mod scenario;
mod server;
mod service;
mod world;

use std::path::PathBuf;
use std::time::Duration;

pub use clock::Clock;
pub use fault::{Ban, Fault, FaultPlan, FaultSpec, Shape, Wait};
pub use log::LoggedRequest;
pub use server::Simulator;
pub use service::{Reply, Request, Service};

/// How to start a simulator. The default is the demo on a free loopback port.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// A name of [`scenario_names`], `scale:SxT` for S sources with T tables each (`scale:SxT+R~C`: R of them in a run, C of them another way at every other reading of the list), or the path of a TOML file.
    pub scenario: String,
    /// A file that gets one JSON object a line for every request.
    pub request_log: Option<PathBuf>,
    /// Whether requests are kept in memory, bodies and all, to be asked for.
    pub keeps_requests: bool,
    /// How many times as fast as the system's clock simulated time runs.
    pub speed: f64,
    /// A seed in place of the scenario's own.
    pub seed: Option<u64>,
    /// What every reply takes, in real time.
    pub latency: Duration,
    /// What goes wrong.
    pub faults: FaultPlan,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            scenario: "demo".to_owned(),
            request_log: None,
            keeps_requests: true,
            speed: 1.0,
            seed: None,
            latency: Duration::ZERO,
            faults: FaultPlan::default(),
        }
    }
}

/// Why a simulator cannot start. Each says what, which, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such scenario.
    #[error(
        "unknown scenario \"{name}\": use one of {known}, scale:SxT (for example scale:100x50), or a path ending in .toml"
    )]
    UnknownScenario {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A generated world of an impossible size.
    #[error(
        "cannot generate \"scale:{size}\": write sources x tables, for example scale:100x50, with at most 200,000 tables in all; +20 behind it puts 20 of them in a run, at most 4 a source; ~50 behind that has 50 of them change with every reading of the list"
    )]
    Scale {
        /// What was asked for.
        size: String,
    },
    /// A scenario file cannot be read.
    #[error("cannot read the scenario file {path} ({cause}): check the path")]
    ScenarioFile {
        /// Its path.
        path: String,
        /// Why.
        cause: String,
    },
    /// A scenario with mistakes.
    #[error("scenario {name} has mistakes, correct them: {mistakes}")]
    Scenario {
        /// Which.
        name: String,
        /// All of them.
        mistakes: String,
    },
    /// The port is taken or forbidden.
    #[error("cannot listen on 127.0.0.1:{port} ({cause}): choose another port, or 0 for any that is free")]
    Port {
        /// Which.
        port: u16,
        /// Why.
        cause: std::io::Error,
    },
    /// The request log cannot be written.
    #[error("cannot write the request log {} ({cause}): choose a file in a directory you may write to", path.display())]
    RequestLog {
        /// Where.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

/// The names of the scenarios that come with the program.
#[must_use]
pub fn scenario_names() -> Vec<&'static str> {
    scenario::names()
}

/// Starts a simulator on 127.0.0.1.
///
/// # Errors
/// A faulty scenario, a port that is taken, a log that cannot be written.
pub async fn start(options: Options) -> Result<Simulator, Error> {
    let clock = Clock::system(options.speed);
    Simulator::start(options, clock).await
}

/// Starts a simulator with a clock of the caller's, for tests that move time by hand.
///
/// # Errors
/// As [`start`].
pub async fn start_with_clock(options: Options, clock: Clock) -> Result<Simulator, Error> {
    Simulator::start(options, clock).await
}

/// Serves a service of the caller's, on any free port and with a clock of the caller's.
///
/// # Errors
/// When there is no free port.
pub async fn serve_with_clock(service: Service, clock: Clock) -> Result<Simulator, Error> {
    Simulator::serve(service, &Options::default(), clock).await
}
