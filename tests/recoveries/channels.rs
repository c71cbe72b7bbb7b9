//! E, I: change data capture and webhooks.

story!(
    e_prerequisites,
    Story {
        name: "E, prerequisites",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "identity"
            cdc = { problems = ["wal_level must be set to 'logical' (currently 'replica'). This requires a PostgreSQL server restart after changing the configuration."], fixed_after_checks = 1, fault = { text = "wal_level must be set to 'logical' (currently 'replica'). This requires a PostgreSQL server restart after changing the configuration.", raw = "logical decoding requires wal_level >= logical", since = "2h" } }
            tables = [
              { names = ["users", "memberships"], template = "cdc", frequency = "1hour" },
              { name = "roles", template = "plain" },
            ]
        "#,
        writes: &["POST external_data_schemas/{memberships}/reload/", "POST external_data_schemas/{users}/reload/",],
        green: &[("users", "Completed"), ("memberships", "Completed")],
        ..Story::NEW
    }
);

story!(
    e_slot,
    Story {
        name: "E, slot lost",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "ledger"
            cdc = { slot = false, halted = true, lag = 2147483648, fault = { text = "Change data capture was automatically stopped because replication lag exceeded 2048 MB and the safety net dropped the replication slot. Use Repair CDC to recreate it and re-sync.", raw = "replication slot \"posthog_slot\" does not exist", since = "90m" } }
            tables = [
              { names = ["postings", "balances"], template = "cdc", frequency = "1hour" },
              { name = "currencies", template = "plain" },
            ]
        "#,
        writes: &["POST external_data_sources/{ledger}/repair_cdc/",],
        spare: &[],
        consents: 1,
        after: 30,
        green: &[("postings", "Completed"), ("balances", "Completed")],
        ..Story::NEW
    }
);

story!(
    i_register,
    Story {
        name: "I, not registered",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "eu"
            webhook = { exists = false }
            tables = [
              { name = "Charge", template = "webhook", situation = "webhook_silent" },
              { name = "Customer", duration = "15s" },
            ]
        "#,
        picks: &["register the webhook"],
        writes: &["POST external_data_sources/{eu}/create_webhook/",],
        green: &[("Charge", "Completed")],
        ..Story::NEW
    }
);

story!(
    i_anew,
    Story {
        name: "I, register anew",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "eu"
            webhook = { exists = true, external_status = "disabled", events = ["charge.succeeded"], secret = "whsec_live" }
            tables = [
              { name = "Charge", template = "webhook", situation = "webhook_silent" },
              { name = "Customer", duration = "15s" },
            ]
        "#,
        picks: &["register it anew"],
        writes: &[
            r#"PATCH external_data_schemas/{Charge}/ {"should_sync":false}"#,
            "POST external_data_sources/{eu}/delete_webhook/",
            "POST external_data_sources/{eu}/create_webhook/",
            r#"PATCH external_data_schemas/{Charge}/ {"should_sync":true}"#,
        ],
        consents: 2,
        green: &[("Charge", "Completed")],
        ..Story::NEW
    }
);

story!(
    i_vendor,
    Story {
        name: "I, off at the vendor",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "eu"
            webhook = { exists = true, external_status = "disabled", events = ["charge.succeeded"], secret = "whsec_live", fixed_after_checks = 2 }
            tables = [
              { name = "Charge", template = "webhook", situation = "webhook_silent" },
              { name = "Customer", duration = "15s" },
            ]
        "#,
        picks: &["enable it at the vendor"],
        writes: &[],
        green: &[("Charge", "Completed")],
        ..Story::NEW
    }
);

story!(
    i_secret,
    Story {
        name: "I, new secret",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "eu"
            webhook = { exists = true, external_status = "enabled", events = ["charge.succeeded"], secret = "whsec_old", accepted_secret = "whsec_demo" }
            tables = [
              { name = "Charge", template = "webhook", situation = "webhook_silent" },
              { name = "Customer", duration = "15s" },
            ]
        "#,
        open: &["2", "N"],
        picks: &["new signing secret"],
        fills: &[("signing_secret", "whsec_demo")],
        writes: &[
            r#"POST external_data_sources/{eu}/update_webhook_inputs/ {"inputs":{"signing_secret":"whsec_demo"}}"#,
        ],
        unseen: &[
            r#"POST external_data_sources/{eu}/update_webhook_inputs/ {"inputs":{"signing_secret":"whsec_demo"}}"#
        ],
        green: &[("Charge", "Completed")],
        ..Story::NEW
    }
);
