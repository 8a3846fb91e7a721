//! The report as one page: no script, nothing loaded from elsewhere, light and dark.

use std::fmt::Write as _;

use super::report::{Counts, Escalation, Item, Label, Outcome, Report, Timing, shorten};
use crate::chart::{Bar, STYLE, bars, columns, escape, sparkline};

/// Customer turns drawn one by one; later ones share a column.
const LAST_COLUMN: usize = 15;

pub fn html(report: &Report) -> String {
    let mut page = String::with_capacity(64 * 1024);
    let total = &report.total;
    let names: Vec<String> = report.files.iter().map(|f| escape(&f.file)).collect();
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        page,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Replay: {}</title><style>{STYLE}</style></head><body><main><header><h1>What would have happened</h1>\
         <p class=\"dim\">{} under policy <b>{}</b>. Each conversation runs until a person would take over.</p></header>",
        names.join(", "),
        names.join(", "),
        escape(&report.policy.name),
    );
    tiles(&mut page, total);
    charts(&mut page, total);
    compared(&mut page, total);
    if report.files.len() > 1 {
        files(&mut page, report);
    }
    if !report.problems.is_empty() {
        let _ = write!(page, "<section><h2>Could not be replayed</h2><ul>");
        for problem in &report.problems {
            let _ = write!(page, "<li><code>{}</code> {}</li>", escape(&problem.at), escape(&problem.problem));
        }
        page.push_str("</ul></section>");
    }
    let _ = write!(page, "<section><h2>Conversations with a person</h2>");
    let with_human: Vec<&Item> = report.items.iter().filter(|i| i.outcome != Outcome::Continued).collect();
    if with_human.is_empty() {
        page.push_str("<p class=\"dim\">None. The AI would have gone on in every conversation.</p>");
    }
    for item in with_human {
        conversation(&mut page, item);
    }
    page.push_str("</section></main></body></html>\n");
    page
}

fn tiles(page: &mut String, total: &Counts) {
    let share = |n: u32| if total.conversations == 0 { 0.0 } else { f64::from(n) * 100.0 / f64::from(total.conversations) };
    page.push_str("<section class=\"tiles\">");
    let mut tile = |name: &str, value: String, note: String| {
        let _ = write!(
            page,
            "<div><span class=\"dim\">{name}</span><strong>{value}</strong><span class=\"dim\">{note}</span></div>"
        );
    };
    tile("Conversations", total.conversations.to_string(), format!("{} turns, {} errors", total.turns, total.errors));
    tile("Escalated", total.escalated.to_string(), format!("{:.1}%", share(total.escalated)));
    tile("Offered only", total.offered.to_string(), format!("{:.1}%", share(total.offered)));
    tile("AI goes on", total.continued.to_string(), format!("{:.1}%", share(total.continued)));
    let complete = total.completeness.mean.map_or("–".to_owned(), |m| format!("{:.0}%", m * 100.0));
    tile("Package completeness", complete, format!("mean of {}", total.completeness.packages));
    page.push_str("</section>");
}

fn charts(page: &mut String, total: &Counts) {
    let mut reasons: Vec<Bar> = total
        .by_trigger
        .iter()
        .map(|(name, n)| Bar { label: name.replace('_', " "), solid: n.escalated, hollow: n.offered })
        .collect();
    reasons.sort_by_key(|b| std::cmp::Reverse(b.solid + b.hollow));
    let mut moments: Vec<Bar> = (1..=LAST_COLUMN).map(|n| Bar { label: n.to_string(), solid: 0, hollow: 0 }).collect();
    moments[LAST_COLUMN - 1].label = format!("{LAST_COLUMN}+");
    for (turn, n) in &total.turn_histogram {
        let column = &mut moments[(*turn).clamp(1, LAST_COLUMN) - 1];
        column.solid += n.escalated;
        column.hollow += n.offered;
    }
    let tenths: Vec<Bar> = total
        .completeness
        .tenths
        .iter()
        .enumerate()
        .map(|(n, count)| Bar { label: format!("{}%", n * 10), solid: *count, hollow: 0 })
        .collect();
    let mut gaps: Vec<Bar> = total
        .completeness
        .gaps
        .iter()
        .map(|(what, n)| Bar { label: what.replace('_', " "), solid: *n, hollow: 0 })
        .collect();
    gaps.sort_by_key(|b| std::cmp::Reverse(b.solid));
    page.push_str("<div class=\"pairs\">");
    for (title, note, chart) in [
        ("Why", "Filled: escalated. Outlined: offered only.", bars("Conversations by trigger", &reasons)),
        ("When", "The customer turn at which a person comes in.", columns("Conversations by customer turn", &moments)),
        (
            "How complete the package was",
            "Packages by share of needed fields that were filled.",
            columns("Packages by completeness", &tenths),
        ),
        ("What was missing", "Packages without this.", bars("Gaps in packages", &gaps)),
    ] {
        let _ =
            write!(page, "<section><h2>{title}</h2><p class=\"dim\">{note}</p><div class=\"chart\">{chart}</div></section>");
    }
}

fn compared(page: &mut String, total: &Counts) {
    let c = &total.compared;
    if total.conversations == c.not_comparable && total.gold_transfer.is_none() && total.success.is_none() {
        let _ = write!(
            page,
            "<section><h2>Late or early</h2><p class=\"dim\">These recordings do not say where a person took over, so there is nothing to compare with.</p></section>"
        );
        return;
    }
    let rows = [
        ("early", c.early),
        ("on time", c.on_time),
        ("late", c.late),
        ("missed", c.missed),
        ("only here", c.only_here),
        ("neither", c.neither),
    ];
    let chart =
        bars("Against the recorded handoff", &rows.map(|(label, n)| Bar { label: label.into(), solid: n, hollow: 0 }));
    let _ = write!(
        page,
        "<section><h2>Late or early</h2><p class=\"dim\">Against the recorded handoff, in customer turns; on time is at most one apart. {} not comparable.</p><div class=\"chart\">{chart}</div>",
        c.not_comparable
    );
    let mut label = |words: &str, label: &Option<Label>| {
        if let Some(l) = label {
            let _ = write!(
                page,
                "<p>{words}: a person in {} of {} labelled yes, and in {} of {} labelled no.</p>",
                l.yes_human, l.yes, l.no_human, l.no
            );
        }
    };
    label("By the label <code>gold_transfer</code>", &total.gold_transfer);
    label("By the label <code>success</code>", &total.success);
    page.push_str("</section>");
}

fn files(page: &mut String, report: &Report) {
    page.push_str("<section><h2>By file</h2><div class=\"chart\"><table><tr><th>File<th>Conversations<th>Errors<th>Escalated<th>Offered<th>AI goes on</tr>");
    for f in &report.files {
        let c = &f.counts;
        let _ = write!(
            page,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
            escape(&f.file),
            c.conversations,
            c.errors,
            c.escalated,
            c.offered,
            c.continued
        );
    }
    page.push_str("</table></div></section>");
}

fn conversation(page: &mut String, item: &Item) {
    let Some(moment) = item.escalation.as_ref().or(item.offer.as_ref()) else { return };
    let kind = if item.outcome == Outcome::Escalated { "escalated" } else { "offered" };
    let _ = write!(
        page,
        "<details><summary><span class=\"badge {kind}\">{kind}</span><span class=\"why\">{}</span><span class=\"open\">{}</span>{}</summary><dl>",
        moment.trigger.name().replace('_', " "),
        escape(&item.opening),
        sparkline("Strain by turn", &item.strain),
    );
    let mut row = |name: &str, value: String| {
        let _ = write!(page, "<dt>{name}</dt><dd>{value}</dd>");
    };
    let id = item
        .id
        .as_ref()
        .map(|id| format!(" ({})", id.as_str().map_or_else(|| id.to_string(), str::to_owned)))
        .unwrap_or_default();
    row("Where", escape(&format!("{}:{}{id}, turn {} of {}", item.file, item.line, moment.turn, item.turns)));
    row("Why", reason(moment));
    if let Some(headline) = &moment.headline {
        row("Headline", escape(headline));
    }
    for quote in &moment.evidence {
        let turn = quote.turn.map_or(String::new(), |t| format!(" <span class=\"dim\">turn {t}</span>"));
        row("Evidence", format!("<q>{}</q>{turn}", escape(&shorten(&quote.quote, 300))));
    }
    if let (Some(offer), true) = (&item.offer, item.escalation.is_some()) {
        row("Offered before", format!("at turn {}, {}", offer.turn, escape(&offer.because)));
    }
    if let Some(score) = moment.completeness {
        let gaps = if moment.gaps.is_empty() {
            String::new()
        } else {
            format!("; missing: {}", moment.gaps.join(", ").replace('_', " "))
        };
        row("Package", escape(&format!("{:.0}% complete{gaps}", score * 100.0)));
    }
    if let Some(timing) = item.timing {
        let words = match timing {
            Timing::Early => "early",
            Timing::OnTime => "on time",
            Timing::Late => "late",
            Timing::Missed => "missed",
            Timing::OnlyHere => "the recording has no handoff",
            Timing::Neither => "neither has a handoff",
        };
        let recorded = item.recorded_handoff.map_or(String::new(), |t| format!(" (recorded at turn {t})"));
        row("Timing", format!("{words}{recorded}"));
    }
    page.push_str("</dl></details>");
}

fn reason(moment: &Escalation) -> String {
    let also: Vec<&str> = moment.also.iter().map(|t| t.name()).collect();
    let also = if also.is_empty() { String::new() } else { format!(" Also: {}.", also.join(", ").replace('_', " ")) };
    format!(
        "{} <span class=\"dim\">{} {:.2} against {:.2}, customer turn {}.{also}</span>",
        escape(&moment.because),
        escape(&moment.rule),
        moment.score,
        moment.threshold,
        moment.customer_turn
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::report::{Counts, PolicyName, Quote};
    use baton_model::{Layer, Trigger, Urgency};

    fn item() -> Item {
        let moment = Escalation {
            turn: 2,
            customer_turn: 2,
            trigger: Trigger::Distress,
            layer: Layer::Detector,
            rule: "distress".into(),
            because: "The customer is upset".into(),
            urgency: Urgency::High,
            score: 0.9,
            threshold: 0.6,
            evidence: vec![Quote { turn: Some(2), quote: "<script>alert(1)</script>".into() }],
            also: vec![Trigger::Complaint],
            headline: None,
            completeness: Some(0.8),
            gaps: vec!["order".into()],
        };
        Item {
            file: "a.jsonl".into(),
            line: 1,
            id: None,
            outcome: Outcome::Escalated,
            opening: "Hello & <b>".into(),
            turns: 3,
            offer: None,
            escalation: Some(moment),
            strain: vec![0.1, 0.8],
            recorded_handoff: None,
            timing: None,
            metadata: Default::default(),
        }
    }

    #[test]
    fn the_page_stands_alone_and_shows_recorded_text_as_text() {
        let policy = PolicyName { name: "p".into(), version: 1 };
        let report = Report { total: Counts::default(), policy, files: vec![], problems: vec![], items: vec![item()] };
        let page = html(&report);
        assert!(
            !page.contains("<script") && !page.contains("http://") && !page.contains("https://") && !page.contains("<b>\"")
        );
        assert!(page.contains("&lt;script&gt;") && page.contains("Hello &amp; &lt;b&gt;"));
        assert!(page.contains("prefers-color-scheme"));
    }
}
