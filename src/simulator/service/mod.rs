//! The API as a pure function: a world, a time and a request give a reply.

mod access;
mod account;
mod bulk;
mod cdc;
mod health;
mod logs;
mod pages;
mod request;
mod routes;
mod schemas;
mod sources;
mod webhooks;
mod wizard;

pub use request::{Reply, Request};

use jiff::Timestamp;

use super::scenario::{self, Spec};
use super::world::{Tempo, World};
use super::{Error, moment::Moment, random::Random};
use access::{Access, Asked};
use request::Refusal;
use routes::{Call, Found};

/// A simulated server without its socket.
#[derive(Debug)]
pub struct Service {
    access: Access,
    world: World,
}

impl Service {
    /// A service for a scenario (see [`Options::scenario`](super::Options::scenario)), as it is at `now`.
    ///
    /// # Errors
    /// An unknown or faulty scenario.
    pub fn new(scenario: &str, seed: Option<u64>, now: Timestamp) -> Result<Self, Error> {
        Ok(Self::of_spec(&scenario::load(scenario)?, seed, now))
    }

    /// A service for the text of a scenario file.
    ///
    /// # Errors
    /// All mistakes of the text at once.
    pub fn from_toml(text: &str, seed: Option<u64>, now: Timestamp) -> Result<Self, Error> {
        Ok(Self::of_spec(&scenario::parse("the scenario", text)?, seed, now))
    }

    fn of_spec(spec: &Spec, seed: Option<u64>, now: Timestamp) -> Self {
        let access = Access { key: spec.key.clone(), project: spec.project.clone() };
        let mut world = scenario::build(spec, seed.unwrap_or(spec.seed), Moment::from(now));
        world.render_all();
        Self { access, world }
    }

    /// A key the service accepts.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.access.key.value
    }

    /// The number of the project with the sources.
    #[must_use]
    pub fn project(&self) -> u64 {
        self.access.project.id
    }

    /// Moves the world to `now` and answers a request.
    pub fn reply(&mut self, now: Timestamp, request: &Request) -> Reply {
        self.world.advance_to(Moment::from(now));
        self.answer(request).unwrap_or_else(|refusal| refusal.reply())
    }

    /// The simulated time as the HTTP `Date` header writes it.
    #[must_use]
    pub fn date(&self) -> String {
        self.world.now().http_date()
    }

    /// The same some time later.
    #[must_use]
    pub fn date_after(&self, span: std::time::Duration) -> String {
        self.world.now().plus(span).http_date()
    }

    fn answer(&mut self, request: &Request) -> Result<Reply, Refusal> {
        let Some(path) = request.path.strip_prefix("/api/") else { return Ok(Reply::page()) };
        let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        match segments[..] {
            ["personal_api_keys", "@current"] => {
                let key = self.access.authenticate(request)?;
                reading(request)?;
                Ok(account::key(&self.access, key))
            }
            ["users", "@me"] => {
                self.access.authenticate(request)?;
                reading(request)?;
                self.access.require("user:read")?;
                Ok(account::me(&self.access))
            }
            ["projects"] => {
                self.access.authenticate(request)?;
                reading(request)?;
                self.access.require_unlimited()?;
                self.access.require("project:read")?;
                Ok(account::projects(&self.access, request))
            }
            ["projects", project] => {
                self.access.authenticate(request)?;
                let asked = self.access.project(project)?;
                reading(request)?;
                self.access.require("project:read")?;
                account::project(&self.access, asked)
            }
            ["projects", project, ref rest @ ..] => self.in_project(request, project, rest),
            _ => Err(Refusal::not_found()),
        }
    }

    fn in_project(&mut self, request: &Request, project: &str, rest: &[&str]) -> Result<Reply, Refusal> {
        let found = routes::find(method(request), rest);
        if matches!(found, Found::Nothing) {
            return Err(Refusal::not_found());
        }
        self.access.authenticate(request)?;
        let asked = self.access.project(project)?;
        let Found::Route(route, id) = found else { return Err(wrong_method(request)) };
        let Some(scopes) = route.scopes else {
            return Err(Refusal::forbidden("This action does not support personal API key access"));
        };
        for scope in scopes {
            self.access.require(scope)?;
        }
        let call = Call { request, id };
        match asked {
            Asked::Main => (route.handler)(&mut self.world, &call),
            Asked::Other(_) => {
                let mut nothing = World::new(self.world.now(), Random::for_part(0, "nothing"), Tempo::default());
                (route.handler)(&mut nothing, &call)
            }
        }
    }
}

/// `HEAD` is answered like `GET`; the socket leaves the body out.
fn method(request: &Request) -> &str {
    if request.method == "HEAD" { "GET" } else { &request.method }
}

fn reading(request: &Request) -> Result<(), Refusal> {
    if method(request) == "GET" { Ok(()) } else { Err(wrong_method(request)) }
}

fn wrong_method(request: &Request) -> Refusal {
    let detail = format!("Method \"{}\" not allowed.", request.method);
    Refusal::new(405, "invalid_request", "method_not_allowed", detail)
}
