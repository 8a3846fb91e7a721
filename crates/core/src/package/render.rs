//! A package as text, for desks that take only a note, and for reading aloud.
//!
//! Most important first. With a limit whole lines are left out from the end, and the text says how many of what and where
//! the rest is: nothing is shortened in silence.

use baton_model::{AttemptResult, Claim, MoodArc, Package, Sourced, StepSource, Urgency};

use super::quote::shorten;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Plain,
    Markdown,
    /// About fifteen seconds when read aloud; has no parts that could be left out.
    Spoken,
}

/// Characters: a smaller limit leaves no room to say what is missing.
pub const LEAST_LIMIT: usize = 240;

/// `limit` is in characters, at least [`LEAST_LIMIT`]; `rest` says where the whole package is, as a link or a path.
pub fn render(package: &Package, form: Form, limit: Option<usize>, rest: &str) -> String {
    let page = match form {
        Form::Spoken => return spoken(package, limit, rest),
        Form::Plain => Page::of(package, false),
        Form::Markdown => Page::of(package, true),
    };
    page.written(limit, rest)
}

fn spoken(package: &Package, limit: Option<usize>, rest: &str) -> String {
    let said = &package.spoken_brief;
    match limit {
        Some(limit) if said.chars().count() > limit.max(LEAST_LIMIT) => {
            let note = format!(" (Shortened; the whole package: {})", shorten(rest, LEAST_LIMIT / 2));
            format!("{}{note}", shorten(said, limit.max(LEAST_LIMIT) - note.chars().count()))
        }
        _ => said.clone(),
    }
}

/// Lines, each of a part.
struct Page {
    markdown: bool,
    lines: Vec<(&'static str, String)>,
}

impl Page {
    fn of(p: &Package, markdown: bool) -> Self {
        let mut page = Self { markdown, lines: Vec::new() };
        page.line("headline", if markdown { format!("# {}", inline(&p.headline.text)) } else { p.headline.text.clone() });
        page.now(p);
        page.claims(p);
        page.steps(p);
        page.customer(p);
        page.details(p);
        page.transcript(p);
        page
    }

    fn line(&mut self, part: &'static str, text: String) {
        self.lines.push((part, text));
    }

    fn part(&mut self, name: &'static str) {
        self.line(name, String::new());
        self.line(name, if self.markdown { format!("## {name}") } else { format!("{}:", name.to_uppercase()) });
    }

    fn item(&mut self, part: &'static str, text: &str) {
        let text = if self.markdown { inline(text) } else { text.replace('\n', " ") };
        self.line(part, format!("- {text}"));
    }

    fn now(&mut self, p: &Package) {
        let why = p.urgency.why.join(" ");
        let reason = match p.reason.evidence.first() {
            Some(e) => format!("{} “{}”", p.reason.because, e.quote),
            None => p.reason.because.clone(),
        };
        self.part("Now");
        self.item("Now", &format!("Reason: {reason}"));
        self.item("Now", &format!("Urgency: {}. {why}", urgency(p.urgency.level)));
        self.item("Now", &format!("Mood: {}", mood(&p.mood)));
    }

    fn claims(&mut self, p: &Package) {
        let wants = p.wants.iter().filter(|w| !p.summary.contains(w));
        let told: Vec<&Claim> = wants.chain(&p.summary).collect();
        if !told.is_empty() {
            self.part("Summary");
            told.iter().for_each(|claim| self.item("Summary", &claim.text));
        }
        if !p.promises.is_empty() {
            self.part("Promised");
            for promise in &p.promises {
                let due = promise.due.map(|d| format!(" (due {d})")).unwrap_or_default();
                self.item("Promised", &format!("“{}”{due}", promise.text));
            }
        }
        if !p.completeness.gaps.is_empty() {
            self.part("Missing");
            p.completeness.gaps.iter().for_each(|gap| self.item("Missing", &gap.why));
        }
    }

    fn steps(&mut self, p: &Package) {
        if p.next_steps.is_empty() {
            return;
        }
        self.part("Next steps");
        for step in &p.next_steps {
            let source = match &step.source {
                StepSource::Policy { rule } => format!("policy rule {rule}"),
                StepSource::Article { title, .. } => format!("article “{title}”"),
                StepSource::SimilarCase { escalation } => format!("similar case {escalation}"),
                StepSource::Playbook { name } => format!("playbook {name}"),
            };
            self.item("Next steps", &format!("{}. {} ({} Source: {source}.)", step.rank, step.text, step.rationale));
            if let Some(draft) = &step.draft {
                self.item("Next steps", &format!("Draft: {draft}"));
            }
        }
    }

    fn customer(&mut self, p: &Package) {
        let card = &p.customer;
        let told = [
            ("Name", &card.name),
            ("Id", &card.external_id),
            ("E-mail", &card.email),
            ("Phone", &card.phone),
            ("Language", &card.locale),
            ("Time zone", &card.time_zone),
        ];
        if told.iter().any(|(_, value)| value.is_some()) || card.record.is_some() || !card.past_contacts.is_empty() {
            self.part("Customer");
        }
        for (name, value) in told {
            if let Some(value) = value {
                self.item("Customer", &format!("{name}: {value}"));
            }
        }
        if let Some(Sourced { value, source, fetched_at }) = &card.record {
            let mut text = format!("Record: {} ({:?})", value.name, value.tier);
            for (name, value) in &value.attributes {
                text.push_str(&format!(", {name}: {value}"));
            }
            let vouched = if card.verified { "" } else { "; identity not verified" };
            self.item("Customer", &format!("{text}; from {source}, {fetched_at}{vouched}"));
        }
        for past in &card.past_contacts {
            self.item("Customer", &format!("Earlier, {}: {}", past.at, past.about));
        }
        if !p.orders.is_empty() {
            self.part("Orders");
        }
        for Sourced { value: o, source, fetched_at } in &p.orders {
            let mut text = format!("{}: {}, placed {}", o.reference, o.status, o.placed_at);
            o.total.iter().for_each(|total| text.push_str(&format!(", {total}")));
            if !o.items.is_empty() {
                text.push_str(&format!(", {}", o.items.join("; ")));
            }
            o.carrier.iter().for_each(|carrier| text.push_str(&format!(", with {carrier}")));
            o.expected_at.iter().for_each(|at| text.push_str(&format!(", expected {at}")));
            self.item("Orders", &format!("{text}; from {source}, {fetched_at}"));
        }
    }

    fn details(&mut self, p: &Package) {
        if !p.tried.is_empty() {
            self.part("Tried");
        }
        for attempt in &p.tried {
            let result = match attempt.result {
                AttemptResult::Helped => "helped",
                AttemptResult::DidNotHelp => "did not help",
                AttemptResult::Failed => "failed",
                AttemptResult::Unknown => "no reaction",
            };
            let from =
                if attempt.sources.is_empty() { String::new() } else { format!(", from {}", attempt.sources.join(", ")) };
            self.item("Tried", &format!("{} ({result}{from})", attempt.what));
        }
        if !p.given.is_empty() {
            self.part("Already given");
        }
        for given in &p.given {
            let question = given.question.as_ref().map(|q| format!("{q} ")).unwrap_or_default();
            self.item("Already given", &format!("{question}“{}”", given.answer));
        }
        if !p.entities.is_empty() {
            self.part("Named");
        }
        for entity in &p.entities {
            // Kinds are named on the wire as people may read them.
            let kind = serde_json::to_value(entity.kind).ok().and_then(|k| k.as_str().map(str::to_owned));
            self.item("Named", &format!("{}: {}", kind.unwrap_or_default(), entity.value));
        }
    }

    fn transcript(&mut self, p: &Package) {
        if p.transcript.is_empty() {
            return;
        }
        self.part("Transcript");
        for turn in &p.transcript {
            let who = turn.name.as_ref().map_or_else(|| turn.role.clone(), |name| format!("{} ({name})", turn.role));
            self.item("Transcript", &format!("{} {who}: {}", turn.at, turn.text));
        }
    }

    fn written(self, limit: Option<usize>, rest: &str) -> String {
        let length = |text: &str| text.chars().count() + 1;
        let total: usize = self.lines.iter().map(|(_, line)| length(line)).sum();
        let limit = limit.map_or(usize::MAX, |l| l.max(LEAST_LIMIT));
        if total <= limit {
            return joined(&self.lines);
        }
        let (mut used, mut kept) = (0, 0);
        while let Some((_, line)) = self.lines.get(kept) {
            let missing = length(&missing(&self.lines[kept + 1..], rest));
            if used + length(line) + missing > limit {
                break;
            }
            used += length(line);
            kept += 1;
        }
        // A heading without anything below it says nothing.
        while kept > 0
            && (self.lines[kept - 1].1.is_empty()
                || self.lines[kept - 1].1.ends_with(':')
                || self.lines[kept - 1].1.starts_with("## "))
        {
            kept -= 1;
        }
        let note = missing(&self.lines[kept..], rest);
        let mut out = joined(&self.lines[..kept]);
        if kept == 0 {
            // Not even the headline fits as it is.
            let room = limit.saturating_sub(length(&note) + 1);
            out = shorten(&self.lines[0].1, room.max(1)) + "\n";
        }
        out + &note + "\n"
    }
}

fn joined(lines: &[(&'static str, String)]) -> String {
    lines.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
}

/// "Left out here: 3 lines of Tried, 40 lines of Transcript. The whole package: …"
fn missing(lines: &[(&'static str, String)], rest: &str) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (part, _) in lines.iter().filter(|(_, line)| line.starts_with("- ") || line.starts_with("# ")) {
        match counts.last_mut() {
            Some((last, n)) if last == part => *n += 1,
            _ => counts.push((part, 1)),
        }
    }
    let named: Vec<String> = counts.iter().take(3).map(|(part, n)| format!("{n} of {part}")).collect();
    let more = if counts.len() > 3 { " and more" } else { "" };
    format!("Left out here: {}{more}. The whole package: {}", named.join(", "), shorten(rest, LEAST_LIMIT / 2))
}

/// A text of somebody else inside Markdown: it stays on its line and makes no markup of its own.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn urgency(level: Urgency) -> &'static str {
    match level {
        Urgency::Low => "low",
        Urgency::Normal => "normal",
        Urgency::High => "high",
        Urgency::Critical => "critical",
    }
}

fn mood(arc: &MoodArc) -> String {
    let words = |s: f32| match s {
        s if s <= -0.6 => "very low",
        s if s <= -0.2 => "low",
        s if s < 0.2 => "neutral",
        _ => "good",
    };
    match arc.points.first() {
        Some(first) if words(first.sentiment) != words(arc.now) => {
            format!("{}, at first {}", words(arc.now), words(first.sentiment))
        }
        _ => words(arc.now).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{EntityKind, SignalKind};

    use super::*;
    use crate::package::samples::{Talk, a_customer, an_order};

    fn package() -> Package {
        let mut talk = Talk::new()
            .customer("Refund order A-1042, *now*\n# please")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .mood(0.3)
            .ai("We will refund you within 24 hours.")
            .customer("That did not help")
            .mood(-0.7)
            .signal(SignalKind::Unresolved, 0.9);
        talk.know(Some(a_customer()), vec![an_order("A-1042", 1)]);
        talk.build()
    }

    #[test]
    fn a_rendering_without_a_limit_tells_everything() {
        for form in [Form::Plain, Form::Markdown] {
            let text = render(&package(), form, None, "unused");
            let package = package();
            assert!(!text.contains("Left out"), "{text}");
            for turn in &package.transcript {
                let last = turn.text.split_whitespace().last().unwrap();
                assert!(text.contains(last), "{last} in {text}");
            }
            for step in &package.next_steps {
                assert!(text.contains(step.draft.as_deref().unwrap_or("")), "{text}");
            }
        }
        assert_eq!(render(&package(), Form::Spoken, None, ""), package().spoken_brief);
    }

    #[test]
    fn what_others_wrote_makes_no_markup() {
        let text = render(&package(), Form::Markdown, None, "");
        assert!(text.contains("\\*now\\* \\# please"), "{text}");
        assert!(!text.lines().any(|l| l.starts_with("# please")), "{text}");
    }

    #[test]
    fn a_limit_is_kept_and_says_what_is_left_out_and_where_it_is() {
        let long = Talk::new().customer(&"word ".repeat(3_000)).build();
        for package in [package(), long] {
            for limit in [LEAST_LIMIT, 300, 500, 900, 1_500] {
                for form in [Form::Plain, Form::Markdown, Form::Spoken] {
                    let text = render(&package, form, Some(limit), "https://desk.example/esc_1");
                    assert!(text.chars().count() <= limit, "{limit}: {text}");
                    let whole = render(&package, form, None, "");
                    assert!(text == whole || text.contains("https://desk.example/esc_1"), "{limit}: {text}");
                }
            }
        }
    }
}
