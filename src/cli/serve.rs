//! `whtui simulate`: the simulator for other clients.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::arguments::Simulate;
use crate::simulator;
use crate::terminal::{Signal, Signals, StopSignal};

/// Serves the simulator until it is interrupted.
///
/// # Errors
/// One sentence when it cannot start.
pub(super) async fn simulate(options: Simulate, stop: StopSignal) -> Result<ExitCode, String> {
    let mut signals = Signals::listen(stop).map_err(|error| format!("signals cannot be received ({error})."))?;
    let options = simulator::Options {
        port: options.port,
        scenario: options.scenario,
        request_log: options.request_log,
        keeps_requests: false,
        speed: options.speed,
        seed: options.seed,
        latency: Duration::from_millis(options.latency_ms),
        faults: options.faults.unwrap_or_default().plan(),
    };
    let served = simulator::start(options).await.map_err(|error| format!("{error}."))?;
    let text = format!(
        "host     {}\nproject  {}\nkey      {}\n\nWHTUI_HOST={} WHTUI_PROJECT={} WHTUI_API_KEY={} whtui\n",
        served.origin(),
        served.project(),
        served.key(),
        served.origin(),
        served.project(),
        served.key()
    );
    // A reader that went away is no reason to stop serving.
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    loop {
        match signals.next().await {
            Signal::Terminate(_) => break,
            Signal::Stop => signals.stop().map_err(|error| format!("the simulator cannot be suspended ({error})."))?,
            Signal::Continue => {}
        }
    }
    served.stop().await;
    Ok(ExitCode::SUCCESS)
}
