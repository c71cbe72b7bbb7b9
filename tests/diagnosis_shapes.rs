//! What the shape of a text, or what is known around it, has to decide.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use whtui::warehouse::diagnosis::{Catalogue, CauseId, Symptom, Verdict};

fn diagnose(text: &str) -> Verdict {
    Catalogue::builtin().diagnose(&Symptom::of(Some(text)))
}

fn from(source_type: &str, text: &str) -> Verdict {
    Catalogue::builtin().diagnose(&Symptom { source_type: Some(source_type), ..Symptom::of(Some(text)) })
}

#[test]
fn of_what_does_not_exist_the_noun_decides() {
    for (source, text, cause) in [
        ("Snowflake", "Database 'MARTS' does not exist or not authorized.", "source_config_invalid"),
        ("Snowflake", "Warehouse 'LOAD' does not exist or not authorized.", "source_config_invalid"),
        ("Snowflake", "Role 'READER' does not exist or not authorized.", "source_config_invalid"),
        ("Snowflake", "Object 'A.B.C' does not exist or not authorized.", "source_table_missing"),
        ("Snowflake", "Schema 'A.B' does not exist or not authorized.", "source_table_missing"),
        ("Postgres", "collation \"de_DE.utf8\" for encoding \"UTF8\" does not exist", "source_object_invalid"),
        ("Postgres", "extension \"postgis\" does not exist", "source_object_invalid"),
        ("Postgres", "type \"public.mood\" does not exist", "source_object_invalid"),
        ("Postgres", "operator does not exist: text > timestamp with time zone", "source_object_invalid"),
        ("Postgres", "function legacy.total(integer) does not exist", "source_object_invalid"),
        ("Postgres", "tablespace \"fast\" does not exist", "source_object_invalid"),
        ("Postgres", "server \"remote\" does not exist", "source_object_invalid"),
        ("Postgres", "user mapping for \"svc\" does not exist", "source_object_invalid"),
        ("Postgres", "schema \"sales\" does not exist", "source_table_missing"),
        ("Postgres", "role \"reader\" does not exist", "credentials_invalid"),
        ("Chargebee", "Sorry, we can't find this site (site_not_found)", "source_config_invalid"),
        ("Jira", "The gizmo 7 does not exist", "unknown"),
        ("Jira", "Gizmo not found", "unknown"),
    ] {
        let verdict = from(source, text);
        assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
        assert!(!verdict.retry_safe, "{text}");
    }
}

#[test]
fn a_short_quota_is_waited_for_and_an_account_s_quota_is_not() {
    for (text, cause) in [
        ("Quota exceeded: the project exceeded quota for free query bytes scanned.", "provider_account_suspended"),
        ("Quota exceeded for the free tier of this plan", "provider_account_suspended"),
        ("The monthly quota of your account has been exceeded", "provider_account_suspended"),
        ("Your account's quota is exhausted", "provider_account_suspended"),
        ("Organization quota exceeded, contact billing", "provider_account_suspended"),
        ("Quota exceeded for quota metric 'Reads' and limit 'Reads per minute per user'", "rate_limited"),
        ("Quota exceeded: too many concurrent queries", "rate_limited"),
        ("Your account exceeded its quota of 100 requests per minute", "rate_limited"),
        ("Account request quota exceeded, retry after 30 seconds", "rate_limited"),
    ] {
        let verdict = diagnose(text);
        assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
        assert_eq!(verdict.retry_safe, cause == "rate_limited", "{text}");
    }
}

#[test]
fn a_text_that_names_several_kinds_of_object_leaves_them_open() {
    for text in [
        "Something this sync depends on (a table, column, or other object) no longer exists in your source database.",
        "A column or table that this sync reads does not exist any more.",
    ] {
        let verdict = diagnose(text);
        let all: Vec<&str> =
            std::iter::once(verdict.cause.as_str()).chain(verdict.also.iter().map(CauseId::as_str)).collect();
        assert!(all.contains(&"source_table_missing") && all.contains(&"schema_drift_column"), "{text}: {verdict:?}");
    }
}

#[test]
fn one_reload_of_a_failure_that_says_nothing_does_no_harm() {
    let catalogue = Catalogue::builtin();
    assert!(catalogue.causes().any(|cause| cause.id.as_str() == "unknown" && cause.retry_safe));
    for text in [
        "An unexpected error has occurred",
        "Non-OK response",
        "The import failed for an unknown reason.",
        "Something unexpected happened, please try again",
        "Exception: job failed",
        "There was a problem",
    ] {
        let verdict = diagnose(text);
        assert_eq!((verdict.cause.as_str(), verdict.retry_safe), ("unknown", true), "{text}: {verdict:?}");
    }
    // What says something that is not understood may be something that a reload makes worse.
    for text in ["Frobnication of the gizmo failed: gizmo is blue", "Stopped; retrying will not help"] {
        let verdict = diagnose(text);
        assert_eq!((verdict.cause.as_str(), verdict.retry_safe), ("unknown", false), "{text}: {verdict:?}");
    }
}

#[test]
fn evidence_is_made_of_whole_words() {
    for text in [
        "Mixpanel's export API isn't part of your plan any more.",
        "redis.exceptions.ConnectionResetError: peer reset",
        "The bucket you are attempting to read must be addressed by its endpoint.",
        "No column named 'überfällig' exists",
        "We couldn't authenticate you",
    ] {
        let range = diagnose(text).evidence.unwrap().range;
        let is_word = |symbol: Option<char>| symbol.is_some_and(|symbol| symbol.is_alphanumeric() || symbol == '_');
        let cuts = |at: usize| is_word(text[..at].chars().next_back()) && is_word(text[at..].chars().next());
        assert!(!cuts(range.start) && !cuts(range.end), "{:?} of {text}", &text[range]);
        assert!(!text[range.clone()].starts_with("'t "), "{:?}", &text[range]);
    }
}

#[test]
fn what_blocks_an_incremental_sync_is_known_without_a_text() {
    for (blocked, cause) in
        [("missing_primary_key", "primary_key_missing"), ("duplicate_primary_key", "primary_key_not_unique")]
    {
        for text in [None, Some(""), Some("None")] {
            let verdict = Catalogue::builtin().diagnose(&Symptom { sync_blocked: Some(blocked), ..Symptom::of(text) });
            assert_eq!((verdict.cause.as_str(), verdict.recovery.as_str()), (cause, "K"), "{text:?}");
            assert!(verdict.evidence.is_none() && !verdict.retry_safe && !verdict.destructive);
        }
    }
    let other = Catalogue::builtin().diagnose(&Symptom { sync_blocked: Some("something_new"), ..Symptom::of(None) });
    assert_eq!(other.cause, "no_error_text");
}

/// What a text is said to be about, and whether that is a missing permission.
fn named(text: &str) -> Option<(String, bool)> {
    let verdict = diagnose(text);
    verdict.identifier.map(|name| (name.raw().to_owned(), verdict.names_permission))
}

#[test]
fn words_of_a_sentence_are_no_names() {
    for text in [
        "A column referenced during sync no longer exists in your source table (MySQL error 1054).",
        "A view you're syncing references a column that no longer exists.",
        "A table this sync reads no longer exists in your source database.",
        "BigQuery couldn't find a table this source is syncing.",
        "Import failed: the Google Sheet could not be found.",
        "APIError: [404]: Requested entity was not found.",
        "The publication used for change data capture no longer exists on the source database.",
        "ORA-00942: table or view does not exist",
        "The specified bucket does not exist.",
        "(1054, \"Unknown column in 'field list'\")",
        "403 Access Denied: BigQuery BigQuery: Permission denied while getting Drive credentials.",
        "Numeric value 'n/a' is not recognized",
        "{\"status\":\"error\",\"category\":\"MISSING_SCOPES\",\"message\":\"This app hasn't been granted all required scopes\"}",
        "The column PostHog reads was dropped from the table below.",
    ] {
        assert_eq!(named(text), None, "{text}");
    }
}

#[test]
fn a_missing_permission_is_named() {
    for (text, name, permission) in [
        (
            "403 Access Denied: Project acme: User does not have bigquery.jobs.create permission in project acme.",
            "bigquery.jobs.create",
            true,
        ),
        (
            "403 POST https://a.b/c?d=e: Access Denied: Table a:b.c: Permission bigquery.tables.getData denied on table a:b.c (or it may not exist).",
            "bigquery.tables.getData",
            true,
        ),
        (
            "User: arn:aws:iam::1:user/sync is not authorized to perform: s3:ListBucket on resource: x",
            "s3:ListBucket",
            true,
        ),
        (
            "The key does not have the required permissions for this endpoint. Enabling \"Notes Read\" ('note_read') permissions on this key would help.",
            "note_read",
            true,
        ),
        (
            "{'ok': False, 'error': 'missing_scope', 'needed': 'channels:history', 'provided': 'users:read'}",
            "channels:history",
            true,
        ),
        ("API key is missing required scopes: campaigns:read", "campaigns:read", true),
        ("(1142, \"SELECT command denied to user 'x'@'10.2.0.7' for table 'invoices'\")", "invoices", false),
        ("permission denied for table brand", "brand", false),
        ("404 GET https://x/y: Not found: Table acme:dbt_prod.fct_orders", "acme:dbt_prod.fct_orders", false),
        ("Table `main`.`sales`.`orders` cannot be found", "main.sales.orders", false),
    ] {
        assert_eq!(named(text), Some((name.to_owned(), permission)), "{text}: {:?}", diagnose(text));
    }
}

/// What decides is not always what stands first, is quoted, or is closest to a familiar word.
#[test]
fn texts_that_mislead_lead_to_the_right_recovery() {
    for (text, cause, letter) in [
        ("Could not establish connection to SSH gateway (\"Authentication failed.\")", "ssh_tunnel", "J"),
        ("We could not open the SSH tunnel (\"Invalid private key.\"). Check the key.", "ssh_tunnel", "J"),
        ("Failed to connect to the bastion host (\"Permission denied.\")", "ssh_tunnel", "J"),
        (
            "Snowflake said \"Incorrect username or password was specified\". If you use an SSH tunnel, check it too.",
            "credentials_invalid",
            "B",
        ),
        (
            "server certificate for \"*.rds.amazonaws.com\" does not match host name \"db.acme.com\"",
            "tls_mismatch",
            "J",
        ),
        ("hostname 'a.snowflakecomputing.com' doesn't match either of '*.b.com', 'b.com'", "tls_mismatch", "J"),
        ("x509: certificate is valid for *.a.com, not db.b.com", "tls_mismatch", "J"),
        ("host name in the settings does not match the account", "source_config_invalid", "Q"),
        ("The filter on this table uses a column that is not there any more. Fix it.", "sync_config_invalid", "K"),
        ("A saved filter for this table points at a field that's gone.", "sync_config_invalid", "K"),
        ("could not open file \"base/5/16403\": No such file or directory", "source_object_invalid", "M"),
        ("could not open file \"exports/5.csv\": No such file or directory", "source_table_missing", "C2"),
        ("We could not read a table because the database reported damaged data on disk.", "source_object_invalid", "M"),
        ("Access to the quotes feature is not enabled for your site", "scope_or_plan_gate", "B2"),
        ("The subscriptions module is not activated for your account.", "scope_or_plan_gate", "B2"),
        ("The cluster's access list does not include PostHog's IP addresses.", "ip_not_allowed", "J"),
        ("PostHog's addresses are missing from the network access list.", "ip_not_allowed", "J"),
        ("Incremental sync of this table needs a cursor column, and none is chosen.", "sync_config_invalid", "K"),
        ("This sync needs an incremental field, but the column 'a' no longer exists", "schema_drift_column", "C"),
        ("Activity task failed: connection refused", "network_unreachable", "J"),
        (
            "Workflow execution failed: Activity task failed: Unknown column 'a' in 'field list'",
            "schema_drift_column",
            "C",
        ),
        ("Activity task failed", "posthog_interrupted", "N"),
        ("Activity task timed out", "posthog_interrupted", "N"),
        ("Bad signature", "webhook_broken", "I"),
        ("Signing secret not configured", "webhook_broken", "I"),
        ("SignatureDoesNotMatch: the request signature is invalid", "credentials_invalid", "B"),
    ] {
        let verdict = diagnose(text);
        assert_eq!((verdict.cause.as_str(), verdict.recovery.as_str()), (cause, letter), "{text}: {verdict:?}");
        assert!(!verdict.destructive && (!verdict.retry_safe || letter == "N"), "{text}: {verdict:?}");
    }
    let filter = diagnose("The filter on this table uses a column that is not there any more.");
    assert!(filter.also.iter().any(|cause| cause.as_str() == "schema_drift_column"), "{filter:?}");
}

#[test]
fn what_posthog_itself_stumbles_over_is_not_the_source_s() {
    for (source, text, cause) in [
        ("Hubspot", "django.db.utils.InterfaceError: the connection is closed", "internal_posthog_error"),
        ("Stripe", "Error 110 connecting to redis:6379. Connection timed out.", "internal_posthog_error"),
        ("Linear", "Kernel error: the delta log is empty", "internal_posthog_error"),
        ("GoogleAds", "request_error: INVALID_PAGE_TOKEN", "internal_posthog_error"),
        ("Attio", "The response shape may be another one by now", "internal_posthog_error"),
        ("Stripe", "customer warehouse: permission denied for schema dwh", "destination_write_failed"),
        ("Hubspot", "Workflow cancelled", "sync_turned_off"),
    ] {
        let verdict = from(source, text);
        assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
    }
}

#[test]
fn a_message_after_the_number_of_its_line_is_read() {
    for (text, cause) in [
        ("SQL Server message 245, severity 16, procedure p, line 1:\nConversion failed for a value", "type_conversion"),
        ("SQL Server message 18456, procedure None, line 1:\nLogin failed for user 'svc'.", "credentials_invalid"),
        ("SQL Server message 208, procedure None, line 4:\nInvalid object name 'dbo.a'.", "source_table_missing"),
    ] {
        let verdict = from("MSSQL", text);
        assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
    }
}

#[test]
fn servers_speak_the_language_of_their_operators() {
    for (text, cause) in [
        ("FATAL:  Passwort-Authentifizierung für Benutzer »svc« fehlgeschlagen", "credentials_invalid"),
        ("keine Berechtigung für Tabelle kunden", "permission_denied_object"),
        ("Spalte »stand« existiert nicht", "schema_drift_column"),
        ("permiso denegado a la tabla ventas", "permission_denied_object"),
        ("no existe la relación «ventas»", "source_table_missing"),
        ("la base de données « ventes » n'existe pas", "source_config_invalid"),
        ("permissão negada para tabela vendas", "permission_denied_object"),
    ] {
        let verdict = from("Postgres", text);
        assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
        assert!(!verdict.retry_safe, "{text}");
    }
}

#[test]
fn an_app_a_plan_and_an_account_are_told_apart() {
    for (source, text, cause) in [
        ("Shopify", "Orders older than 60 days are only available on Advanced and Plus plans", "scope_or_plan_gate"),
        ("Paypal", "This endpoint does not allow your app", "scope_or_plan_gate"),
        ("Airtable", "Invalid permissions, or the base is gone", "scope_or_plan_gate"),
        ("Pipedrive", "Company account is expired", "provider_account_suspended"),
        ("Zendesk", "No help desk at acme.example", "source_config_invalid"),
        ("TikTokAds", "The app reaches the QPS limit", "rate_limited"),
        ("MSSQL", "Login failed for user 'svc'. Reason: The account is disabled.", "credentials_invalid"),
        ("Kafka", "KafkaError: Topic authorization failed", "permission_denied_object"),
        ("Databricks", "Session handle 7 has already closed", "source_unavailable"),
        ("MongoDB", "The saved offset is no longer valid", "cdc_slot_lost"),
    ] {
        let verdict = from(source, text);
        assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
    }
}
