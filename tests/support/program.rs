//! The built program as scripts see it, and a simulator in a process of its own.
#![allow(dead_code, reason = "a test binary uses only the parts it needs")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub const KEY: &str = "phx_planted0123456789abcdefghijklmnopqrstuvwx";

/// The program, in an environment that holds nothing of ours.
pub fn whtui(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whtui"));
    command.args(arguments).env_clear().env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// The program, connected to this host.
pub fn at(host: &str, arguments: &[&str]) -> Command {
    let mut command = whtui(arguments);
    command.env("WHTUI_HOST", host).env("WHTUI_API_KEY", KEY).env("WHTUI_PROJECT", "1");
    command
}

/// A simulator in a process of its own.
pub struct Simulator {
    process: Child,
    pub host: String,
}

impl Simulator {
    pub fn start(scenario: &str) -> Self {
        Self::start_with(scenario, &[])
    }

    /// With further arguments.
    pub fn start_with(scenario: &str, more: &[&str]) -> Self {
        let arguments = [&["simulate", "--port", "0", "--scenario", scenario], more].concat();
        let mut process = whtui(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("host").unwrap_or_else(|| panic!("{line}")).trim().to_owned();
        Self { process, host }
    }

    /// On a world that is written in the test.
    pub fn of(world: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.toml");
        std::fs::write(&path, world).unwrap();
        // It was read before the first line was printed.
        Self::start_with(path.to_str().unwrap(), more)
    }

    /// What the program answers that is connected to it.
    pub fn output(&self, arguments: &[&str]) -> Output {
        at(&self.host, arguments).output().unwrap()
    }

    /// The same, told apart.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        told(&self.output(arguments))
    }

    pub fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, out, err) = self.run(arguments);
        assert_eq!(out.lines().count(), 1, "{out}{err}");
        (code, serde_json::from_str(&out).unwrap())
    }

    /// Sends a request that no command sends.
    pub fn post(&self, path: &str) {
        let address = self.host.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {KEY}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Exit code, standard output, standard error; the key is in neither.
pub fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!out.contains(KEY) && !err.contains(KEY), "the key was printed");
    assert!(!err.contains("panicked") && !err.contains("backtrace"), "{err}");
    (output.status.code().unwrap_or(-1), out, err)
}

/// A server that answers each request by what it says.
pub fn serve(answer: impl Fn(&str) -> (&'static str, Value) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let (status, body) = answer(&String::from_utf8_lossy(&request[..length]));
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    host
}
