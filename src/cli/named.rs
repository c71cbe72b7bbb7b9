//! Which table somebody means.

use super::survey::repeated;
use crate::warehouse::ids::{SchemaId, SourceId};
use crate::warehouse::inventory::{Held, Inventory};
use crate::warehouse::schema::Schema;

/// How many tables a sentence names at most.
const NAMED: usize = 20;

/// One way in which a name can fit a table.
type Way<'a> = &'a dyn Fn(&Held, &Schema) -> bool;

/// Finds the table of a name: its identity, its name at the source, its label, or the last part of its name. A name with
/// its namespace is exact; one without fits every table that is called so in any. `SOURCE/TABLE` is taken apart where
/// nothing has such a name.
///
/// # Errors
/// A sentence when none is called like that, or several are.
pub(super) fn table(
    inventory: &Inventory,
    name: &str,
    only: Option<&SourceId>,
) -> Result<(SourceId, SchemaId), String> {
    let wanted = name.trim();
    let folded = wanted.to_lowercase();
    let of_source = folded.split_once('/');
    let same = |known: &str| known.trim().to_lowercase() == folded;
    let last = |known: &str, folded: &str| {
        known.to_lowercase() == folded || known.to_lowercase().rsplit('.').next() == Some(folded)
    };
    let label = |schema: &Schema| schema.label.known().is_some_and(|label| same(label.raw()));
    let is_full = folded.contains('.');
    let part = |held: &Held| {
        let called = [held.title(), held.source.title()];
        of_source.filter(|(source, _)| called.iter().any(|name| name.raw().to_lowercase() == *source))
    };
    let ways: [Way; 5] = [
        &|_, schema| schema.id.as_str() == wanted,
        &|_, schema| is_full && schema.name.raw() == wanted,
        &|_, schema| same(schema.name.raw()) || label(schema) || last(schema.name.raw(), &folded),
        &|held, schema| part(held).is_some_and(|(_, table)| schema.name.raw().to_lowercase() == table),
        &|held, schema| part(held).is_some_and(|(_, table)| last(schema.name.raw(), table)),
    ];
    let sources = || inventory.sources().iter().filter(|held| only.is_none_or(|id| held.source.id == *id));
    let all = || sources().flat_map(|held| held.tables().map(move |(schema, _)| (held, schema)));
    for fits in ways {
        let found: Vec<_> = all().filter(|(held, schema)| fits(held, schema)).collect();
        match found.as_slice() {
            [] => {}
            [(held, schema)] => return Ok((held.source.id.clone(), schema.id.clone())),
            several => {
                let one = |(held, schema): &(&Held, &Schema)| {
                    format!("{}/{} ({})", held.title().shown(), schema.name.shown(), schema.id.as_str())
                };
                let mut named: Vec<String> = several.iter().take(NAMED).map(one).collect();
                if several.len() > NAMED {
                    named.push(format!("and {} more", several.len() - NAMED));
                }
                return Err(format!(
                    "several tables are called {}; choose one with --source or by its id: {}.",
                    repeated(name),
                    named.join(", ")
                ));
            }
        }
    }
    let near: Vec<String> = all()
        .filter(|(_, schema)| !folded.is_empty() && schema.name.raw().to_lowercase().contains(&folded))
        .take(NAMED)
        .map(|(_, schema)| format!("\"{}\"", schema.name.shown()))
        .collect();
    let near = if near.is_empty() {
        "`whtui tables` lists what there is".to_owned()
    } else {
        format!("there are {}", near.join(", "))
    };
    let of = if only.is_some() { " of this source" } else { "" };
    Err(format!("no table{of} is called {}; {near}.", repeated(name)))
}
