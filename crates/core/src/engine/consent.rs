//! "Yes please" typed instead of tapped: reads a short answer to the offer of a person.

const YES: [&str; 22] = [
    "yes",
    "yeah",
    "yep",
    "yup",
    "sure",
    "ok",
    "okay",
    "please",
    "please do",
    "yes please",
    "go ahead",
    "do it",
    "of course",
    "that would be great",
    "ja",
    "ja bitte",
    "gerne",
    "oui",
    "si",
    "sí",
    "sim",
    "y",
];
const NO: [&str; 14] = [
    "no",
    "nope",
    "no thanks",
    "no thank you",
    "not now",
    "not yet",
    "nah",
    "no need",
    "that's fine",
    "nein",
    "nein danke",
    "non",
    "não",
    "n",
];

/// `Some(true)` for a plain yes, `Some(false)` for a plain no, `None` for anything longer or unclear.
pub(super) fn read(text: &str) -> Option<bool> {
    let words =
        text.trim().trim_end_matches(['.', '!', ',', ' ']).to_lowercase().replace([',', '’'], " ").replace("  ", " ");
    if words.len() > 40 {
        return None;
    }
    let is = |list: &[&str]| list.iter().any(|known| *known == words || words == format!("{known} please"));
    if is(&YES) {
        Some(true)
    } else if is(&NO) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn plain_answers_only() {
        for yes in ["Yes", "yes, please!", "OK.", "go ahead", "Ja bitte"] {
            assert_eq!(read(yes), Some(true), "{yes}");
        }
        for no in ["no", "No thanks", "nein"] {
            assert_eq!(read(no), Some(false), "{no}");
        }
        for unclear in ["yes but first tell me when it arrives", "what does that cost?", "", "no idea where my order is"] {
            assert_eq!(read(unclear), None, "{unclear}");
        }
    }
}
