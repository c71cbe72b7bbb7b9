//! A user's own catalogue.

use whtui::warehouse::diagnosis::{Catalogue, CauseId, Letter, Symptom};

#[test]
fn a_user_adds_causes_and_changes_advice() {
    let catalogue = Catalogue::with_user(
        r#"
        [[cause]]
        id = "vpn_down"
        title = "Our VPN is down"
        meaning = "The office VPN has to be up."
        recovery = "J"
        advice = ["Call Ada."]

        [[cause]]
        id = "credentials_invalid"
        advice = ["Ask the platform team."]

        [[rule]]
        cause = "vpn_down"
        any = ['could not translate host name {name}']
        retry_safe = true
        "#,
    )
    .unwrap();
    let text = "Could not translate host name \"db.office\" to address: Name or service not known";
    let verdict = catalogue.diagnose(&Symptom::of(Some(text)));
    assert_eq!(verdict.cause, "vpn_down");
    assert_eq!((verdict.recovery, verdict.retry_safe, verdict.destructive), (Letter::J, true, false));
    assert_eq!(verdict.identifier.unwrap().raw(), "db.office");
    let changed = catalogue.cause(&CauseId::new("credentials_invalid")).unwrap();
    assert_eq!(changed.advice[0].raw(), "Ask the platform team.");
    assert_eq!(changed.title, Catalogue::builtin().cause(&changed.id).unwrap().title);
}

#[test]
fn all_mistakes_are_reported_at_once_with_their_lines() {
    let mistakes = Catalogue::with_user(
        r#"colour = "red"
[[cause]]
id = "mine"
recovery = "G"
[[cause]]
id = "column_type_changed"
destructive = true
[[rule]]
cause = "column_type_changed"
any = ["fits"]
[[rule]]
cause = "nothing"
any = ["a(b", "c"]
levels = ["planet"]
http = [200]
[[rule]]
cause = "unknown"
[[rule]]
any = 3.5
"#,
    )
    .unwrap_err();
    let lines: Vec<usize> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [1, 2, 4, 5, 8, 11, 13, 14, 15, 16, 18, 19], "{mistakes:#?}");
    assert!(mistakes[2].to_string().contains("line 4: a file of your own may not ask for G"), "{}", mistakes[2]);
    assert!(Catalogue::with_user("[[rule]\ncause = 1").is_err());
}

#[test]
fn patterns_that_would_eat_the_memory_are_refused() {
    let file = "[[rule]]\ncause = \"unknown\"\nany = ['(a{1000}){1000}']\n";
    let mistakes = Catalogue::with_user(file).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert!(mistakes[0].message.contains("cannot be used"), "{}", mistakes[0]);
}
