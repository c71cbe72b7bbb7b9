//! A, F, N, O, P, B2, L, M, R: a reload ends them, after a cancel or after somebody did something elsewhere.

story!(
    a,
    Story {
        name: "A",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "orders", situation = "transient", frequency = "6hour", rows = 12000, duration = "4s" },
              { name = "customers", frequency = "6hour", rows = 3400, duration = "3s" },
            ]
        "#,
        writes: &["POST external_data_schemas/{orders}/reload/"],
        green: &[("orders", "Completed")],
        ..Story::NEW
    }
);

story!(
    f_phantom,
    Story {
        name: "F, phantom",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "orders", situation = "phantom", frequency = "6hour", rows = 12000, duration = "4s" },
              { name = "customers", frequency = "6hour", rows = 3400, duration = "3s" },
            ]
        "#,
        writes: &["POST external_data_schemas/{orders}/cancel/", "POST external_data_schemas/{orders}/reload/"],
        green: &[("orders", "Completed")],
        ..Story::NEW
    }
);

story!(
    f_stuck,
    Story {
        name: "F, stuck",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "orders", situation = "stuck", frequency = "6hour", rows = 12000, duration = "4s" },
              { name = "customers", frequency = "6hour", rows = 3400, duration = "3s" },
            ]
        "#,
        open: &["wait:900", "t", "enter"],
        writes: &["POST external_data_schemas/{orders}/cancel/", "POST external_data_schemas/{orders}/reload/"],
        green: &[("orders", "Completed")],
        ..Story::NEW
    }
);

story!(
    b2,
    Story {
        name: "B2",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "invoices", situation = "permission", frequency = "6hour", rows = 12000, duration = "4s" },
              { name = "customers", frequency = "6hour", rows = 3400, duration = "3s" },
            ]
        "#,
        writes: &[
            r#"PATCH external_data_schemas/{invoices}/ {"should_sync":true}"#,
            "POST external_data_schemas/{invoices}/reload/",
        ],
        green: &[("invoices", "Completed")],
        ..Story::NEW
    }
);

story!(
    l,
    Story {
        name: "L",
        world: r#"
            [[sources]]
            type = "Hubspot"
            prefix = "marketing"
            tables = [{ names = ["contacts", "deals"], situation = "account_gone", duration = "4s" }]
        "#,
        writes: &[
            r#"PATCH external_data_sources/{marketing}/bulk_update_schemas/ {"schemas":[{"id":"{deals}","should_sync":true},{"id":"{contacts}","should_sync":true}]}"#,
            "POST external_data_sources/{marketing}/reload/",
        ],
        green: &[("contacts", "Completed"), ("deals", "Completed")],
        ..Story::NEW
    }
);

story!(
    m,
    Story {
        name: "M",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "audit_log", situation = "statement_timeout", frequency = "6hour", rows = 12000, duration = "4s" },
              { name = "customers", frequency = "6hour", rows = 3400, duration = "3s" },
            ]
        "#,
        writes: &[
            r#"PATCH external_data_schemas/{audit_log}/ {"should_sync":true}"#,
            "POST external_data_schemas/{audit_log}/reload/",
        ],
        green: &[("audit_log", "Completed")],
        ..Story::NEW
    }
);

story!(
    n,
    Story {
        name: "N",
        world: r#"
            [[sources]]
            type = "Postgres"
            prefix = "prod"
            tables = [
              { name = "sessions", fault = { text = "An unexpected error has occurred", raw = "KeyError: 'id'", cure = "reload" }, frequency = "6hour", rows = 12000, duration = "4s" },
              { name = "customers", frequency = "6hour", rows = 3400, duration = "3s" },
            ]
        "#,
        writes: &["POST external_data_schemas/{sessions}/reload/"],
        green: &[("sessions", "Completed")],
        ..Story::NEW
    }
);

story!(
    o,
    Story {
        name: "O",
        world: r#"
            [[sources]]
            type = "Salesforce"
            prefix = "crm"
            tables = [
              { name = "Opportunity", situation = "no_text", rows = 12000, duration = "4s" },
              { name = "Account", rows = 3400, duration = "3s" },
            ]
        "#,
        writes: &["POST external_data_schemas/{Opportunity}/reload/"],
        green: &[("Opportunity", "Completed")],
        ..Story::NEW
    }
);

story!(
    p,
    Story {
        name: "P",
        world: r#"
            [[sources]]
            type = "GoogleSheets"
            prefix = "planning"
            tables = [
              { name = "Budget", situation = "destination", duration = "5s" },
              { name = "Targets", duration = "3s" },
            ]
        "#,
        writes: &["POST external_data_schemas/{Budget}/reload/"],
        green: &[("Budget", "Completed")],
        ..Story::NEW
    }
);

story!(
    r,
    Story {
        name: "R",
        world: r#"
            [[sources]]
            type = "Salesforce"
            prefix = "crm"
            tables = [
              { name = "Task", should_sync = false, last_run = "60d", rows = 12000, duration = "4s" },
              { name = "Account", should_sync = false, last_run = "60d", rows = 3400, duration = "3s" },
            ]
        "#,
        picks: &["Task"],
        writes: &[
            r#"PATCH external_data_schemas/{Task}/ {"should_sync":true}"#,
            "POST external_data_schemas/{Task}/reload/",
        ],
        green: &[("Task", "Completed")],
        ..Story::NEW
    }
);
