use super::*;

fn project() -> ProjectId {
    ProjectId::new(7).unwrap()
}

#[test]
fn hostile_identities_stay_one_segment() {
    for id in ["../../users/@me", "a/b?c#d", "", "..", "%2e%2e"] {
        let path = Read::Schema(SchemaId::new(id)).request(project()).path;
        assert_eq!(path.matches('/').count(), 6, "{path}");
        assert!(path.split('/').all(|part| part != "." && part != "..") && !path.contains('?'), "{path}");
        assert!(!path.contains("//"), "{path}");
    }
}

#[test]
fn a_query_names_every_schema() {
    let query = JobQuery {
        source: SourceId::new("s"),
        schemas: vec![Foreign::new("public.orders"), Foreign::new("a&b=c")],
        after: None,
    };
    let target = Read::Jobs(query).request(project()).target();
    assert_eq!(target, "/api/projects/7/external_data_sources/s/jobs/?schemas=public.orders&schemas=a%26b%3Dc");
}

#[test]
fn a_shell_line_quotes_and_never_holds_the_key() {
    let patch = SourcePatch { description: Some("it's $(rm)".to_owned()), ..SourcePatch::default() };
    let line = Write::UpdateSource(SourceId::new("s"), patch).request(project()).curl("https://us.posthog.com");
    assert_eq!(
        line,
        "curl -X PATCH -H \"Authorization: Bearer $WHTUI_API_KEY\" \
         'https://us.posthog.com/api/projects/7/external_data_sources/s/' \
         -H 'Content-Type: application/json' -d '{\"description\":\"it'\\''s $(rm)\"}'"
    );
}

#[test]
fn deleting_data_is_a_delete_on_a_sub_path() {
    let request = Discard::DeleteData(SchemaId::new("t")).request(project());
    assert_eq!(request.method, Method::Delete);
    assert_eq!(request.target(), "/api/projects/7/external_data_schemas/t/delete_data/");
}
