//! The contract judges itself, and the simulator of every world.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod support;

use serde_json::json;
use support::bench::Bench;
use support::openapi::contract;

#[test]
fn every_example_of_the_file_fits_the_file() {
    let examples = contract().examples();
    assert!(examples.len() > 60, "only {} examples found", examples.len());
    for example in examples {
        let verdict = match example.status {
            Some(status) => contract().validate_response(&example.method, &example.path, status, Some(&example.value)),
            None => contract().validate_request(&example.method, &example.path, "", Some(&example.value)),
        };
        assert_eq!(verdict, Ok(()), "{} {:?} {}", example.operation, example.status, example.name);
    }
}

#[test]
fn requests_outside_the_contract_are_faults() {
    let path = "/api/projects/1/external_data_schemas/0192f1c4-7a60-0000-9d0c-0000000000a1/";
    let check = |method: &str, path: &str, query: &str, body: Option<&serde_json::Value>| {
        contract().validate_request(method, path, query, body)
    };
    assert_eq!(check("PATCH", path, "", Some(&json!({ "should_sync": true }))), Ok(()));
    assert!(check("PATCH", path, "", Some(&json!({ "should_sync": "yes" }))).is_err());
    assert!(check("PATCH", path, "", Some(&json!({ "shuold_sync": true }))).is_err());
    assert!(check("PUT", path, "", None).is_err());
    assert!(check("GET", "/api/projects/1/external_data_schemas/", "limit=ten", None).is_err());
    assert!(check("GET", "/api/projects/1/external_data_schemas/", "order=name", None).is_err());
    assert_eq!(check("GET", "/api/projects/1/external_data_schemas/", "limit=10&search=a%20b", None), Ok(()));
    assert!(check("GET", "/api/projects/1/external_data_schemas/not-a-uuid/", "", None).is_err());
}

#[test]
fn every_reading_operation_of_every_plain_world_fits() {
    for name in whtui::simulator::scenario_names() {
        let mut bench = Bench::new(name);
        bench.strict = name != "odd";
        if name == "readonly-key" || name == "limited-key" {
            assert_eq!(bench.send("GET", "/api/projects/", None).0, 403);
        } else {
            bench.get("/api/projects/");
            bench.get("/api/users/@me/");
        }
        bench.get("/api/personal_api_keys/@current/");
        bench.get("external_data_schemas/?limit=5000");
        bench.get("external_data_sources/wizard/");
        for source in bench.sources() {
            let id = source["id"].as_str().unwrap().to_owned();
            bench.get(&format!("external_data_sources/{id}/"));
            for part in ["jobs", "webhook_info"] {
                bench.get(&format!("external_data_sources/{id}/{part}/"));
            }
            bench.send("GET", &format!("external_data_sources/{id}/cdc_status/"), None);
            for table in source["schemas"].as_array().unwrap() {
                let id = table["id"].as_str().unwrap().to_owned();
                bench.table(&id);
                bench.get(&format!("external_data_schemas/{id}/logs/"));
                if source["access_method"] == "warehouse" && source["user_access_level"] == "manager" {
                    bench.act("POST", &id, "incremental_fields");
                }
            }
        }
    }
}
