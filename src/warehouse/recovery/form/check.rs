//! Whether a text is what its row takes. Only what is plainly wrong is refused here; the rest is for the server.

use super::Control;

/// Why a text cannot be right.
pub(super) fn objection(control: Control, name: &str, text: &str) -> Option<&'static str> {
    let text = text.trim();
    match control {
        Control::Number if name == "port" => {
            let port = text.parse::<u16>().is_ok_and(|port| port > 0);
            (!port).then_some("A port is a number from 1 to 65535.")
        }
        Control::Number => {
            let number = text.parse::<f64>().is_ok_and(f64::is_finite);
            (!number).then_some("This has to be a number.")
        }
        Control::Email => (!is_email(text)).then_some("This is no e-mail address."),
        Control::Url => text.contains(char::is_whitespace).then_some("An address has no spaces."),
        Control::Time => (!is_time(text)).then_some("A time is written like 14:30."),
        // Somebody who knows the web page will try the path of the file.
        Control::Document => {
            let one_line = !text.contains('\n') && !text.contains("-----BEGIN");
            (one_line && serde_json::from_str::<serde_json::Value>(text).is_err())
                .then_some("Paste the contents of the file; its path says nothing to the server.")
        }
        Control::Text | Control::Lines | Control::Choice | Control::Switch | Control::Web => None,
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(user, host)| !user.is_empty() && !host.is_empty());
    parts.is_some() && !text.contains(char::is_whitespace)
}

fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let limits = [24, 60, 60];
    let fits = |(part, limit): (&&str, u8)| {
        (1..=2).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|number| number < limit)
    };
    (2..=3).contains(&parts.len()) && parts.iter().zip(limits).all(fits)
}
