//! C, K: a table is synced another way from now on.

story!(
    c,
    Story {
        name: "C",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "payouts", situation = "column_dropped", template = "database", rows = 90412, duration = "4s" },
              { name = "customers", template = "plain", duration = "3s" },
            ]
        "#,
        picks: &["modified_at"],
        writes: &[
            r#"PATCH external_data_schemas/{payouts}/ {"incremental_field":"modified_at","incremental_field_type":"timestamp"}"#,
            r#"PATCH external_data_schemas/{payouts}/ {"should_sync":true}"#,
            "POST external_data_schemas/{payouts}/reload/",
        ],
        green: &[("payouts", "Completed")],
        ..Story::NEW
    }
);

story!(
    k_missing,
    Story {
        name: "K, no key",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "feature_flags", situation = "key_missing", template = "database", rows = 412, duration = "4s" },
              { name = "customers", template = "plain", duration = "3s" },
            ]
        "#,
        picks: &["full refresh"],
        writes: &[
            r#"PATCH external_data_schemas/{feature_flags}/ {"sync_type":"full_refresh"}"#,
            r#"PATCH external_data_schemas/{feature_flags}/ {"should_sync":true}"#,
            "POST external_data_schemas/{feature_flags}/reload/",
        ],
        green: &[("feature_flags", "Completed")],
        ..Story::NEW
    }
);

story!(
    k_not_unique,
    Story {
        name: "K, other keys",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "line_discounts", situation = "key_not_unique", template = "database", columns = ["id bigint", "line_id bigint key", "position integer key", "amount numeric", "updated_at timestamp with time zone indexed"], keys = ["id"], rows = 9000, duration = "4s" },
              { name = "customers", template = "plain", duration = "3s" },
            ]
        "#,
        picks: &["other key columns", "line_id", "position"],
        writes: &[
            "DELETE external_data_schemas/{line_discounts}/delete_data/",
            r#"PATCH external_data_schemas/{line_discounts}/ {"incremental_field":"updated_at","incremental_field_type":"timestamp","primary_key_columns":["line_id","position"],"sync_type":"incremental"}"#,
            r#"PATCH external_data_schemas/{line_discounts}/ {"should_sync":true}"#,
            "POST external_data_schemas/{line_discounts}/reload/",
        ],
        consents: 1,
        green: &[("line_discounts", "Completed")],
        ..Story::NEW
    }
);

story!(
    k_not_unique_full,
    Story {
        name: "K, key not unique",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "line_discounts", situation = "key_not_unique", template = "database", columns = ["id bigint", "line_id bigint key", "position integer key", "amount numeric", "updated_at timestamp with time zone indexed"], keys = ["id"], rows = 9000, duration = "4s" },
              { name = "customers", template = "plain", duration = "3s" },
            ]
        "#,
        picks: &["full refresh"],
        writes: &[
            r#"PATCH external_data_schemas/{line_discounts}/ {"sync_type":"full_refresh"}"#,
            r#"PATCH external_data_schemas/{line_discounts}/ {"should_sync":true}"#,
            "POST external_data_schemas/{line_discounts}/reload/",
        ],
        green: &[("line_discounts", "Completed")],
        ..Story::NEW
    }
);

story!(
    k_too_large,
    Story {
        name: "K, too large",
        world: r#"
            [[sources]]
            type = "BigQuery"
            prefix = "product"
            tables = [
              { name = "feature_usage", situation = "too_large", rows = 184000, duration = "4s" },
              { name = "releases", duration = "3s" },
            ]
        "#,
        picks: &["LOADED_AT"],
        writes: &[
            r#"PATCH external_data_schemas/{feature_usage}/ {"incremental_field":"LOADED_AT","incremental_field_type":"timestamp","primary_key_columns":["ID"],"sync_type":"incremental"}"#,
            "POST external_data_schemas/{feature_usage}/reload/",
        ],
        green: &[("feature_usage", "Completed")],
        ..Story::NEW
    }
);
