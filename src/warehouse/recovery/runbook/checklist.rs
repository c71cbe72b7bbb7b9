//! What has to be run on a Postgres server for each thing that change data capture lacks.

use crate::warehouse::text::Foreign;

/// What has to be run on the server for one complaint of the prerequisites check (contract, section 7.7); `None`
/// where that cannot be told. Names from the complaint are quoted.
#[must_use]
pub fn remedy(complaint: &Foreign) -> Option<String> {
    let text = complaint.raw().to_lowercase();
    let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
    let quoted = quoted_names(complaint.raw());
    let first = || quoted.first().map_or("<role>".to_owned(), |name| identifier(name));
    if has(&["wal_level"]) {
        return Some("ALTER SYSTEM SET wal_level = 'logical';  -- then restart the server".to_owned());
    }
    if has(&["slots"]) && (has(&["in use"]) || has(&["free"]) || has(&["max_replication_slots"])) {
        return Some(
            "SELECT slot_name, active FROM pg_replication_slots;  -- drop those nobody reads:\n\
             SELECT pg_drop_replication_slot('<slot>');  -- or raise max_replication_slots and restart"
                .to_owned(),
        );
    }
    if has(&["replication"]) && (has(&["privilege"]) || has(&["role"]) || has(&["permission"])) {
        return Some(format!("ALTER ROLE {} WITH REPLICATION;  -- on RDS: GRANT rds_replication TO {0};", first()));
    }
    if has(&["primary key"]) {
        let tables = if quoted.is_empty() { listed_after_colon(complaint.raw()) } else { quoted };
        let each = tables.iter().map(|table| format!("ALTER TABLE {} ADD PRIMARY KEY (<columns>);", identifier(table)));
        let lines: Vec<String> = each.collect();
        let general = "ALTER TABLE <table> ADD PRIMARY KEY (<columns>);".to_owned();
        return Some(if lines.is_empty() { general } else { lines.join("\n") });
    }
    if has(&["own"]) {
        return Some("ALTER TABLE <table> OWNER TO <role>;  -- or make the role a member of the owner".to_owned());
    }
    if has(&["select"]) {
        return Some("GRANT SELECT ON ALL TABLES IN SCHEMA <schema> TO <role>;".to_owned());
    }
    if has(&["publication"]) {
        let name = quoted.first().map_or("<publication>".to_owned(), |name| identifier(name));
        return Some(format!("CREATE PUBLICATION {name} FOR TABLE <tables>;"));
    }
    if has(&["slot"]) {
        let name = quoted.first().map_or("<slot>".to_owned(), |name| literal(name));
        return Some(format!("SELECT pg_create_logical_replication_slot({name}, 'pgoutput');"));
    }
    None
}

/// The names between quotes.
fn quoted_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for quote in ['"', '\'', '`'] {
        let parts: Vec<&str> = text.split(quote).collect();
        // Unbalanced quotes are apostrophes.
        if parts.len() >= 3 && parts.len() % 2 == 1 {
            names.extend(parts.iter().skip(1).step_by(2).map(|name| (*name).to_owned()));
        }
    }
    names.retain(|name| !name.trim().is_empty() && !name.contains(char::is_control));
    names
}

/// The names listed behind a colon.
fn listed_after_colon(text: &str) -> Vec<String> {
    let Some((_, list)) = text.rsplit_once(": ") else { return Vec::new() };
    let each = list.trim_end_matches('.').split(", ").map(str::trim);
    each.filter(|name| !name.is_empty() && !name.contains(' ') && !name.contains(char::is_control))
        .map(str::to_owned)
        .collect()
}

/// A name as an SQL identifier: quoted part by part, unless it is plain.
fn identifier(name: &str) -> String {
    let part = |part: &str| {
        let plain = part.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if plain { part.to_owned() } else { format!("\"{}\"", part.replace('"', "\"\"")) }
    };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// A text as an SQL literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_complaint_has_its_remedy() {
        for (complaint, remedy_begins) in [
            ("wal_level is 'replica', must be 'logical'", "ALTER SYSTEM SET wal_level"),
            ("Role \"etl\" lacks the REPLICATION privilege", "ALTER ROLE etl WITH REPLICATION"),
            ("No free replication slots: 10/10 slots in use", "SELECT slot_name"),
            ("Tables without a primary key: public.orders, public.Items", "ALTER TABLE public.orders ADD PRIMARY KEY"),
            ("Role does not own the tables", "ALTER TABLE <table> OWNER"),
            ("Missing SELECT on public.orders", "GRANT SELECT"),
            ("Publication \"Odd name\" does not exist", "CREATE PUBLICATION \"Odd name\""),
            ("Slot 'a''b' is missing", "SELECT pg_create_logical_replication_slot("),
        ] {
            let found = remedy(&Foreign::new(complaint)).unwrap_or_default();
            assert!(found.starts_with(remedy_begins), "{complaint}: {found}");
        }
        assert_eq!(remedy(&Foreign::new("The moon is full")), None);
    }

    #[test]
    fn hostile_names_stay_names() {
        let found = remedy(&Foreign::new("Role \"x; DROP TABLE y\" lacks the REPLICATION privilege")).unwrap();
        assert!(found.starts_with("ALTER ROLE \"x; DROP TABLE y\" WITH"), "{found}");
    }
}
