//! The client: one typed method an operation (contract, section 6). It knows nothing but the contract: when to ask,
//! how often, and whether a write is allowed, is decided elsewhere.

mod body;
mod channels;
mod client;
mod form;
mod json;
mod logs;
mod objects;
pub mod paging;
mod passing;
mod refusal;
mod repairs;
mod settings;
mod transport;

pub use crate::warehouse::origin::{Origin, OriginError};
pub use client::{Account, Client};
pub use transport::Limits;
