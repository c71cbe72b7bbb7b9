//! B, J, Q: credentials and settings of a source.

story!(
    b,
    Story {
        name: "B",
        world: r#"
            [[sources]]
            type = "MySQL"
            prefix = "shop"
            secrets = { password = "rotated-away" }
            accepts = { password = "demo" }
            outage = { text = "The database rejected the username or password. Check the user and password configured for this source, then re-enable the sync.", raw = "(1045, \"Access denied for user 'posthog'@'10.4.2.9' (using password: YES)\")", permanent = true, since = "9h", after = "4s" }
            tables = [
              { names = ["orders", "customers"], frequency = "1hour", duration = "4s" },
              { name = "tax_rates", template = "plain", frequency = "30day", spared = true, rows = 240 },
            ]
        "#,
        fills: &[("password", "demo")],
        writes: &[
            r#"PATCH external_data_sources/{shop}/ {"job_inputs":{"password":"demo"}}"#,
            r#"PATCH external_data_sources/{shop}/bulk_update_schemas/ {"schemas":[{"id":"{orders}","should_sync":true},{"id":"{customers}","should_sync":true}]}"#,
            "POST external_data_schemas/{customers}/reload/",
            "POST external_data_schemas/{orders}/reload/",
        ],
        unseen: &[r#"PATCH external_data_sources/{shop}/ {"job_inputs":{"password":"demo"}}"#],
        green: &[("orders", "Completed"), ("customers", "Completed")],
        ..Story::NEW
    }
);

story!(
    j,
    Story {
        name: "J",
        world: r#"
            [[sources]]
            type = "MSSQL"
            prefix = "erp"
            job_inputs = { host = "erp-old.example.com" }
            accepts = { host = "erp.example.com" }
            outage = { text = "Could not resolve the database host to an address. Check that the host is spelled correctly and reachable from the public internet, then re-enable the sync.", raw = "could not translate host name \"erp-old.example.com\" to address: Name or service not known", permanent = true, since = "14h", after = "11s" }
            tables = [{ names = ["dbo.Orders", "dbo.Stock"], frequency = "6hour", duration = "4s" }]
        "#,
        fills: &[("host", "erp.example.com"), ("password", "demo")],
        writes: &[
            r#"PATCH external_data_sources/{erp}/ {"job_inputs":{"host":"erp.example.com","password":"demo"}}"#,
            r#"PATCH external_data_sources/{erp}/bulk_update_schemas/ {"schemas":[{"id":"{dbo.Orders}","should_sync":true},{"id":"{dbo.Stock}","should_sync":true}]}"#,
            "POST external_data_sources/{erp}/reload/",
        ],
        green: &[("dbo.Orders", "Completed"), ("dbo.Stock", "Completed")],
        ..Story::NEW
    }
);

story!(
    q,
    Story {
        name: "Q",
        world: r#"
            [[sources]]
            type = "BigQuery"
            prefix = "web"
            job_inputs = { dataset_id = "acme-prod.web_events" }
            accepts = { dataset_id = "web_events" }
            outage = { text = "Your BigQuery Dataset ID looks misconfigured — it should be just the dataset name (for example `analytics`), not `project.dataset`. Please update the Dataset ID in your source configuration, then re-enable the sync.", raw = "404 Not found: Dataset acme-prod:acme-prod.web_events was not found in location US", permanent = true, since = "2d" }
            tables = [{ names = ["pageviews", "sessions_daily"], frequency = "12hour", duration = "4s" }]
        "#,
        fills: &[("dataset_id", "web_events")],
        writes: &[
            r#"PATCH external_data_sources/{web}/ {"job_inputs":{"dataset_id":"web_events"}}"#,
            r#"PATCH external_data_sources/{web}/bulk_update_schemas/ {"schemas":[{"id":"{pageviews}","should_sync":true},{"id":"{sessions_daily}","should_sync":true}]}"#,
            "POST external_data_sources/{web}/reload/",
        ],
        green: &[("pageviews", "Completed"), ("sessions_daily", "Completed")],
        ..Story::NEW
    }
);
