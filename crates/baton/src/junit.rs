//! JUnit XML, as continuous integration reads it.

use std::fmt::Write as _;

/// One test: its name, and what went wrong if something did.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) failure: Option<String>,
}

pub(crate) fn xml(suite: &str, cases: &[Case]) -> String {
    let failures = cases.iter().filter(|c| c.failure.is_some()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let suite = escaped(suite);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<testsuite name=\"{suite}\" tests=\"{}\" failures=\"{failures}\">", cases.len());
    for case in cases {
        let name = escaped(&case.name);
        let _ = match &case.failure {
            None => writeln!(out, "  <testcase classname=\"{suite}\" name=\"{name}\"/>"),
            Some(why) => writeln!(
                out,
                "  <testcase classname=\"{suite}\" name=\"{name}\"><failure message=\"{}\"/></testcase>",
                escaped(why)
            ),
        };
    }
    out.push_str("</testsuite>\n");
    out
}

/// Also without the control characters that XML 1.0 cannot hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_document() {
        let cases = [
            Case { name: "a<b>&\"c\"\u{1}".into(), failure: Some("x\ny".into()) },
            Case { name: "fine".into(), failure: None },
        ];
        let text = xml("policy", &cases);
        assert!(text.contains("tests=\"2\" failures=\"1\""), "{text}");
        assert!(text.contains("name=\"a&lt;b&gt;&amp;&quot;c&quot;\"><failure message=\"x y\"/>"), "{text}");
    }
}
