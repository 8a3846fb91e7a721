//! The results as one page: no script, nothing loaded from elsewhere.

use std::fmt::Write as _;

use super::row::{Mode, Results, Row};
use crate::chart::{STYLE, curve, escape};

pub fn html(results: &Results, split: &str) -> String {
    let mut page = String::with_capacity(64 * 1024);
    let with_target: Vec<bool> = results.rows.iter().filter_map(Row::reached).collect();
    let reached = with_target.iter().filter(|r| **r).count();
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        page,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Benchmarks</title><style>{STYLE}</style></head><body><main><header><h1>Benchmarks</h1><p class=\"dim\">Scored on the {split} parts. \
         {reached} of {} targets reached. Intervals are 95% bootstrap intervals. <i>Shipped</i>: the detectors in the binary. <i>Fitted</i>: the same \
         features fitted on the data set's own training part.</p></header>",
        with_target.len(),
    );
    let mut suites: Vec<&str> = results.rows.iter().map(|r| r.suite).collect();
    suites.dedup();
    for suite in suites {
        let _ = write!(
            page,
            "<section><h2>{suite}</h2><table><thead><tr><th>Metric</th><th></th><th>Value</th><th>95% interval</th><th>Baseline</th>\
             <th>Published</th><th>Target</th><th>n</th></tr></thead><tbody>"
        );
        for row in results.rows.iter().filter(|r| r.suite == suite) {
            line(&mut page, row);
        }
        page.push_str("</tbody></table><div class=\"charts\">");
        for c in results.curves.iter().filter(|c| c.suite == suite) {
            let _ = write!(
                page,
                "<figure><figcaption>{}</figcaption>{}</figure>",
                escape(&c.title),
                curve(&c.title, c.x, c.y, &c.points, c.diagonal)
            );
        }
        page.push_str("</div></section>");
    }
    if !results.missing.is_empty() {
        page.push_str("<section><h2>Missing parts</h2><ul>");
        for part in &results.missing {
            let _ = write!(page, "<li><code>{}</code></li>", escape(part));
        }
        page.push_str("</ul></section>");
    }
    page.push_str("</main></body></html>\n");
    page
}

fn line(page: &mut String, row: &Row) {
    let number = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.2}"));
    let mode = match row.mode {
        Some(Mode::Shipped) => "shipped",
        Some(Mode::Fitted) => "fitted",
        None => "",
    };
    let mark = match row.reached() {
        Some(true) => " ✓",
        Some(false) => " ✗",
        None => "",
    };
    let interval = row.lo.zip(row.hi).map_or(String::new(), |(lo, hi)| format!("{lo:.2} – {hi:.2}"));
    let note = row.note.as_deref().map_or(String::new(), |n| format!("<br><span class=\"dim\">{}</span>", escape(n)));
    let _ = write!(
        page,
        "<tr><td>{}{note}</td><td>{mode}</td><td class=\"num\">{:.2} {}{mark}</td><td class=\"num\">{interval}</td><td class=\"num\">{}</td>\
         <td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
        escape(&row.metric),
        row.value,
        row.unit,
        number(row.baseline),
        number(row.published),
        number(row.target),
        row.n.map_or(String::new(), |n| n.to_string()),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_was_missed_and_what_is_missing() {
        let mut results = Results::default();
        results.begin("betold");
        results.add(Row::percent("f1", 0.8).target(82.0).interval((0.7, 0.9)).note("fitted on <valid>"));
        results.missing("BETOLD_test.json");
        results.curve("reliability", "said", "was", vec![(0.1, 0.2), (0.9, 0.8)], true);
        let page = html(&results, "dev");
        for part in ["0 of 1 targets", "80.00 % ✗", "70.00 – 90.00", "&lt;valid&gt;", "betold: BETOLD_test.json", "<svg"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
}
