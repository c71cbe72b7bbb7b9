//! C2, D, G, H: tables that came and went, data that is read again, tables that are switched off.

story!(
    c2,
    Story {
        name: "C2",
        world: r#"
            [[sources]]
            type = "GoogleSheets"
            prefix = "planning"
            tables = [
              { name = "Targets 2026", duration = "5s" },
              { name = "Partners", situation = "table_gone" },
            ]
            undiscovered = [{ names = ["Targets 2027", "Travel"], sync_type = "none", duration = "4s" }]
        "#,
        picks: &["Targets 2027"],
        writes: &[
            "POST external_data_sources/{planning}/refresh_schemas/",
            r#"PATCH external_data_sources/{planning}/bulk_update_schemas/ {"schemas":[{"apply_sync_defaults":true,"id":"{Targets 2027}","should_sync":true}]}"#,
        ],
        unseen: &["POST external_data_sources/{planning}/refresh_schemas/"],
        after: 60,
        green: &[("Targets 2027", "Completed")],
        ..Story::NEW
    }
);

story!(
    d,
    Story {
        name: "D, type changed",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "line_items", situation = "type_changed", frequency = "6hour", rows = 7340, duration = "4s" },
              { name = "customers", template = "plain", duration = "3s" },
            ]
        "#,
        writes: &["POST external_data_schemas/{line_items}/resync/",],
        consents: 1,
        green: &[("line_items", "Completed")],
        ..Story::NEW
    }
);

story!(
    d_incremental,
    Story {
        name: "D, incremental",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [{ name = "coupons", frequency = "6hour", rows = 4821, source_rows = 2410, duration = "4s" }]
        "#,
        open: &["2", "W"],
        writes: &["POST external_data_schemas/{coupons}/resync/",],
        consents: 1,
        green: &[("coupons", "Completed")],
        ..Story::NEW
    }
);

story!(
    d_append,
    Story {
        name: "D, append",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [{ name = "events", sync_type = "append", frequency = "6hour", rows = 4821, source_rows = 2410, duration = "4s" }]
        "#,
        open: &["2", "W"],
        writes: &["DELETE external_data_schemas/{events}/delete_data/", "POST external_data_schemas/{events}/reload/",],
        consents: 1,
        green: &[("events", "Completed")],
        ..Story::NEW
    }
);

story!(
    d_full_refresh,
    Story {
        name: "D, full refresh",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [{ name = "countries", template = "plain", frequency = "6hour", rows = 482, source_rows = 241, duration = "4s" }]
        "#,
        open: &["2", "W"],
        writes: &["POST external_data_schemas/{countries}/reload/",],
        green: &[("countries", "Completed")],
        ..Story::NEW
    }
);

story!(
    g,
    Story {
        name: "G",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [{ name = "sessions", situation = "corrupt", frequency = "6hour", rows = 9120, duration = "4s" }]
        "#,
        open: &["2", "O"],
        writes: &[
            "DELETE external_data_schemas/{sessions}/delete_data/",
            "POST external_data_schemas/{sessions}/reload/",
        ],
        consents: 1,
        green: &[("sessions", "Completed")],
        ..Story::NEW
    }
);

story!(
    h,
    Story {
        name: "H",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "us"
            tables = [
              { name = "BalanceTransaction", situation = "billing_limit", rows = 29601 },
              { names = ["Customer", "Subscription", "Product"], duration = "15s", last_run = "2h" },
            ]
        "#,
        picks: &["Customer", "Product"],
        writes: &[
            r#"PATCH external_data_sources/{us}/bulk_update_schemas/ {"schemas":[{"id":"{Customer}","should_sync":false},{"id":"{Product}","should_sync":false}]}"#,
        ],
        green: &[("Customer", "Off"), ("Product", "Off"), ("Subscription", "Completed")],
        ..Story::NEW
    }
);

story!(
    h_pause,
    Story {
        name: "H, pause",
        world: r#"
            [[sources]]
            type = "Stripe"
            prefix = "us"
            tables = [
              { name = "BalanceTransaction", situation = "billing_paused", rows = 29601 },
              { names = ["Customer", "Product"], duration = "15s", last_run = "2h" },
            ]
        "#,
        // Whoever raises the limit has nothing to switch off.
        picks: &[],
        writes: &[],
        green: &[("BalanceTransaction", "Billing pause"), ("Customer", "Completed")],
        ..Story::NEW
    }
);
