//! Explicit requests for a human: `wants_human` as shipped, at its 0.5 mark.
//!
//! In domain: NLU++ `handoff` (Casanueva et al., 2022), banking and hotels. The rules were written looking at folds 0 to 14
//! and at one half of Bitext by hash, so that the dev score is read from folds 15 to 17 (few positives: mind the interval).
//! Out of domain: `rasa_handoff`, where users speak to demo bots; it has a test part only. Indirect speech: Bitext rows
//! with flag D ("ask an agent how to…") outside `contact_human_agent` must not fire. Other languages have no labelled set:
//! tweets of UMSAB, which hardly ever ask for an agent, give the rate of false alarms.
//!
//! Baselines are hashed linear models fitted on NLU++ (large set-up) and, out of domain, on NLU++ with Bitext. Targets are
//! the project's. Nobody publishes these numbers apart.

use std::collections::BTreeMap;

use baton_model::SignalKind;
use serde::Deserialize;

use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{Confusion, auroc, average_precision, bootstrap, calibration_error, reliability},
};

pub(crate) const SUITE: Suite = Suite {
    name: "explicit_request",
    about: "explicit requests for a human: in domain, out of domain, indirect speech, other languages",
    run,
};

const MARK: f64 = 0.5;
const LANGUAGES: [&str; 8] = ["arabic", "english", "french", "german", "hindi", "italian", "portuguese", "spanish"];

#[derive(Debug, Deserialize)]
struct Utterance {
    text: String,
    #[serde(default)]
    intents: Vec<String>,
}

/// Whether it was a request, and the score.
type Scored = Vec<(bool, f64)>;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut all = Scored::new();
    for (domain, baseline) in [("banking", 90.9), ("hotels", 78.8)] {
        let Some(scored) = results.there(nlupp(bench, domain))? else { continue };
        let n = scored.len();
        let f1 = |s: &[(bool, f64)]| confusion(s).f1();
        let c = confusion(&scored);
        results.add(
            Row::percent(format!("nlupp {domain} F1"), f1(&scored))
                .shipped()
                .interval(resampled(&scored, f1))
                .target(95.0)
                .baseline(baseline)
                .n(n)
                .note(format!("{} requests, precision {:.3}, recall {:.3}", c.tp + c.fn_, c.precision(), c.recall())),
        );
        all.extend(scored);
    }
    indirect_speech(bench, results)?;
    if let Some(scored) = results.there(rasa(bench))? {
        for (name, metric) in [
            ("out of domain precision", Confusion::precision as fn(Confusion) -> f64),
            ("out of domain recall", Confusion::recall),
        ] {
            let of = |s: &[(bool, f64)]| metric(confusion(s));
            let row = Row::percent(name, of(&scored)).shipped().interval(resampled(&scored, of)).n(scored.len());
            results.add(row.target(90.0).baseline(if name.ends_with("recall") { 77.0 } else { 59.0 }));
        }
        results.add(Row::percent("out of domain average precision", average_precision(&scored)).shipped().baseline(78.6));
        results.add(Row::percent("out of domain AUROC", auroc(&scored)).shipped().baseline(97.5));
        all.extend(scored);
    }
    for language in LANGUAGES {
        let texts = bench.lines(&format!(
            "umsab_sentiment/{language}/{}_text.txt",
            if bench.split == Split::Dev { "val" } else { "test" }
        ));
        if let Some(texts) = results.there(texts)? {
            let alarms = texts.iter().filter(|t| score(t) >= MARK).count();
            let share = alarms as f64 / texts.len().max(1) as f64;
            results.add(Row::percent(format!("{language} tweets: alarms"), share).shipped().at_most(1.0).n(texts.len()));
        }
    }
    results.add(Row::percent("calibration error", calibration_error(&all)).shipped().n(all.len()));
    let points = reliability(&all).iter().map(|b| (b.said, b.was)).collect();
    results.curve("wants_human: reliability", "said", "was", points, true);
    Ok(())
}

fn score(text: &str) -> f64 {
    f64::from(baton_sense::sense(text).score(SignalKind::WantsHuman))
}

fn confusion(scored: &[(bool, f64)]) -> Confusion {
    Confusion::of(scored.iter().map(|&(gold, s)| (gold, s >= MARK)))
}

fn resampled(scored: &[(bool, f64)], metric: impl Fn(&[(bool, f64)]) -> f64) -> (f64, f64) {
    bootstrap(scored.len(), |drawn| metric(&drawn.iter().map(|&i| scored[i]).collect::<Vec<_>>()))
}

fn nlupp(bench: &Bench<'_>, domain: &str) -> Result<Scored, BenchError> {
    let folds = match bench.split {
        Split::Dev => 15..18,
        Split::Test => 18..20,
    };
    let mut scored = Scored::new();
    for fold in folds {
        let part: Vec<Utterance> = bench.json(&format!("nlupp/{domain}/fold{fold}.json"))?;
        scored.extend(part.iter().map(|u| (u.intents.iter().any(|i| i == "handoff"), score(&u.text))));
    }
    Ok(scored)
}

fn indirect_speech(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let part = if bench.split == Split::Dev { "bitext_intents/train.csv" } else { "bitext_intents/test.csv" };
    let Some(table) = results.there(bench.csv(part))? else { return Ok(()) };
    // Whether it is one, how many there are, how many fire.
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for [flags, text, intent] in table.columns(["flags", "utterance", "intent"])? {
        let group = match (intent, flags.contains('D')) {
            ("contact_human_agent", _) => "request",
            (_, true) => "indirect",
            _ => continue,
        };
        let (all, fired) = counts.entry(group).or_default();
        *all += 1;
        *fired += usize::from(score(text) >= MARK);
    }
    let share = |group: &str| counts.get(group).map_or((0.0, 0), |&(all, fired)| (fired as f64 / all as f64, all));
    let (alarms, n) = share("indirect");
    results.add(Row::percent("indirect speech: false alarms", alarms).shipped().at_most(1.0).n(n));
    let (recall, n) = share("request");
    let note = "partly made from templates: says little";
    results.add(Row::percent("bitext contact_human_agent recall", recall).shipped().n(n).note(note));
    Ok(())
}

/// Lines of text and label, with or without a header, quotes around a text or not. The label is 1 or 0, or names an
/// intent with "handoff" or "human" in it.
fn rasa(bench: &Bench<'_>) -> Result<Scored, BenchError> {
    let part = "rasa_handoff/test.tsv";
    if bench.split == Split::Dev {
        return Err(BenchError::Missing { part: format!("a dev part of {part}") });
    }
    let lines = bench.lines(part)?;
    let header = lines.first().and_then(|l| l.split('\t').position(|cell| cell.trim().eq_ignore_ascii_case("text")));
    let rows = lines.iter().enumerate().skip(usize::from(header.is_some())).filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(i, line)| {
        let cells: Vec<&str> = line.split('\t').collect();
        let place = header.unwrap_or(0);
        let label = cells.get(usize::from(place == 0)).ok_or_else(|| BenchError::Malformed {
            file: part.to_owned(),
            line: i + 1,
            problem: "no text and label".to_owned(),
        })?;
        Ok((is_request(label), score(&unquoted(cells[place.min(cells.len() - 1)]))))
    })
    .collect()
}

fn is_request(label: &str) -> bool {
    let label = label.trim().to_ascii_lowercase();
    let negated = label.starts_with("no") || label.contains("not_");
    matches!(label.as_str(), "1" | "1.0" | "true" | "yes")
        || !negated && ["handoff", "human", "agent"].iter().any(|word| label.contains(word))
}

fn unquoted(cell: &str) -> String {
    match cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_quotes_are_read_in_every_form() {
        let yes = ["1", "True", "handoff", "human_handoff", "request_human"];
        assert!(yes.into_iter().all(is_request));
        assert!(["0", "other", "no_handoff", "not_handoff", "greet"].into_iter().all(|l| !is_request(l)));
        assert_eq!(unquoted("\"say \"\"hi\"\"\""), "say \"hi\"");
        assert_eq!(unquoted("\" alone"), "\" alone");
    }

    #[test]
    fn out_of_domain_requests_are_read_with_and_without_a_header() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("rasa_handoff")).expect("made");
        let bench = Bench { data: folder.path(), split: Split::Test, models: None };
        for content in ["text\tlabel\nlet me talk to a human\t1\nhi\t0\n", "let me talk to a human\thandoff\nhi\tgreet\n"] {
            std::fs::write(folder.path().join("rasa_handoff/test.tsv"), content).expect("written");
            let scored = rasa(&bench).expect("reads");
            assert_eq!(scored.iter().map(|s| s.0).collect::<Vec<_>>(), [true, false]);
            assert!(scored[0].1 > MARK && scored[1].1 < MARK, "{scored:?}");
        }
    }
}
